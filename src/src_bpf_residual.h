/* SPDX-License-Identifier: MIT */
/*
 * src_bpf_residual: what the device counted and IP did not see on it: other protocols (ARP), and
 * what passes by the IP layer (flowtables, XDP, hardware offload).
 *
 *     other = device - IPv4 - IPv6, each since the record of the interface began, never below 0
 *
 * in packets, and in octets less the link-layer headers of the IP packets. A software device counts
 * a GSO packet as one, hardware counts what is on the wire: `extra` is the difference.
 */
#ifndef IPFW_SRC_BPF_RESIDUAL_H
#define IPFW_SRC_BPF_RESIDUAL_H

#include "../bpf/ipfw_shared.h"
#include "snapshot.h"

/* Note in the record where the device stood when the interface had counted `own`. */
void residual_begin(struct ipfw_if_record *record, const struct snapshot_if *row,
		    const struct ipfw_if_counters *own);

/* Fill figures[FAMILY_OTHER] of the row; octets stay absent where the headers are not known. */
void residual_fill(struct snapshot_if *row, const struct ipfw_if_record *record,
		   const struct ipfw_if_counters *own);

#endif
