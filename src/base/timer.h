/* SPDX-License-Identifier: MIT */
/*
 * timer: an absolute schedule on CLOCK_MONOTONIC that does not drift, and signals, in one place to
 * wait.
 */
#ifndef IPFW_BASE_TIMER_H
#define IPFW_BASE_TIMER_H

#include <stdint.h>

struct timer {
	int timer_fd;  /* first tick one interval after timer_open() */
	int signal_fd; /* the signals below, blocked for the process */
};

enum timer_event {
	TIMER_TICK = 1,
	TIMER_STOP = 2, /* SIGINT, SIGTERM */
	TIMER_OTHER = 4,
	TIMER_RELOAD = 8,  /* SIGHUP */
	TIMER_STATUS = 16, /* SIGUSR1 */
	TIMER_SERVICE = 32,
};

/*
 * Block the signals of the events in `signals` (a mask) and start the schedule; other signals do
 * what they always do. Returns 0 or -errno.
 */
int timer_open(struct timer *t, uint64_t interval_ns, int signals);
void timer_close(struct timer *t);

/* A new schedule: the next tick is one interval from now. Returns 0 or -errno. */
int timer_set(struct timer *t, uint64_t interval_ns);

/*
 * Wait for the next tick, a signal, `other_fd` (an eventfd, drained here; -1: none) or `service_fd`
 * (the caller reads it; -1: none), but not longer than timeout_ms (-1: for ever). Ticks that were
 * missed count as one. Returns a mask of enum timer_event, or -errno.
 */
int timer_wait(struct timer *t, int other_fd, int service_fd, int timeout_ms);

#endif
