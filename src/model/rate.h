/* SPDX-License-Identifier: MIT */
/*
 * rate: what changed between two readings, and how fast. Which rows may be compared is decided in
 * model/continuity.h.
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
	struct delta *drops;               /* parallel to its drops */
	size_t n_ifs, n_paths, n_drops;
};

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
