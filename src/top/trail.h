/* SPDX-License-Identifier: MIT */
/*
 * trail: what passed in each of the last intervals, of one row.
 */
#ifndef IPFW_TOP_TRAIL_H
#define IPFW_TOP_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/metrics.h"

#define TRAIL_SLOTS 180

struct trail {
	float rate[UNIT_OCTETS + 1][TRAIL_SLOTS]; /* per second; below 0: not known */
	size_t place; /* in the order in which the rows were last; SIZE_MAX: in none */
};

/* One in which nothing is known. No memory ends the program. */
struct trail *trail_new(void);

/* Slots are numbered from 0 on, without an end; the last TRAIL_SLOTS of them are kept. */
void trail_set(struct trail *t, enum metric_unit unit, uint64_t slot, bool known, double rate);

/* The mean of the known ones among the last eight of `slots` slots; 0 if there is none. */
double trail_lately(const struct trail *t, enum metric_unit unit, uint64_t slots);

/* Room for trail_line(): a character may take three bytes. */
#define TRAIL_LINE_MAX (TRAIL_SLOTS * 3 + 1)

/* How many characters a line has that may have so many. */
unsigned trail_width(unsigned columns);

/*
 * The last TRAIL_SLOTS of `slots` slots as a line of bars, trail_width() of them. Each is as high
 * as its mean rate compared with the highest of this line, or blank if that is not known.
 */
char *trail_line(char text[TRAIL_LINE_MAX], const struct trail *t, enum metric_unit unit,
		 uint64_t slots, unsigned columns, bool utf8);

#endif
