/* SPDX-License-Identifier: MIT */
#include "model/peak_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "model/rate.h"

#define ALL_FIGURES ((1u << PEAK_FIGURES) - 1)

/* The rates of a figure in the window that runs. */
struct course {
	double highest;
	double *largest; /* descending; NULL: all were 0 */
	uint16_t at;
	bool no_room;
};

/* A row in the window that runs, and what it was at the last sample. */
struct track {
	uint64_t since_ns;
	uint64_t last[PEAK_FIGURES];
	struct course *courses; /* NULL: all rates were 0 */
	uint16_t samples;
	uint8_t last_known, known, derived, bypassed;
};

struct track_if {
	uint32_t ifindex;
	char name[SNAPSHOT_NAME_MAX];
	struct track rows[FAMILY_MIB_COUNT];
};

struct peak_watch {
	unsigned window_s, keep; /* so many of the largest rates */
	size_t room, used;       /* octets */
	struct peaks *latest;

	bool sampled; /* what follows is of the last sample */
	int64_t second;
	struct peak_time last;

	bool runs; /* what follows is of the window that runs */
	enum peak_state state;
	int64_t number; /* its end is second (number + 1) * window_s */
	unsigned samples;
	struct peak_time *times;
	struct track system[FAMILY_IPV6 + 1];
	struct track_if *ifs;
	size_t n_ifs;
};

/* An ended window without rows. */
static struct peaks *new_peaks(const struct peak_watch *w, enum peak_state state)
{
	struct peaks *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->references = 1;
	p->state = state;
	p->window_s = w->window_s;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		p->system[f].state = state;
	return p;
}

struct peak_watch *peak_watch_new(unsigned window_s, size_t room)
{
	struct peak_watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->window_s = window_s;
	w->keep = window_s - (19 * window_s + 19) / 20 + 1;
	w->room = room;
	w->times = calloc(window_s, sizeof(*w->times));
	w->latest = new_peaks(w, PEAK_STARTING);
	if (w->times && w->latest)
		return w;
	peak_watch_free(w);
	return NULL;
}

static void clear_track(struct peak_watch *w, struct track *t)
{
	for (int m = 0; m < PEAK_FIGURES && t->courses; m++) {
		if (t->courses[m].largest)
			w->used -= w->keep * sizeof(*t->courses[m].largest);
		free(t->courses[m].largest);
	}
	free(t->courses);
	t->courses = NULL;
	t->samples = 0;
	t->known = ALL_FIGURES;
	t->derived = t->bypassed = 0;
}

static void clear_if(struct peak_watch *w, struct track_if *i)
{
	for (int f = 0; f < FAMILY_MIB_COUNT; f++)
		clear_track(w, &i->rows[f]);
}

static void clear_tracks(struct peak_watch *w)
{
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		clear_track(w, &w->system[f]);
	for (size_t i = 0; i < w->n_ifs; i++)
		clear_if(w, &w->ifs[i]);
}

void peak_watch_free(struct peak_watch *w)
{
	if (!w)
		return;
	clear_tracks(w);
	free(w->ifs);
	free(w->times);
	peaks_free(w->latest);
	free(w);
}

static bool same_ifs(const struct peak_watch *w, const struct snapshot *s)
{
	if (w->n_ifs != s->n_ifs)
		return false;
	for (size_t i = 0; i < s->n_ifs; i++)
		if (peak_order(w->ifs[i].ifindex, w->ifs[i].name, s->ifs[i].ifindex,
			       s->ifs[i].name))
			return false;
	return true;
}

