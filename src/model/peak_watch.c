/* SPDX-License-Identifier: MIT */
#include "model/peak_watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "model/peak_track.h"

struct track_if {
	uint32_t ifindex;
	char name[SNAPSHOT_NAME_MAX];
	struct peak_track rows[FAMILY_MIB_COUNT];
};

struct peak_watch {
	unsigned window_s;
	struct peak_ranks ranks;
	struct peaks *latest;

	bool sampled; /* what follows is of the last sample */
	int64_t second;
	struct peak_time last;

	bool runs; /* what follows is of the window that runs */
	enum peak_state state;
	int64_t number; /* its end is second (number + 1) * window_s */
	unsigned samples;
	struct peak_time *times;
	struct peak_track system[FAMILY_IPV6 + 1];
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
	w->ranks = (struct peak_ranks){window_s - (19 * window_s + 19) / 20 + 1, room, 0};
	w->times = calloc(window_s, sizeof(*w->times));
	w->latest = new_peaks(w, PEAK_STARTING);
	if (w->times && w->latest)
		return w;
	peak_watch_free(w);
	return NULL;
}

static void clear_if(struct peak_watch *w, struct track_if *i)
{
	for (int f = 0; f < FAMILY_MIB_COUNT; f++)
		peak_track_clear(&i->rows[f], &w->ranks);
}

static void clear_tracks(struct peak_watch *w)
{
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		peak_track_clear(&w->system[f], &w->ranks);
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

static void follow_system(struct peak_watch *w, const struct snapshot *s, enum family family,
			  const struct peak_step *step)
{
	const struct snapshot_system *row = &s->system[family];
	struct peak_track *t = &w->system[family];
	const struct peak_counted c = peak_track_count(
		&row->figures, step->now ? step->now->system[family] : NULL, PEAK_ALL_FIGURES);
	bool counts =
		peak_track_continues(t, &row->continuity, step) && !peak_track_went_down(t, &c);

	peak_track_follow(t, &w->ranks, &c, counts, row->continuity.since_ns, step);
}

/* Its rows share one continuity. */
static void follow_if(struct peak_watch *w, const struct snapshot *s, size_t i,
		      const struct peak_step *step)
{
	const struct snapshot_if *row = &s->ifs[i];
	struct peak_track *tracks = w->ifs[i].rows;
	struct peak_counted c[FAMILY_MIB_COUNT];
	bool counts = peak_track_continues(&tracks[0], &row->continuity, step);

	for (int f = 0; f < FAMILY_MIB_COUNT; f++) {
		c[f] = peak_track_count(&row->figures[f], step->now ? step->now->ifs[i][f] : NULL,
					snapshot_if_metrics(f));
		counts = counts && !peak_track_went_down(&tracks[f], &c[f]);
	}
	for (int f = 0; f < FAMILY_MIB_COUNT; f++)
		peak_track_follow(&tracks[f], &w->ranks, &c[f], counts, row->continuity.since_ns,
				  step);
}

static void follow_all(struct peak_watch *w, const struct snapshot *s, const struct peak_step *step)
{
	follow_ifs(w, s);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		follow_system(w, s, f, step);
	for (size_t i = 0; i < w->n_ifs; i++)
		follow_if(w, s, i, step);
}

static struct peaks *make_peaks(struct peak_watch *w)
{
	struct peaks *p = new_peaks(w, w->state);
	bool done = true;

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
		done &= peak_track_finish(&w->system[f], &w->ranks, w->state, w->window_s,
					  &p->system[f]);
	for (size_t i = 0; i < w->n_ifs; i++) {
		p->ifs[i].ifindex = w->ifs[i].ifindex;
		memcpy(p->ifs[i].name, w->ifs[i].name, sizeof(p->ifs[i].name));
		for (int f = 0; f < FAMILY_MIB_COUNT; f++)
			done &= peak_track_finish(&w->ifs[i].rows[f], &w->ranks, w->state,
						  w->window_s, &p->ifs[i].rows[f]);
	}
	if (done)
		return p;
	peaks_free(p);
	return NULL;
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

/* Whether it is the sample of the second after the last one. */
static enum peak_state judge(const struct peak_watch *w, const struct peak_time *time,
			     int64_t second)
{
	const int64_t tolerance = PEAK_TOLERANCE_NS;
	int64_t elapsed = (int64_t)(time->mono_ns - w->last.mono_ns);
	int64_t shown = wall_ns(&time->wall) - wall_ns(&w->last.wall);

	if (!w->sampled)
		return PEAK_STARTING;
	if (llabs(shown - elapsed) > tolerance)
		return PEAK_CLOCK;
	if (llabs(elapsed - (int64_t)NS_PER_S) > tolerance || second != w->second + 1)
		return PEAK_MISSED;
	return PEAK_COMPLETE;
}

/* Which second a sample at that time is of, the nearest one; and the how many-th of its window. */
static int64_t second_of(const struct timespec *wall)
{
	return wall->tv_sec + (wall->tv_nsec >= (long)NS_PER_S / 2);
}

static unsigned place_of(const struct peak_watch *w, int64_t second)
{
	const int64_t window = w->window_s;

	return ((second - 1) % window + window) % window;
}

bool peak_watch_ends(const struct peak_watch *w, const struct timespec *wall)
{
	return place_of(w, second_of(wall)) == w->window_s - 1;
}

void peak_watch_sample(struct peak_watch *w, const struct snapshot *s,
		       const struct peak_counts *now)
{
	const struct peak_time time = now ? now->time : (struct peak_time){s->mono_ns, s->wall};
	const int64_t window = w->window_s, second = second_of(&time.wall);
	const unsigned at = place_of(w, second);
	const int64_t number = (second - 1 - (int64_t)at) / window;
	const enum peak_state verdict = judge(w, &time, second);
	struct peak_step step = {0, at, now};

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
		step.elapsed_ns = time.mono_ns - w->last.mono_ns;
		w->samples++;
	} else {
		peak_watch_miss(w, verdict);
	}
	follow_all(w, s, &step);
	w->times[at] = w->last = time;
	w->second = second;
	w->sampled = true;
	if (second == (number + 1) * window)
		end_window(w);
}

struct peaks *peak_watch_latest(const struct peak_watch *w)
{
	return w->latest;
}
