/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/units.h"

/* What this process's time namespace adds to the clocks. Threads may find it out twice. */
static struct {
	atomic_bool known;
	_Atomic int64_t monotonic_ns, boottime_ns;
} shift;

/* The file tells of the namespace that children get. They are the same in all but odd cases. */
static bool is_in_childrens(void)
{
	struct stat own, childrens;

	return stat("/proc/self/ns/time", &own) == 0 &&
	       stat("/proc/self/ns/time_for_children", &childrens) == 0 &&
	       own.st_ino == childrens.st_ino;
}

/* Kernels without time namespaces do not have the file. */
static void find_shift(void)
{
	FILE *f = is_in_childrens() ? fopen("/proc/self/timens_offsets", "re") : NULL;
	int64_t s, ns;
	char clock[16];

	while (f && fscanf(f, "%15s %" SCNd64 " %" SCNd64, clock, &s, &ns) == 3) {
		ns += s * (int64_t)NS_PER_S;
		if (clock[0] == 'm')
			atomic_store(&shift.monotonic_ns, ns);
		else if (clock[0] == 'b')
			atomic_store(&shift.boottime_ns, ns);
	}
	if (f)
		fclose(f);
	atomic_store(&shift.known, true);
}

static int64_t shift_of(clockid_t clock)
{
	if (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return 0;
	if (!atomic_load(&shift.known))
		find_shift();
	return atomic_load(clock == CLOCK_BOOTTIME ? &shift.boottime_ns : &shift.monotonic_ns);
}

uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + t.tv_nsec - shift_of(clock);
}

struct timespec clock_until(uint64_t ns)
{
	int64_t local_ns = (int64_t)ns + shift_of(CLOCK_MONOTONIC);

	if (local_ns < 1)
		local_ns = 1;
	return (struct timespec){local_ns / (int64_t)NS_PER_S, local_ns % (int64_t)NS_PER_S};
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
