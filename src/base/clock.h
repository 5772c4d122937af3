/* SPDX-License-Identifier: MIT */
/*
 * clock: what time it is, and how a time is written.
 */
#ifndef IPFW_BASE_CLOCK_H
#define IPFW_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * That clock in ns: CLOCK_MONOTONIC and CLOCK_BOOTTIME as they are outside of time namespaces,
 * which shift them (time_namespaces(7)). So the times of processes in different ones can be
 * compared. Other clocks as they are.
 */
uint64_t clock_ns(clockid_t clock);

/* CLOCK_MONOTONIC in ns, outside of time namespaces. */
uint64_t clock_now_ns(void);

/* Such a time, for a system call that waits until then. It is not 0. */
struct timespec clock_until(uint64_t ns);

enum clock_form {
	CLOCK_ISO,    /* 2026-11-25T02:57:47Z */
	CLOCK_ISO_US, /* 2026-11-25T02:57:47.000000Z */
	CLOCK_PLAIN,  /* 2026-11-25 02:57:47 */
};

#define CLOCK_TEXT_MAX 48

/* Write a time of CLOCK_REALTIME in UTC; "" if there is no such date. Returns `text`. */
char *clock_text(char text[CLOCK_TEXT_MAX], const struct timespec *t, enum clock_form form);

#endif
