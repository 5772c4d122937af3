/* SPDX-License-Identifier: MIT */
/*
 * peak_track: the rates of one row in the window that runs, for peak_watch.
 *
 * Only as many of the highest rates are kept as the percentile needs: 16 of 300.
 */
#ifndef IPFW_MODEL_PEAK_TRACK_H
#define IPFW_MODEL_PEAK_TRACK_H

#include "model/peak.h"

#define PEAK_ALL_FIGURES ((1u << PEAK_FIGURES) - 1)

/* What the largest rates of all rows may take. */
struct peak_ranks {
	unsigned keep;     /* so many of each figure */
	size_t room, used; /* octets */
};

struct peak_course;

/* Begins zeroed. */
struct peak_track {
	uint64_t since_ns; /* this and what the row was, at the last sample */
	uint64_t last[PEAK_FIGURES];
	struct peak_course *courses; /* NULL: all rates were 0 */
	uint16_t samples;
	uint8_t last_known, known, derived, bypassed;
};

/* A sample as it is followed in each row. */
struct peak_step {
	uint64_t elapsed_ns; /* since the last one; 0: that is no second */
	unsigned at;
	const struct peak_counts *now; /* NULL: the figures are the sample */
};

/* What is followed of a row: its figures and, which may be later ones, their values. */
struct peak_counted {
	const struct figures *figures;
	const uint64_t *values;
	uint8_t usable;
};

/* `now` NULL: what the figures have. Which metrics may have a peak is in `mask` (bits). */
struct peak_counted peak_track_count(const struct figures *f, const uint64_t *now, uint32_t mask);

/* Whether the counters go on from those of the last sample, as far as the row's continuity tells;
 * and whether they show that they do not. */
bool peak_track_continues(const struct peak_track *t, const struct continuity *continuity,
			  const struct peak_step *step);
bool peak_track_went_down(const struct peak_track *t, const struct peak_counted *c);

/* Take the sample; only if it `counts` there is a rate. */
void peak_track_follow(struct peak_track *t, struct peak_ranks *ranks, const struct peak_counted *c,
		       bool counts, uint64_t since_ns, const struct peak_step *step);

/* Another window begins. */
void peak_track_clear(struct peak_track *t, struct peak_ranks *ranks);

/* What the row shows in a window of that state and length, which has ended; another one begins.
 * False: no memory. */
bool peak_track_finish(struct peak_track *t, struct peak_ranks *ranks, enum peak_state state,
		       unsigned window_s, struct peak_row *row);

#endif
