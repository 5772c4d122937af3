/* SPDX-License-Identifier: MIT */
/*
 * figures: a value for each metric, and what is known of it.
 */
#ifndef IPFW_MODEL_FIGURES_H
#define IPFW_MODEL_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/metrics.h"

enum quality { QUALITY_UNAVAILABLE, QUALITY_EXACT, QUALITY_DERIVED, QUALITY_BYPASSED };

/*
 * A row of counters. Bit m of `known` says that value[m] is known; bit m of `derived`, that a
 * formula over other counters gives it rather than a counter of its own; bit m of `difference`,
 * that the formula subtracts, so that the figure may step back by itself; bit m of `kept`, that it
 * is not known now and value[m] is its last value: these two are for continuity_follow(). Bit m of
 * `bypassed` says that there are packets which it lacks, since they go past the IP layer.
 */
struct figures {
	uint64_t value[M_COUNT];
	uint32_t known;
	uint32_t derived;
	uint32_t difference;
	uint32_t kept;
	uint32_t bypassed;
};

static inline bool figures_known(const struct figures *f, enum metric_id m)
{
	return f->known >> m & 1;
}

static inline void figures_set(struct figures *f, enum metric_id m, uint64_t value)
{
	f->value[m] = value;
	f->known |= 1u << m;
	f->derived &= ~(1u << m);
	f->difference &= ~(1u << m);
}

static inline void figures_derive(struct figures *f, enum metric_id m, uint64_t value)
{
	figures_set(f, m, value);
	f->derived |= 1u << m;
}

static inline void figures_subtract(struct figures *f, enum metric_id m, uint64_t value)
{
	figures_derive(f, m, value);
	f->difference |= 1u << m;
}

/* Forget all but the metrics in `mask` (bits). */
static inline void figures_keep(struct figures *f, uint32_t mask)
{
	f->known &= mask;
	f->derived &= mask;
	f->difference &= mask;
}

/* The quality of the metrics in `mask` (bits) taken together: that of the weakest known one. */
enum quality figures_quality(const struct figures *f, uint32_t mask);

#endif
