/* SPDX-License-Identifier: MIT */
/*
 * interval: what the agent keeps of the reading that ended an interval: as much as the MIB's rates
 * take, a third of the memory of a reading. Which rows may be compared is decided in
 * model/continuity.h.
 */
#ifndef IPFW_MODEL_INTERVAL_H
#define IPFW_MODEL_INTERVAL_H

#include <stdatomic.h>

#include "model/snapshot.h"

/* What was counted at its end, and since its beginning; masks have a bit for each metric. */
struct interval_row {
	uint64_t value[METRICS_RATES], delta[METRICS_RATES];
	uint32_t known;      /* at its end, also of the metrics that are not here */
	uint8_t delta_known; /* of those that are */
	bool compared;       /* any metric was known at both ends */
};

struct interval_if {
	uint32_t ifindex;
	char name[SNAPSHOT_NAME_MAX];
	struct interval_row rows[FAMILY_MIB_COUNT];
};

/* It does not change any more. */
struct interval {
	atomic_uint references;
	uint64_t end_ns;    /* of the reading that ended it */
	uint64_t length_ns; /* measured, CLOCK_MONOTONIC; 0: nobody knows its beginning */
	struct interval_row system[FAMILY_IPV6 + 1];
	struct interval_if *ifs; /* sorted by (ifindex, name) */
	size_t n_ifs;
};

/*
 * The interval that ends with this reading, a later one than that which ended `prev` (NULL: there
 * was none). NULL: no memory. The caller owns one reference.
 */
struct interval *interval_end(const struct interval *prev, const struct snapshot *s);

/* Take one more reference, from any thread; give one back. Both accept NULL. */
struct interval *interval_share(struct interval *i);
void interval_free(struct interval *i);

/* The row of the same interface, which is mostly at place `hint`, or NULL. */
const struct interval_if *interval_find_if(const struct interval *i, const struct snapshot_if *row,
					   size_t hint);

#endif
