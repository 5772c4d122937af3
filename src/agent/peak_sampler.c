/* SPDX-License-Identifier: MIT */
#include "agent/peak_sampler.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

#define JUDGED        30 /* after so many samples, which is also the weight of those before */
#define PAUSE_WINDOWS 10

/* How long it is until the next sample; 0: there is none. */
static uint64_t wait_ns(const struct peak_sampler *p)
{
	uint64_t left_ns;

	if (!p->watch)
		return 0;
	if (p->paused)
		return PAUSE_WINDOWS * p->window_ns;
	left_ns = NS_PER_S - clock_ns(CLOCK_REALTIME) % NS_PER_S;
	/* A second that has just been sampled is not sampled again, although clocks differ. */
	return left_ns < NS_PER_S / 2 ? left_ns + NS_PER_S : left_ns;
}

static struct peaks *latest(const struct peak_sampler *p)
{
	return p->watch ? peak_watch_latest(p->watch) : NULL;
}

void peak_sampler_begin(struct peak_sampler *p, struct sampler *s, struct schedule *timer,
			uint64_t window_ns)
{
	peak_sampler_end(p);
	p->timer = timer;
	if (window_ns) {
		p->window_ns = window_ns;
		p->watch = peak_watch_new(window_ns / NS_PER_S, PEAK_SAMPLER_ROOM);
		if (!p->watch)
			log_fatal("%s", strerror(ENOMEM));
	}
	s->peaks = latest(p);
	schedule_alarm(timer, wait_ns(p));
}

void peak_sampler_end(struct peak_sampler *p)
{
	peak_watch_free(p->watch);
	*p = (struct peak_sampler){.watch = NULL};
}

static uint64_t cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* Add what a sample took, and give up if that is too much. */
static void judge(struct peak_sampler *p, uint64_t cost_ns)
{
	uint64_t weight = p->samples < JUDGED ? p->samples : JUDGED;

	p->cost_ns = (p->cost_ns * weight + cost_ns) / (weight + 1);
	p->samples++;
	p->paused = p->samples >= JUDGED && p->cost_ns > PEAK_SAMPLER_COST_NS;
	if (!p->paused)
		return;
	peak_watch_stop(p->watch, PEAK_COSTLY);
	p->samples = 0;
}

/* The last one of a window is a reading, which then shows it, and the ways past the IP layer. */
static bool ends_window(const struct peak_sampler *p)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return peak_watch_ends(p->watch, &now);
}

bool peak_sampler_read(struct peak_sampler *p, struct sampler *s, int64_t master_start_ns)
{
	uint64_t began_ns = cpu_ns();
	struct peak_counts counts = {.ifs = NULL};
	bool again, taken = false;

	if (!p->watch) /* switched off as the alarm came */
		return false;
	again = !ends_window(p) && collect_count_again(s->collector, s->latest, &counts);
	if (!again)
		taken = sampler_read(s, master_start_ns);
	if (again || taken)
		peak_watch_sample(p->watch, s->latest, again ? &counts : NULL);
	else
		peak_watch_miss(p->watch, PEAK_FAILED);
	peak_counts_clear(&counts); /* it is large where there are many interfaces */
	judge(p, cpu_ns() - began_ns);
	s->peaks = latest(p);
	if (taken)
		snapshot_set_peaks(s->latest, s->peaks);
	schedule_alarm(p->timer, wait_ns(p));
	return taken;
}

void peak_sampler_describe(const struct peak_sampler *p, char *text, size_t size)
{
	const double cost_ms = (double)p->cost_ns / 1e6, limit_ms = PEAK_SAMPLER_COST_NS / 1e6;
	const struct peaks *peaks = latest(p);

	text[0] = '\0';
	if (p->paused)
		snprintf(text, size,
			 ", no peaks: a sample takes %.1f ms of processor time, more than %g ms",
			 cost_ms, limit_ms);
	else if (peaks)
		snprintf(text, size, ", peaks of %u s: %s, %.1f ms of processor time for a sample",
			 peaks->window_s, peak_state_names[peaks->state], cost_ms);
}
