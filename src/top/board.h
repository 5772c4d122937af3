/* SPDX-License-Identifier: MIT */
/*
 * board: of one network namespace the newest reading, what changed since the one before, and the
 * trails of all rows.
 */
#ifndef IPFW_TOP_BOARD_H
#define IPFW_TOP_BOARD_H

#include "base/why.h"
#include "model/rate.h"
#include "top/controls.h"
#include "top/trail.h"

/* Begins with what is set first. */
struct board {
	uint64_t interval_ns; /* between readings */
	uint64_t slots; /* of the trails, one for each interval; the first may have any number */

	struct snapshot *now; /* NULL: there is no reading yet */
	struct rates *rates;  /* NULL: it is the first one, or the next one could not be had */
	struct why note;      /* why eBPF does not count, or "" */
	char said[700];       /* what else there is to know of its reader, a line each */

	struct trail *system[FAMILY_IPV6 + 1];
	/* Parallel to the rows of `now`; an interface has one for each family and one for both. */
	struct trail **trails[TOP_TABLES];
	size_t n_trails[TOP_TABLES];
};

/*
 * Take over a reading that continuity_follow() made the successor of `now`, and fill the rates.
 * Intervals without a reading are not known in the trails.
 */
void board_take(struct board *b, struct snapshot *next);
void board_clear(struct board *b);

/* There is no next reading: what passed since `now` is not known. */
void board_lose(struct board *b);

/* How many rows that table has. */
size_t board_count(const struct board *b, enum top_table table);

/* What passed in the interval, in all. */
void board_system(const struct board *b, enum family family, struct delta *out);

/* What passed in the interval, of a row of that table: all but the metrics that it cannot have. For
 * interfaces FAMILY_TOTAL is the sum of both families, where both are known. */
void board_delta(const struct board *b, enum top_table table, size_t row, enum family family,
		 struct delta *out);

/* The row's trail of what it is sorted by: received and sent; forwarded; dropped. */
struct trail *board_trail(const struct board *b, enum top_table table, size_t row,
			  enum family family);

#endif
