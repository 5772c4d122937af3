/* SPDX-License-Identifier: MIT */
/*
 * src_bpf: exact counts by eBPF. src_bpf_none.c stands in where it is not built.
 */
#ifndef IPFW_SRC_BPF_H
#define IPFW_SRC_BPF_H

#include "snapshot.h"

struct src_bpf; /* attached counters of one network namespace */

/*
 * Open the counters that are pinned for this network namespace; with `may_attach`, attach them for
 * the life of this object where there are none. Returns 0; -ENOENT: none are pinned; -EOPNOTSUPP,
 * -EPERM, ...: cannot be had here. `why` gets a sentence for people.
 */
int src_bpf_open(struct src_bpf **out, enum hooks_id hooks, bool may_attach, char *why,
		 size_t why_size);
void src_bpf_close(struct src_bpf *b); /* accepts NULL; pinned counters go on counting */

/*
 * Overwrite in `s` what eBPF knows exactly: system and interface rows, paths, source, hooks and
 * since. The interfaces must be there already. Returns 0 or -errno.
 */
int src_bpf_read(struct src_bpf *b, struct snapshot *s, char *why, size_t why_size);

/* The commands attach, detach and status; each returns 0 or -errno with a sentence in `why`. */
int src_bpf_attach(enum hooks_id hooks, char *why, size_t why_size);
int src_bpf_detach(char *why, size_t why_size);
int src_bpf_status(char *why, size_t why_size);

#endif
