/* SPDX-License-Identifier: MIT */
/*
 * board: the newest reading, what changed since the one before, and the trails of all rows.
 */
#ifndef IPFW_TOP_BOARD_H
#define IPFW_TOP_BOARD_H

#include "base/escape.h"
#include "model/rate.h"
#include "top/controls.h"
#include "top/trail.h"

/* Begins with what is set first. */
struct board {
	uint64_t interval_ns;   /* between readings */
	enum escape_form names; /* as they are shown */

	struct snapshot *now; /* NULL: there is no reading yet */
	struct rates *rates;  /* NULL: it is the first one */

	uint64_t slots; /* of the trails, one for each interval */
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

/* What passed in the interval, of a row of that table: all but the metrics that it cannot have. For
 * interfaces FAMILY_TOTAL is the sum of both families, where both are known. */
void board_delta(const struct board *b, enum top_table table, size_t row, enum family family,
		 struct delta *out);

/* The row's trail of what it is sorted by: received and sent; forwarded; dropped. */
struct trail *board_trail(const struct board *b, enum top_table table, size_t row,
			  enum family family);

/*
 * The numbers of the rows to show, in their order, `*n` of them: those whose names contain the
 * filter, whatever the case. The caller frees it; no memory ends the program.
 */
size_t *board_rows(const struct board *b, const struct controls *c, size_t *n);

#endif
