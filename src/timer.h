/* SPDX-License-Identifier: MIT */
/*
 * timer: an absolute schedule on CLOCK_MONOTONIC that does not drift, and signals, in one place to
 * wait.
 */
#ifndef IPFW_TIMER_H
#define IPFW_TIMER_H

#include <stdint.h>

/* CLOCK_MONOTONIC in ns. */
uint64_t timer_now_ns(void);

struct timer {
	int timer_fd;  /* first tick one interval after timer_open() */
	int signal_fd; /* SIGINT and SIGTERM, blocked for the process */
};

enum timer_event { TIMER_TICK = 1, TIMER_STOP = 2, TIMER_OTHER = 4 };

/* Block SIGINT and SIGTERM and start the schedule. Returns 0 or -errno. */
int timer_open(struct timer *t, uint64_t interval_ns);
void timer_close(struct timer *t);

/*
 * Wait for the next tick, a signal to stop, or `other_fd` (an eventfd, drained here; -1: none).
 * Ticks that were missed count as one. Returns a mask of enum timer_event, or -errno.
 */
int timer_wait(struct timer *t, int other_fd);

#endif
