/* SPDX-License-Identifier: MIT */
#include "base/scale.h"

#include <inttypes.h>
#include <stdio.h>

static char *scale(char *text, double value, double base, const char *const *prefix)
{
	while (value >= base && prefix[1]) {
		value /= base;
		prefix++;
	}
	snprintf(text, SCALE_MAX, value < 100 ? "%.1f%s" : "%.0f%s", value, *prefix);
	return text;
}

char *scale_rate(char text[SCALE_MAX], double value)
{
	static const char *const si[] = {"", " k", " M", " G", " T", " P", NULL};

	return scale(text, value, 1000, si);
}

char *scale_count(char text[SCALE_MAX], uint64_t value)
{
	if (value >= 1000)
		return scale_rate(text, value);
	snprintf(text, SCALE_MAX, "%" PRIu64, value);
	return text;
}

char *scale_octets(char text[SCALE_MAX], uint64_t octets)
{
	static const char *const iec[] = {"", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB", NULL};

	if (octets >= 1024)
		return scale(text, octets, 1024, iec);
	snprintf(text, SCALE_MAX, "%" PRIu64, octets);
	return text;
}
