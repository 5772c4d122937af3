/* SPDX-License-Identifier: MIT */
/*
 * counters: exact counts by eBPF. counters_none.c stands in where it is not built.
 *
 * Counters belong to one network namespace: that of the thread that opens them. They are pinned,
 * and then outlive the process, or they are the process's own.
 */
#ifndef IPFW_BPF_COUNTERS_H
#define IPFW_BPF_COUNTERS_H

#include "base/why.h"
#include "model/attachment.h"

struct src_bpf;

/* What to do where no counters are pinned; pinned ones always serve. */
enum bpf_attach { BPF_ATTACH_NEVER, BPF_ATTACH_OWN, BPF_ATTACH_PINNED };

/*
 * Open the counters. BPF_ATTACH_PINNED also replaces pinned ones that another version made, or
 * another hook set than the wanted one. Returns 0; -ENOENT: none are pinned; -EPERM, -EOPNOTSUPP,
 * ...: cannot be had here, with a sentence for people in `why`.
 */
int src_bpf_open(struct src_bpf **out, enum hooks_id hooks, enum bpf_attach attach,
		 struct why *why);
void src_bpf_close(struct src_bpf *b); /* accepts NULL; pinned counters go on counting */

/* Which they are, since when and where. */
void src_bpf_describe(const struct src_bpf *b, struct attachment *out);

/*
 * A reading in two steps. The sample first, so that the device's counters, read between the two,
 * are never behind; then src_bpf_fill() overwrites in `s` what eBPF knows exactly: system and
 * interface rows, paths, source, hooks and since. The interfaces must be there, all of them.
 * Each returns 0 or -errno with a sentence in `why`; -ENOENT: the counters were detached.
 */
int src_bpf_sample(struct src_bpf *b, struct why *why);
int src_bpf_fill(struct src_bpf *b, struct snapshot *s, struct why *why);

/*
 * A number that one agent leaves for the next, with the counters and for as long as they are; 0:
 * there is none. Setting it returns 0 or -errno.
 */
int64_t src_bpf_memo(const struct src_bpf *b);
int src_bpf_set_memo(struct src_bpf *b, int64_t memo);

/* Give a sample up. */
void src_bpf_drop(struct src_bpf *b);

/*
 * Detach what is pinned, here or with `all` in every network namespace: also in those that nobody
 * can enter any more, which the links keep alive. Returns how many links ended, or -errno.
 */
int src_bpf_detach(bool all, struct why *why);

/* Which hook sets work here: each is attached for a moment. Fills the verdicts. */
void src_bpf_try(struct attachment *out);

#endif
