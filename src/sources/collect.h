/* SPDX-License-Identifier: MIT */
/*
 * collect: runs the sources into a fresh snapshot.
 */
#ifndef IPFW_SOURCES_COLLECT_H
#define IPFW_SOURCES_COLLECT_H

#include <stdbool.h>

#include "base/units.h"
#include "base/why.h"
#include "bpf/counters.h"
#include "model/filter.h"
#include "model/snapshot.h"

enum source_choice { CHOOSE_AUTO, CHOOSE_KERNEL, CHOOSE_EBPF };

struct collect_config {
	enum source_choice source;
	enum hooks_id hooks;    /* HOOKS_NONE: whichever set works */
	const char *root;       /* read the proc tree below it; NULL: the live system */
	enum bpf_attach attach; /* auto and ebpf: where no eBPF counters are pinned */
	struct filter filter;   /* which interfaces, and the paths that touch one of them */
};

struct collector;

/*
 * Open what the readings need (sockets, the kernel's numbering). The config must outlive the
 * collector. Returns 0 or -errno, with a sentence for people in `why`; -EOPNOTSUPP: the source
 * that was asked for is not available here.
 */
int collect_open(struct collector **out, const struct collect_config *config, struct why *why);

/* It reads one of many network namespaces: what spares time is kept open. */
void collect_keep(struct collector *c);

/*
 * Why the kernel's own counters are used although eBPF was wanted; "" if nothing is wrong. If
 * `source` is auto this may change from reading to reading: somebody may detach the counters and
 * attach them again.
 */
const char *collect_note(const struct collector *c);
bool collect_degraded(const struct collector *c); /* just now, with `source` auto */

/* Whether the kernel lets this process read the eBPF maps that are open; true: there are none. */
bool collect_readable(const struct collector *c);

/* What eBPF counters the readings are of. False: of none; `out` is not written then. */
bool collect_attachment(const struct collector *c, struct attachment *out);
void collect_close(struct collector *c); /* accepts NULL */

/* Show other interfaces from the next reading on. The filter must outlive the collector, too. */
void collect_set_filter(struct collector *c, const struct filter *filter);

/* counters_memo() and counters_set_memo(), where eBPF counts; else there is none to read or keep.
 */
int64_t collect_memo(const struct collector *c);
void collect_set_memo(struct collector *c, int64_t memo);

/*
 * One reading. Returns 0 and a sorted snapshot that the caller owns, with what could not be read
 * absent and noted in its `trouble`; -errno and no snapshot when nothing at all could be read,
 * with the sentence in `why`.
 */
int collect_read(struct collector *c, struct snapshot **out, struct why *why);

/*
 * What the rows of the last reading, `s`, have counted by now, of the figures that have peaks: in a
 * fraction of the time, in the same order, at a time that is noted at the same point. It can be had
 * as long as that reading was whole, the kernel has told of no change of any interface since it
 * began, and it is not older than COLLECT_AGAIN_NS: what else may change is looked for by readings.
 * False: take a reading instead.
 */
#define COLLECT_AGAIN_NS (10 * NS_PER_S)
bool collect_count_again(struct collector *c, const struct snapshot *s, struct peak_counts *out);

#endif
