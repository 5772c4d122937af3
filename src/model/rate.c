/* SPDX-License-Identifier: MIT */
#include "model/rate.h"

#include <stdlib.h>
#include <string.h>

/* Whether a plain counter is below its last known value, counted or derived. */
static bool was_reset(const struct figures *prev, const struct figures *cur)
{
	uint32_t plain = (prev->known | prev->kept) & cur->known & ~cur->derived;

	for (int m = 0; m < M_COUNT; m++)
		if (plain >> m & 1 && cur->value[m] < prev->value[m])
			return true;
	return false;
}

static void hold_derived(const struct figures *prev, struct figures *cur)
{
	uint32_t derived = (prev->known | prev->kept) & cur->known & cur->derived;

	for (int m = 0; m < M_COUNT; m++)
		if (derived >> m & 1 && cur->value[m] < prev->value[m])
			cur->value[m] = prev->value[m];
}

/* A figure that is not known now keeps its value, with which the next one will be compared. */
static void keep_unknown(const struct figures *prev, struct figures *cur)
{
	uint32_t kept = (prev->known | prev->kept) & ~cur->known;

	for (int m = 0; kept >> m; m++)
		if (kept >> m & 1)
			cur->value[m] = prev->value[m];
	cur->kept |= kept;
	cur->derived |= prev->derived & kept;
}

