/* SPDX-License-Identifier: MIT */
#include "model/peak_track.h"

#include <stdlib.h>

#include "model/rate.h"

/* The rates of a figure in the window that runs. */
struct peak_course {
	double highest;
	double *largest; /* descending; NULL: all were 0 */
	uint16_t at;
	bool no_room;
};

void peak_track_clear(struct peak_track *t, struct peak_ranks *ranks)
{
	for (int m = 0; m < PEAK_FIGURES && t->courses; m++) {
		if (t->courses[m].largest)
			ranks->used -= ranks->keep * sizeof(*t->courses[m].largest);
		free(t->courses[m].largest);
	}
	free(t->courses);
	t->courses = NULL;
	t->samples = 0;
	t->known = PEAK_ALL_FIGURES;
	t->derived = t->bypassed = 0;
}

static void keep_largest(struct peak_ranks *ranks, struct peak_course *c, double rate)
{
	const size_t size = ranks->keep * sizeof(*c->largest);
	unsigned place = ranks->keep;

	if (c->no_room)
		return;
	if (!c->largest) {
		c->largest = ranks->used + size <= ranks->room ? calloc(1, size) : NULL;
		c->no_room = !c->largest;
		if (c->no_room)
			return;
		ranks->used += size;
	}
	for (; place && c->largest[place - 1] < rate; place--)
		if (place < ranks->keep)
			c->largest[place] = c->largest[place - 1];
	if (place < ranks->keep)
		c->largest[place] = rate;
}

static void add_rate(struct peak_track *t, struct peak_ranks *ranks, int m, double rate,
		     unsigned at)
{
	struct peak_course *c;

	if (!t->courses)
		t->courses = calloc(PEAK_FIGURES, sizeof(*t->courses));
	if (!t->courses) {
		t->known &= ~(1u << m);
		return;
	}
	c = &t->courses[m];
	if (rate > c->highest) {
		c->highest = rate;
		c->at = at;
	}
	keep_largest(ranks, c, rate);
}

struct peak_counted peak_track_count(const struct figures *f, const uint64_t *now, uint32_t mask)
{
	return (struct peak_counted){f, now ? now : f->value, peak_usable(f, mask)};
}

bool peak_track_continues(const struct peak_track *t, const struct continuity *continuity,
			  const struct peak_step *step)
{
	/* What began anew with the reading goes on from there in later samples. */
	return step->elapsed_ns && t->since_ns == continuity->since_ns &&
	       (step->now || !continuity->fresh);
}

bool peak_track_went_down(const struct peak_track *t, const struct peak_counted *c)
{
	const uint8_t both = t->last_known & c->usable;

	for (int m = 0; m < PEAK_FIGURES; m++)
		if (both >> m & 1 && c->values[m] < t->last[m])
			return true;
	return false;
}

void peak_track_follow(struct peak_track *t, struct peak_ranks *ranks, const struct peak_counted *c,
		       bool counts, uint64_t since_ns, const struct peak_step *step)
{
	if (counts) {
		t->samples++;
		t->known &= c->usable & t->last_known;
		t->derived |= c->figures->derived;
		t->bypassed |= c->figures->bypassed;
	}
	for (int m = 0; m < PEAK_FIGURES; m++) {
		const uint64_t now = c->values[m], before = t->last[m];

		if (counts && t->known >> m & 1 && now != before)
			add_rate(t, ranks, m, rate_per_second(now - before, step->elapsed_ns),
				 step->at);
		t->last[m] = now;
	}
	t->last_known = c->usable;
	t->since_ns = since_ns;
}

/* Returns whether there is memory for them. */
static bool finish_rates(const struct peak_track *t, const struct peak_ranks *ranks,
			 struct peak_row *row)
{
	for (int m = 0; m < PEAK_FIGURES; m++) {
		const struct peak_course *c = t->courses ? &t->courses[m] : NULL;

		if (!(row->known >> m & 1))
			continue;
		if (c && c->no_room)
			row->state = PEAK_NO_ROOM;
		else
			row->ranked |= 1u << m;
		if (!c)
			continue;
		if (!row->rates)
			row->rates = calloc(PEAK_FIGURES, sizeof(*row->rates));
		if (!row->rates)
			return false;
		row->rates[m] = (struct peak_rate){
			c->highest, c->largest ? c->largest[ranks->keep - 1] : 0, c->at};
	}
	return true;
}

bool peak_track_finish(struct peak_track *t, struct peak_ranks *ranks, enum peak_state state,
		       unsigned window_s, struct peak_row *row)
{
	bool done = true;

	row->samples = t->samples;
	row->state = state;
	if (state == PEAK_COMPLETE && t->samples < window_s)
		row->state = PEAK_DISCONTINUITY;
	if (row->state == PEAK_COMPLETE) {
		row->known = t->known;
		row->derived = t->derived;
		row->bypassed = t->bypassed;
		done = finish_rates(t, ranks, row);
	}
	peak_track_clear(t, ranks); /* row by row, so that both are not there of all rows at once */
	return done;
}
