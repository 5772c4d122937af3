/* SPDX-License-Identifier: MIT */
/*
 * peak_watch: makes peaks of readings.
 *
 * A window ends when the clock shows a multiple of its length. A rate is what was counted between
 * the samples of two seconds, divided by the measured time between the two. If that is no second,
 * within PEAK_TOLERANCE_NS, the window has no peaks; nor have rows whose counters began anew in it
 * (a counter that went down did), and figures that were not known in each sample.
 *
 * A difference of counters that were read one after the other has none: between two of them passes
 * time, and the highest of many such figures is mostly the worst error.
 */
#ifndef IPFW_MODEL_PEAK_WATCH_H
#define IPFW_MODEL_PEAK_WATCH_H

#include "model/peak.h"

#define PEAK_TOLERANCE_NS UINT64_C(250000000)

struct peak_watch;

/*
 * Watch windows of so many seconds, at most PEAK_WINDOW_MAX_S. Until one has ended its state is
 * PEAK_STARTING. The rates that percentiles need take at most `room` octets. NULL: no memory.
 */
struct peak_watch *peak_watch_new(unsigned window_s, size_t room);
void peak_watch_free(struct peak_watch *w); /* accepts NULL */

/*
 * Take a reading, continued by continuity_follow(), as the sample of its second; or what its rows
 * have counted later, `now`, as the sample of that second (NULL: the reading is the sample).
 */
void peak_watch_sample(struct peak_watch *w, const struct snapshot *s,
		       const struct peak_counts *now);

/* Whether a sample at that time is the last one of a window. */
bool peak_watch_ends(const struct peak_watch *w, const struct timespec *wall);

/* There is no sample of this second, for that reason. */
void peak_watch_miss(struct peak_watch *w, enum peak_state why);

/* Give up what was sampled, for that reason, until the next sample. */
void peak_watch_stop(struct peak_watch *w, enum peak_state why);

/* The window that ended last, which belongs to the watch. NULL only if there was no memory. */
struct peaks *peak_watch_latest(const struct peak_watch *w);

#endif
