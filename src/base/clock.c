/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdio.h>

#include "base/units.h"

uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

char *clock_text(char text[CLOCK_TEXT_MAX], const struct timespec *t, enum clock_form form)
{
	struct tm tm;
	size_t n;

	text[0] = '\0';
	if (!gmtime_r(&t->tv_sec, &tm))
		return text;
	if (form == CLOCK_PLAIN) {
		n = strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &tm);
		text[n] = '\0';
		return text;
	}
	n = strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	if (form == CLOCK_ISO_US)
		n += snprintf(text + n, CLOCK_TEXT_MAX - n, ".%06ld", t->tv_nsec / 1000);
	snprintf(text + n, CLOCK_TEXT_MAX - n, "Z");
	return text;
}