/* Make the interfaces those of the reading, row by row. */
static void follow_ifs(struct peak_watch *w, const struct snapshot *s)
{
	struct track_if *fresh;
	size_t old = 0;

	if (same_ifs(w, s))
		return;
	fresh = calloc(s->n_ifs + 1, sizeof(*fresh));
	for (size_t i = 0; fresh && i < s->n_ifs; i++) {
		const struct snapshot_if *row = &s->ifs[i];
		int place = 1;

		while (old < w->n_ifs && (place = peak_order(w->ifs[old].ifindex, w->ifs[old].name,
							     row->ifindex, row->name)) < 0)
			clear_if(w, &w->ifs[old++]);
		if (old < w->n_ifs && !place) {
			fresh[i] = w->ifs[old++];
			continue;
		}
		fresh[i].ifindex = row->ifindex;
		memcpy(fresh[i].name, row->name, sizeof(row->name));
		clear_if(w, &fresh[i]);
	}
	while (old < w->n_ifs)
		clear_if(w, &w->ifs[old++]);
	free(w->ifs);
	w->ifs = fresh;
	w->n_ifs = fresh ? s->n_ifs : 0; /* without memory they begin anew in the next sample */
}

static void keep_largest(struct peak_watch *w, struct course *c, double rate)
{
	const size_t size = w->keep * sizeof(*c->largest);
	unsigned place = w->keep;

	if (c->no_room)
		return;
	if (!c->largest) {
		c->largest = w->used + size <= w->room ? calloc(1, size) : NULL;
		c->no_room = !c->largest;
		if (c->no_room)
			return;
		w->used += size;
	}
	for (; place && c->largest[place - 1] < rate; place--)
		if (place < w->keep)
			c->largest[place] = c->largest[place - 1];
	if (place < w->keep)
		c->largest[place] = rate;
}

static void add_rate(struct peak_watch *w, struct track *t, int m, double rate, unsigned at)
{
	struct course *c;

	if (rate <= 0)
		return;
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
	keep_largest(w, c, rate);
}

/* A sample as it is followed in each row. */
struct step {
	uint64_t elapsed_ns; /* since the last one; 0: that is no second */
	unsigned at;
};

/* Which metrics may have a peak is in `mask` (bits). */
static void follow(struct peak_watch *w, struct track *t, const struct figures *f, uint32_t mask,
		   const struct continuity *continuity, const struct step *step)
{
	uint8_t usable = f->known & ~f->difference & mask & ALL_FIGURES;
	bool counts = step->elapsed_ns && t->since_ns == continuity->since_ns && !continuity->fresh;

	if (counts) {
		t->samples++;
		t->known &= usable & t->last_known;
		t->derived |= f->derived;
		t->bypassed |= f->bypassed;
	}
	for (int m = 0; m < PEAK_FIGURES; m++) {
		if (counts && f->value[m] < t->last[m])
			t->known &= ~(1u << m);
		if (counts && t->known >> m & 1)
			add_rate(w, t, m,
				 rate_per_second(f->value[m] - t->last[m], step->elapsed_ns),
				 step->at);
		t->last[m] = f->value[m];
	}
	t->last_known = usable;
	t->since_ns = continuity->since_ns;
}

static void follow_all(struct peak_watch *w, const struct snapshot *s, const struct step *step)
{
	follow_ifs(w, s);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		follow(w, &w->system[f], &s->system[f].figures, ALL_FIGURES,
		       &s->system[f].continuity, step);
	for (size_t i = 0; i < w->n_ifs; i++)
		for (int f = 0; f < FAMILY_MIB_COUNT; f++)
			follow(w, &w->ifs[i].rows[f], &s->ifs[i].figures[f], snapshot_if_metrics(f),
			       &s->ifs[i].continuity, step);
}

/* What the row shows in a window that ended. */
static void finish_row(const struct peak_watch *w, const struct track *t, struct peak_row *row)
{
	row->samples = t->samples;
	row->state = w->state;
	if (w->state == PEAK_COMPLETE && t->samples < w->window_s)
		row->state = PEAK_DISCONTINUITY;
	if (row->state != PEAK_COMPLETE)
		return;
	row->known = t->known;
	row->derived = t->derived;
	row->bypassed = t->bypassed;
	for (int m = 0; m < PEAK_FIGURES; m++) {
		const struct course still = {0}, *c = t->courses ? &t->courses[m] : &still;

		if (!(row->known >> m & 1))
			continue;
		row->rates[m].highest = c->highest;
		row->rates[m].at = c->at;
		row->rates[m].percentile = c->largest ? c->largest[w->keep - 1] : 0;
		if (c->no_room)
			row->state = PEAK_NO_ROOM;
		else
			row->ranked |= 1u << m;
	}
}

