/* SPDX-License-Identifier: MIT */
/*
 * schedule: one place to wait for an absolute schedule on CLOCK_MONOTONIC, which does not drift,
 * and for signals.
 */
#ifndef IPFW_BASE_SCHEDULE_H
#define IPFW_BASE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct schedule {
	int timer_fd;  /* first tick one interval after schedule_open() */
	int signal_fd; /* the signals below, blocked for the process */
	int alarm_fd;  /* see schedule_alarm() */
};

enum schedule_event {
	SCHEDULE_TICK = 1,
	SCHEDULE_STOP = 2, /* SIGINT, SIGTERM */
	SCHEDULE_OTHER = 4,
	SCHEDULE_RELOAD = 8,   /* SIGHUP */
	SCHEDULE_STATUS = 16,  /* SIGUSR1 */
	SCHEDULE_QUIT = 32,    /* SIGQUIT */
	SCHEDULE_SUSPEND = 64, /* SIGTSTP */
	SCHEDULE_RESUME = 128, /* SIGCONT */
	SCHEDULE_RESIZE = 256, /* SIGWINCH */
	SCHEDULE_ALARM = 512,
	SCHEDULE_SERVICE = 1024, /* and the next bits, for each of the services */
};

#define SCHEDULE_SERVICES 2

/* What an agent takes a reading for. */
#define SCHEDULE_READS (SCHEDULE_TICK | SCHEDULE_OTHER | SCHEDULE_RELOAD)

/*
 * Block the signals of the events in `signals` (a mask) and start the schedule; other signals keep
 * their effect. Returns 0 or -errno.
 */
int schedule_open(struct schedule *t, uint64_t interval_ns, int signals);
void schedule_close(struct schedule *t);

/* A new schedule: the next tick is one interval from now. Returns 0 or -errno. */
int schedule_set(struct schedule *t, uint64_t interval_ns);

/* The same with another time until the next tick. */
int schedule_begin(struct schedule *t, uint64_t wait_ns, uint64_t interval_ns);

/* One SCHEDULE_ALARM beside the ticks, that long from now; 0: none any more. */
void schedule_alarm(struct schedule *t, uint64_t wait_ns);

/* Whether SCHEDULE_STOP is about to come. */
bool schedule_stops(void);

/*
 * Wait for the next tick, the alarm, a signal, `other_fd` (an eventfd, drained here; -1: none) or
 * one of `services` (SCHEDULE_SERVICES descriptors that the caller reads, -1: none; NULL: none at
 * all), but not longer than timeout_ms (-1: for ever). Ticks that were missed count as one. Returns
 * a mask of enum schedule_event, or -errno.
 */
int schedule_wait(struct schedule *t, int other_fd, const int *services, int timeout_ms);

#endif
