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

struct counters;

/* What to do where no counters are pinned; pinned ones always serve. */
enum bpf_attach { BPF_ATTACH_NEVER, BPF_ATTACH_OWN, BPF_ATTACH_PINNED };

/*
 * Open the counters. BPF_ATTACH_PINNED also replaces pinned ones that another version made, or
 * another hook set than the wanted one. Returns 0; -ENOENT: none are pinned; -EPERM, -EOPNOTSUPP,
 * ...: cannot be had here, with a sentence for people in `why`.
 */
int counters_open(struct counters **out, enum hooks_id hooks, enum bpf_attach attach,
		  struct why *why);
void counters_close(struct counters *b); /* accepts NULL; pinned counters go on counting */

/* Which they are, since when and where. */
void counters_describe(const struct counters *b, struct attachment *out);

/*
 * A reading in two steps. The sample first, so that the device's counters, read between the two,
 * are never behind; then counters_fill() overwrites in `s` what eBPF knows exactly: system and
 * interface rows, paths, source, hooks and since. The interfaces must be there, all of them.
 * Each returns 0 or -errno with a sentence in `why`; -ENOENT: the counters were detached.
 */
int counters_sample(struct counters *b, struct why *why);
int counters_fill(struct counters *b, struct snapshot *s, struct why *why);

/*
 * A number that one agent leaves for the next, with the counters and for as long as they are; 0:
 * there is none. Setting it returns 0 or -errno.
 */
int64_t counters_memo(const struct counters *b);
int counters_set_memo(struct counters *b, int64_t memo);

/* Give a sample up. */
void counters_drop(struct counters *b);

/*
 * Detach what is pinned, here or with `all` in every network namespace: also in those that nobody
 * can enter any more, which the links keep alive. Returns how many links ended, or -errno.
 */
int counters_detach(bool all, struct why *why);

/* Which hook sets work here: each is attached for a moment. Fills the verdicts. */
void counters_try(struct attachment *out);

#endif
