/* SPDX-License-Identifier: MIT */
/*
 * rate: what changed between two readings. Every rule about resets, wraps, reuse and renaming of
 * interfaces lives here and only here.
 *
 * - A counter that went down was reset. Nobody can tell a wrap from a reset, so a wrap counts as a
 *   reset: the row is discontinuous, its deltas are absent for this interval.
 * - An interface is the same one if its ifindex and its name are the same; otherwise it is
 *   discontinuous.
 * - Figures of another source, or of other hooks, begin anew: every row is discontinuous, even if
 *   the new source has counted for a long time.
 * - If a source knows when a row's counters began, that is when they began anew.
 * - A figure that was absent for a while is compared with its last value before that. If the list
 *   of interfaces could not be read whole, interfaces that were there stay, without a figure.
 * - A derived figure is a difference of counters read at slightly different moments and may step
 *   back by itself. If none of the row's plain counters went down, it holds its last value.
 */
#ifndef IPFW_MODEL_RATE_H
#define IPFW_MODEL_RATE_H

#include <stdatomic.h>

#include "model/snapshot.h"

struct delta {
	uint64_t value[M_COUNT];
	uint32_t known;
};

struct rates {
	atomic_uint references;
	uint64_t interval_ns; /* measured, CLOCK_MONOTONIC, > 0 */
	struct delta system[FAMILY_IPV6 + 1];
	struct delta (*ifs)[FAMILY_COUNT]; /* parallel to the later snapshot's ifs */
	struct delta *paths;               /* parallel to its paths */
	size_t n_ifs, n_paths;
};

/*
 * Make `cur` the successor of `prev`: fill every row's continuity and hold derived figures. Call
 * it once for each new reading, before anybody reads it. prev NULL: the first reading. Then nothing
 * is discontinuous, but nobody knows what happened before: rows whose source does not know when
 * they began are continuous from now on.
 */
void rate_follow(const struct snapshot *prev, struct snapshot *cur);

/*
 * Deltas from `prev` to `cur`, both sorted, `cur` the (direct or later) successor of `prev`. A row
 * that is discontinuous after prev's time has none. NULL: no memory, or no time between the two.
 * The caller owns one reference.
 */
struct rates *rate_compute(const struct snapshot *prev, const struct snapshot *cur);

/* Take one more reference, from any thread; give one back. Both accept NULL. */
struct rates *rates_share(struct rates *r);
void rates_free(struct rates *r);

/* Units per second, from a delta and an interval in ns (> 0). */
double rate_per_second(uint64_t delta, uint64_t interval_ns);

#endif
