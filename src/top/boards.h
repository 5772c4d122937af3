/* SPDX-License-Identifier: MIT */
/*
 * boards: those of all network namespaces, or of the one there is: their rows in one order, and the
 * sum of what passed.
 */
#ifndef IPFW_TOP_BOARDS_H
#define IPFW_TOP_BOARDS_H

#include "base/escape.h"
#include "top/board.h"

/* Begins with what is set first. */
struct boards {
	uint64_t interval_ns;   /* between readings */
	enum escape_form names; /* as they are shown */
	bool many;              /* rows say of which network namespace they are */

	struct board **all; /* those with a reading, kept by reference; sorted by name */
	size_t n;

	/* Of the sum of many. */
	uint64_t slots, slot_ns;
	struct trail *system[FAMILY_IPV6 + 1];
};

/* Take over these boards, in place of those before. No memory ends the program. */
void boards_set(struct boards *b, struct board *const *all, size_t n);
void boards_clear(struct boards *b);

/* One more slot in the trails of the sum, at that time. */
void boards_add_slot(struct boards *b, uint64_t now_ns);

/* Those that were chosen to be seen: all, or one. The keys that lead to the next one take effect;
 * if the chosen one is gone, all are seen. The result is good until the next boards_set(). */
struct boards boards_seen(const struct boards *b, struct controls *c);

/* Per second, of the metrics that are known. */
struct speed {
	uint32_t known;
	double rate[M_COUNT];
};

/* Of a row, or of all: the sum over those boards that have rates, as far as all of them know it. */
void boards_speed(struct speed *out, const struct delta *d, const struct rates *rates);
void boards_system(const struct boards *b, enum family family, struct speed *out);

/* How many have rates. */
size_t boards_rated(const struct boards *b);

/* The trail of the system, and how many slots it has; NULL: there is none yet. */
const struct trail *boards_system_trail(const struct boards *b, enum family family,
					uint64_t *slots);

struct boards_row {
	const struct board *board;
	size_t number;
};

/*
 * The rows to show, in their order, `*n` of them: those whose names, or whose network namespace's
 * name, contain the filter, whatever the case. The caller frees it; no memory ends the program.
 */
struct boards_row *boards_rows(const struct boards *b, const struct controls *c, size_t *n);

#endif
