/* SPDX-License-Identifier: MIT */
#include "model/interval.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(METRICS_RATES <= 8, "a mask has a bit for each");

static int order(const struct interval_if *i, const struct snapshot_if *row)
{
	if (i->ifindex != row->ifindex)
		return i->ifindex < row->ifindex ? -1 : 1;
	return strcmp(i->name, row->name);
}

/* `prev` NULL: it cannot be compared. */
static void end_row(struct interval_row *out, const struct interval_row *prev,
		    const struct figures *now, uint32_t mask)
{
	memcpy(out->value, now->value, sizeof(out->value));
	out->known = now->known & mask;
	out->compared = prev && out->known & prev->known;
	for (int m = 0; out->compared && m < METRICS_RATES; m++) {
		if (!(out->known & prev->known & 1u << m) || out->value[m] < prev->value[m])
			continue;
		out->delta[m] = out->value[m] - prev->value[m];
		out->delta_known |= 1u << m;
	}
}

static bool goes_on(const struct interval *prev, const struct continuity *continuity)
{
	return prev && !continuity->fresh && continuity->since_ns <= prev->end_ns;
}

static void end_ifs(struct interval *out, const struct interval *prev, const struct snapshot *s)
{
	size_t k = 0;

	for (size_t i = 0; i < s->n_ifs; i++) { /* both are sorted */
		const struct snapshot_if *row = &s->ifs[i];
		struct interval_if *to = &out->ifs[i];
		const struct interval_if *before = NULL;

		while (prev && k < prev->n_ifs && order(&prev->ifs[k], row) < 0)
			k++;
		if (goes_on(prev, &row->continuity) && k < prev->n_ifs &&
		    !order(&prev->ifs[k], row))
			before = &prev->ifs[k];
		to->ifindex = row->ifindex;
		memcpy(to->name, row->name, sizeof(to->name));
		for (int f = 0; f < FAMILY_MIB_COUNT; f++)
			end_row(&to->rows[f], before ? &before->rows[f] : NULL, &row->figures[f],
				snapshot_if_metrics(f));
	}
}

struct interval *interval_end(const struct interval *prev, const struct snapshot *s)
{
	struct interval *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->references = 1;
	out->end_ns = s->mono_ns;
	out->n_ifs = s->n_ifs;
	out->ifs = calloc(s->n_ifs + 1, sizeof(*out->ifs));
	if (!out->ifs) {
		interval_free(out);
		return NULL;
	}
	if (prev && s->mono_ns <= prev->end_ns)
		prev = NULL;
	out->length_ns = prev ? s->mono_ns - prev->end_ns : 0;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		end_row(&out->system[f],
			goes_on(prev, &s->system[f].continuity) ? &prev->system[f] : NULL,
			&s->system[f].figures, UINT32_MAX);
	end_ifs(out, prev, s);
	return out;
}

struct interval *interval_share(struct interval *i)
{
	if (i)
		i->references++;
	return i;
}

void interval_free(struct interval *i)
{
	if (!i || --i->references)
		return;
	free(i->ifs);
	free(i);
}

static int order_by_row(const void *row, const void *i)
{
	return -order(i, row);
}

const struct interval_if *interval_find_if(const struct interval *i, const struct snapshot_if *row,
					   size_t hint)
{
	if (hint < i->n_ifs && !order(&i->ifs[hint], row))
		return &i->ifs[hint];
	return i->n_ifs ? bsearch(row, i->ifs, i->n_ifs, sizeof(*i->ifs), order_by_row) : NULL;
}
