/* SPDX-License-Identifier: MIT */
#include "model/peak.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const peak_state_names[] = {
	NULL,
	[PEAK_COMPLETE] = "complete",
	[PEAK_STARTING] = "starting",
	[PEAK_MISSED] = "missed",
	[PEAK_CLOCK] = "clock",
	[PEAK_FAILED] = "failed",
	[PEAK_DISCONTINUITY] = "discontinuity",
	[PEAK_NO_ROOM] = "memory",
	[PEAK_COSTLY] = "costly",
};

int peak_counts_begin(struct peak_counts *c, const struct snapshot *s)
{
	*c = (struct peak_counts){.ifs = calloc(s->n_ifs + 1, sizeof(*c->ifs))};
	return c->ifs ? 0 : -ENOMEM;
}

void peak_counts_clear(struct peak_counts *c)
{
	free(c->ifs);
	c->ifs = NULL;
}

uint8_t peak_usable(const struct figures *f, uint32_t mask)
{
	return f->known & ~f->difference & mask & ((1u << PEAK_FIGURES) - 1);
}

bool peak_counts_put(uint64_t out[PEAK_FIGURES], const struct figures *now,
		     const struct figures *before)
{
	memcpy(out, now->value, PEAK_FIGURES * sizeof(*out));
	return peak_usable(now, METRICS_IF) == peak_usable(before, METRICS_IF);
}

struct peaks *peaks_share(struct peaks *p)
{
	if (p)
		p->references++;
	return p;
}

void peaks_free(struct peaks *p)
{
	if (!p || --p->references)
		return;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		free(p->system[f].rates);
	for (size_t i = 0; p->ifs && i < p->n_ifs; i++)
		for (int f = 0; f < FAMILY_MIB_COUNT; f++)
			free(p->ifs[i].rows[f].rates);
	free(p->times);
	free(p->ifs);
	free(p);
}

int peak_order(uint32_t ifindex, const char *name, uint32_t other, const char *other_name)
{
	if (ifindex != other)
		return ifindex < other ? -1 : 1;
	return strcmp(name, other_name);
}

const struct peak_if *peaks_find_if(const struct peaks *p, const struct snapshot_if *row)
{
	size_t low = 0, high = p->n_ifs;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct peak_if *i = &p->ifs[middle];
		int place = peak_order(i->ifindex, i->name, row->ifindex, row->name);

		if (!place)
			return i;
		if (place < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct peak_rate *peak_rate(const struct peak_row *row, enum metric_id m)
{
	static const struct peak_rate still = {0};

	return row->rates ? &row->rates[m] : &still;
}

enum quality peak_quality(const struct peak_row *row)
{
	const struct figures f = {
		.known = row->known, .derived = row->derived, .bypassed = row->bypassed};

	return figures_quality(&f, row->known);
}

enum peak_state peaks_state(const struct peaks *p, const struct peak_row *row)
{
	if (row)
		return row->state;
	return p->state == PEAK_COMPLETE ? PEAK_DISCONTINUITY : p->state;
}
