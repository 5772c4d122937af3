/* SPDX-License-Identifier: MIT */
/*
 * other: what the device counted and IP did not see: other protocols (ARP), and what bypasses the
 * IP layer (XDP, hardware offload, flowtables where they are not counted).
 *
 *     other = device - IPv4 - IPv6, each since the record of the interface began, never below 0
 *
 * in packets, and in octets less the link-layer headers of the IP packets; without those that a
 * flowtable carried past the device. It is absent where it is not known: on software devices that
 * carried GSO packets, or could by a flowtable that is not counted, since some count these as one
 * and some as their segments. Its octets are absent if fewer remain than the remaining packets must
 * have.
 */
#ifndef IPFW_BPF_OTHER_H
#define IPFW_BPF_OTHER_H

#include "ipfw_shared.h"
#include "model/snapshot.h"

/* Note in the record where the device stood when the interface had counted `own`. */
void other_begin(struct ipfw_if_record *record, const struct snapshot_if *row,
		 const struct ipfw_if_counters *own);

/* Fill figures[FAMILY_OTHER] of the row. */
void other_fill(struct snapshot_if *row, const struct ipfw_if_record *record,
		const struct ipfw_if_counters *own);

#endif
