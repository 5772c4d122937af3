/* SPDX-License-Identifier: MIT */
#include "top/trail.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/units.h"

#define LATELY 8

struct trail *trail_new(void)
{
	struct trail *t = malloc(sizeof(*t));

	if (!t)
		log_fatal("%s", strerror(ENOMEM));
	for (int unit = 0; unit <= UNIT_OCTETS; unit++)
		for (size_t i = 0; i < TRAIL_SLOTS; i++)
			t->rate[unit][i] = -1;
	t->place = SIZE_MAX;
	return t;
}

void trail_set(struct trail *t, enum metric_unit unit, uint64_t slot, bool known, double rate)
{
	t->rate[unit][slot % TRAIL_SLOTS] = known ? (float)rate : -1;
}

/* The mean of the known ones from slot `from` to before slot `end`; below 0: none is known. */
static double mean(const struct trail *t, enum metric_unit unit, uint64_t from, uint64_t end)
{
	double sum = 0;
	unsigned n = 0;

	for (uint64_t slot = from; slot < end; slot++) {
		float rate = t->rate[unit][slot % TRAIL_SLOTS];

		if (rate >= 0) {
			sum += rate;
			n++;
		}
	}
	return n ? sum / n : -1;
}

double trail_lately(const struct trail *t, enum metric_unit unit, uint64_t slots)
{
	double rate = mean(t, unit, slots > LATELY ? slots - LATELY : 0, slots);

	return rate < 0 ? 0 : rate;
}

/* Slots to a character. */
static unsigned per_bar(unsigned columns)
{
	return columns ? (TRAIL_SLOTS + columns - 1) / columns : TRAIL_SLOTS;
}

unsigned trail_width(unsigned columns)
{
	unsigned per = per_bar(columns);

	return columns ? (TRAIL_SLOTS + per - 1) / per : 0;
}

/* The first bar is for 0. */
static const char *bar(double rate, double highest, bool utf8)
{
	static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const letters[] = {"_", ".", ":", "-", "=", "+", "*", "#"};
	const unsigned levels = ARRAY_SIZE(blocks) - 1;
	unsigned level;

	static_assert(ARRAY_SIZE(blocks) == ARRAY_SIZE(letters), "as many");
	if (rate < 0)
		return " ";
	level = rate > 0 ? (unsigned)ceil(rate / highest * levels) : 0;
	return utf8 ? blocks[level] : letters[level];
}

char *trail_line(char text[TRAIL_LINE_MAX], const struct trail *t, enum metric_unit unit,
		 uint64_t slots, unsigned columns, bool utf8)
{
	const unsigned per = per_bar(columns), width = trail_width(columns);
	/* Bars begin at whole numbers of slots, so that they move on and do not change. */
	const uint64_t newest = slots ? (slots - 1) / per : 0;
	const uint64_t oldest = slots > TRAIL_SLOTS ? slots - TRAIL_SLOTS : 0;
	double means[TRAIL_SLOTS], highest = 0;

	for (unsigned i = 0; i < width; i++) {
		uint64_t back = width - 1 - i, from, end;

		means[i] = -1;
		if (back > newest)
			continue;
		from = (newest - back) * per;
		end = from + per < slots ? from + per : slots;
		means[i] = mean(t, unit, from > oldest ? from : oldest, end);
		if (means[i] > highest)
			highest = means[i];
	}
	text[0] = '\0';
	for (unsigned i = 0, n = 0; i < width; i++) {
		const char *c = bar(means[i], highest, utf8);

		memcpy(text + n, c, strlen(c) + 1);
		n += strlen(c);
	}
	return text;
}