/* Continue `n` rows of counters that share one continuity. */
static void follow_rows(const struct figures *prev, struct figures *cur, size_t n,
			uint64_t prev_since_ns, uint64_t now_ns, struct continuity *continuity)
{
	if (continuity->since_ns > prev_since_ns) {
		continuity->fresh = true; /* the source says so */
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (was_reset(&prev[i], &cur[i])) {
			*continuity = (struct continuity){now_ns, true};
			return;
		}
	for (size_t i = 0; i < n; i++) {
		hold_derived(&prev[i], &cur[i]);
		keep_unknown(&prev[i], &cur[i]);
	}
	*continuity = (struct continuity){prev_since_ns, false};
}

/* The row of the same interface, among the first `n`: its ifindex and its name are the same. */
static const struct snapshot_if *same_if(const struct snapshot *s, size_t n,
					 const struct snapshot_if *row)
{
	return n ? bsearch(row, s->ifs, n, sizeof(*row), snapshot_order_ifs) : NULL;
}

static const struct snapshot_path *same_path(const struct snapshot *s,
					     const struct snapshot_path *row)
{
	const struct snapshot_path *p;

	if (!s->n_paths)
		return NULL;
	p = bsearch(row, s->paths, s->n_paths, sizeof(*row), snapshot_order_paths);

	return p && !strcmp(p->in_name, row->in_name) && !strcmp(p->out_name, row->out_name) ? p
											     : NULL;
}

static int order_ifindex(const void *a, const void *b)
{
	const struct snapshot_if *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

/* Whether the interface has another name now: an ifindex belongs to one interface. */
static bool is_renamed(const struct snapshot *s, size_t n, const struct snapshot_if *row)
{
	return row->ifindex && n && bsearch(row, s->ifs, n, sizeof(*row), order_ifindex);
}

/* Interfaces that may still be there, without a figure. */
static void keep_missing_ifs(const struct snapshot *prev, struct snapshot *cur)
{
	size_t n = cur->n_ifs;

	for (size_t i = 0; i < prev->n_ifs; i++) {
		const struct snapshot_if *before = &prev->ifs[i];
		struct snapshot_if *row;

		if (same_if(cur, n, before) || is_renamed(cur, n, before))
			continue;
		row = snapshot_add_if(cur, before->ifindex, before->name);
		if (!row)
			break; /* when they are back, they begin anew */
		for (int f = 0; f < FAMILY_COUNT; f++)
			keep_unknown(&before->figures[f], &row->figures[f]);
		row->rx_header = before->rx_header;
		row->tx_header = before->tx_header;
		row->continuity.since_ns = before->continuity.since_ns;
	}
	snapshot_sort(cur);
}

/* What came before this reading is not known, unless the source knows. */
static void watch_row(const struct snapshot *s, struct continuity *continuity)
{
	if (!continuity->since_ns)
		continuity->since_ns = s->mono_ns;
}

/* A row without a predecessor. */
static void begin_anew(const struct snapshot *s, struct continuity *continuity)
{
	watch_row(s, continuity);
	continuity->fresh = true;
}

/* Another source counts now, whenever it began: from here on the figures are its own. */
static void change_source(const struct snapshot *s, struct continuity *continuity)
{
	*continuity = (struct continuity){s->mono_ns, true};
}

/* The first reading: from now on it is known when counters start anew. */
static void begin_watch(struct snapshot *s)
{
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		watch_row(s, &s->system[f].continuity);
	for (size_t i = 0; i < s->n_ifs; i++)
		watch_row(s, &s->ifs[i].continuity);
	for (size_t i = 0; i < s->n_paths; i++)
		watch_row(s, &s->paths[i].continuity);
}

void rate_follow(const struct snapshot *prev, struct snapshot *cur)
{
	bool other_source;

	if (!prev) {
		begin_watch(cur);
		return;
	}
	other_source = prev->source != cur->source || prev->hooks != cur->hooks;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		const struct snapshot_system *before = &prev->system[f];
		struct snapshot_system *now = &cur->system[f];

		if (other_source)
			change_source(cur, &now->continuity);
		else
			follow_rows(&before->figures, &now->figures, 1, before->continuity.since_ns,
				    cur->mono_ns, &now->continuity);
	}
	for (size_t i = 0; i < cur->n_ifs; i++) {
		struct snapshot_if *now = &cur->ifs[i];
		const struct snapshot_if *before = same_if(prev, prev->n_ifs, now);

		if (other_source)
			change_source(cur, &now->continuity);
		else if (before)
			follow_rows(before->figures, now->figures, FAMILY_COUNT,
				    before->continuity.since_ns, cur->mono_ns, &now->continuity);
		else
			begin_anew(cur, &now->continuity);
	}
	if (cur->ifs_incomplete && !other_source)
		keep_missing_ifs(prev, cur);
	for (size_t i = 0; i < cur->n_paths; i++) {
		struct snapshot_path *now = &cur->paths[i];
		const struct snapshot_path *before = same_path(prev, now);

		if (other_source)
			change_source(cur, &now->continuity);
		else if (before)
			follow_rows(&before->figures, &now->figures, 1, before->continuity.since_ns,
				    cur->mono_ns, &now->continuity);
		else
			begin_anew(cur, &now->continuity);
	}
}

/* Deltas of `n` rows, unless their counters started anew after prev_ns. */
static void subtract(const struct figures *prev, const struct figures *cur, size_t n,
		     const struct continuity *continuity, uint64_t prev_ns, struct delta *out)
{
	if (continuity->fresh || continuity->since_ns > prev_ns)
		return;
	for (size_t i = 0; i < n; i++) {
		uint32_t known = prev[i].known & cur[i].known;

		for (int m = 0; m < M_COUNT; m++)
			if (known >> m & 1 && cur[i].value[m] >= prev[i].value[m]) {
				out[i].value[m] = cur[i].value[m] - prev[i].value[m];
				out[i].known |= 1u << m;
			}
	}
}

struct rates *rate_compute(const struct snapshot *prev, const struct snapshot *cur)
{
	struct rates *r;

	if (cur->mono_ns <= prev->mono_ns)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->references = 1;
	r->interval_ns = cur->mono_ns - prev->mono_ns;
	r->n_ifs = cur->n_ifs;
	r->n_paths = cur->n_paths;
	r->ifs = calloc(r->n_ifs + 1, sizeof(*r->ifs));
	r->paths = calloc(r->n_paths + 1, sizeof(*r->paths));
	if (!r->ifs || !r->paths) {
		rates_free(r);
		return NULL;
	}
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		subtract(&prev->system[f].figures, &cur->system[f].figures, 1,
			 &cur->system[f].continuity, prev->mono_ns, &r->system[f]);
	for (size_t i = 0; i < cur->n_ifs; i++) {
		const struct snapshot_if *before = same_if(prev, prev->n_ifs, &cur->ifs[i]);

		if (before)
			subtract(before->figures, cur->ifs[i].figures, FAMILY_COUNT,
				 &cur->ifs[i].continuity, prev->mono_ns, r->ifs[i]);
	}
	for (size_t i = 0; i < cur->n_paths; i++) {
		const struct snapshot_path *before = same_path(prev, &cur->paths[i]);

		if (before)
			subtract(&before->figures, &cur->paths[i].figures, 1,
				 &cur->paths[i].continuity, prev->mono_ns, &r->paths[i]);
	}
	return r;
}

struct rates *rates_share(struct rates *r)
{
	if (r)
		r->references++;
	return r;
}

void rates_free(struct rates *r)
{
	if (!r || --r->references)
		return;
	free(r->ifs);
	free(r->paths);
	free(r);
}

double rate_per_second(uint64_t delta, uint64_t interval_ns)
{
	return (double)delta * 1e9 / (double)interval_ns;
}