static struct peaks *make_peaks(struct peak_watch *w)
{
	struct peaks *p = new_peaks(w, w->state);

	if (!p)
		return NULL;
	p->samples = w->samples;
	p->end = w->last;
	p->n_ifs = w->n_ifs;
	p->ifs = calloc(w->n_ifs + 1, sizeof(*p->ifs));
	p->times = calloc(w->window_s, sizeof(*p->times));
	if (!p->ifs || !p->times) {
		peaks_free(p);
		return NULL;
	}
	memcpy(p->times, w->times, w->window_s * sizeof(*p->times));
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		finish_row(w, &w->system[f], &p->system[f]);
	for (size_t i = 0; i < w->n_ifs; i++) {
		p->ifs[i].ifindex = w->ifs[i].ifindex;
		memcpy(p->ifs[i].name, w->ifs[i].name, sizeof(p->ifs[i].name));
		for (int f = 0; f < FAMILY_MIB_COUNT; f++)
			finish_row(w, &w->ifs[i].rows[f], &p->ifs[i].rows[f]);
	}
	return p;
}

static void end_window(struct peak_watch *w)
{
	peaks_free(w->latest);
	w->latest = make_peaks(w);
	w->runs = false;
	clear_tracks(w);
}

void peak_watch_miss(struct peak_watch *w, enum peak_state why)
{
	if (w->runs && w->state == PEAK_COMPLETE)
		w->state = why;
}

void peak_watch_stop(struct peak_watch *w, enum peak_state why)
{
	clear_tracks(w);
	free(w->ifs);
	w->ifs = NULL;
	w->n_ifs = 0;
	w->runs = w->sampled = false;
	peaks_free(w->latest);
	w->latest = new_peaks(w, why);
}

static int64_t wall_ns(const struct timespec *t)
{
	return t->tv_sec * (int64_t)NS_PER_S + t->tv_nsec;
}

/* Whether the reading is the sample of the second after the last one. */
static enum peak_state judge(const struct peak_watch *w, const struct snapshot *s, int64_t second)
{
	const int64_t tolerance = PEAK_TOLERANCE_NS;
	int64_t elapsed = (int64_t)(s->mono_ns - w->last.mono_ns);
	int64_t shown = wall_ns(&s->wall) - wall_ns(&w->last.wall);

	if (!w->sampled)
		return PEAK_STARTING;
	if (llabs(shown - elapsed) > tolerance)
		return PEAK_CLOCK;
	if (llabs(elapsed - (int64_t)NS_PER_S) > tolerance || second != w->second + 1)
		return PEAK_MISSED;
	return PEAK_COMPLETE;
}

void peak_watch_sample(struct peak_watch *w, const struct snapshot *s)
{
	const int64_t window = w->window_s;
	const int64_t second = s->wall.tv_sec + (s->wall.tv_nsec >= (long)NS_PER_S / 2);
	const unsigned at = ((second - 1) % window + window) % window;
	const int64_t number = (second - 1 - (int64_t)at) / window;
	const enum peak_state verdict = judge(w, s, second);
	struct step step = {0, at};

	if (w->runs && number != w->number) {
		peak_watch_miss(w, verdict == PEAK_COMPLETE ? PEAK_MISSED : verdict);
		end_window(w);
	}
	if (!w->runs) {
		w->runs = true;
		w->number = number;
		w->samples = 0;
		w->state = at == 0 ? PEAK_COMPLETE : verdict;
	}
	if (verdict == PEAK_COMPLETE) {
		step.elapsed_ns = s->mono_ns - w->last.mono_ns;
		w->samples++;
	} else {
		peak_watch_miss(w, verdict);
	}
	follow_all(w, s, &step);
	w->times[at] = w->last = (struct peak_time){s->mono_ns, s->wall};
	w->second = second;
	w->sampled = true;
	if (second == (number + 1) * window)
		end_window(w);
}

struct peaks *peak_watch_latest(const struct peak_watch *w)
{
	return w->latest;
}
