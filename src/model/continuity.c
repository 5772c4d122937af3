/* SPDX-License-Identifier: MIT */
#include "model/continuity.h"

#include <stdlib.h>

/* Whether a counter is below its last known value; a difference, or a gauge, may be. */
static bool was_reset(const struct figures *prev, const struct figures *cur)
{
	uint32_t plain =
		(prev->known | prev->kept) & cur->known & ~cur->difference & ~METRICS_GAUGES;

	for (int m = 0; m < M_COUNT; m++)
		if (plain >> m & 1 && cur->value[m] < prev->value[m])
			return true;
	return false;
}

static bool counts_were_reset(const struct ip_counts *prev, const struct ip_counts *cur)
{
	uint32_t both = (prev->known | prev->kept) & cur->known;

	for (int i = 0; both >> i; i++)
		if (both >> i & 1 && cur->value[i] < prev->value[i])
			return true;
	return false;
}

static void hold_differences(const struct figures *prev, struct figures *cur)
{
	uint32_t held = (prev->known | prev->kept) & cur->known & cur->difference & ~METRICS_GAUGES;

	for (int m = 0; m < M_COUNT; m++)
		if (held >> m & 1 && cur->value[m] < prev->value[m])
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

static void keep_unknown_counts(const struct ip_counts *prev, struct ip_counts *cur)
{
	uint32_t kept = (prev->known | prev->kept) & ~cur->known;

	for (int i = 0; kept >> i; i++)
		if (kept >> i & 1)
			cur->value[i] = prev->value[i];
	cur->kept |= kept;
}

/* Whether they, too, show that the row began anew. Those that are not known now keep their values.
 */
static bool follow_counts(const struct ip_counts *prev, struct ip_counts *cur)
{
	bool reset = counts_were_reset(prev, cur);

	if (!reset)
		keep_unknown_counts(prev, cur);
	return reset;
}

/* Continue `n` rows of counters that share one continuity; `reset`: others that share it were. */
static void follow_rows(const struct figures *prev, struct figures *cur, size_t n, bool reset,
			uint64_t prev_since_ns, uint64_t now_ns, struct continuity *continuity)
{
	if (continuity->since_ns > prev_since_ns) {
		continuity->fresh = true; /* the source says so */
		return;
	}
	for (size_t i = 0; i < n; i++)
		reset |= was_reset(&prev[i], &cur[i]);
	if (reset) {
		*continuity = (struct continuity){now_ns, true};
		return;
	}
	for (size_t i = 0; i < n; i++) {
		hold_differences(&prev[i], &cur[i]);
		keep_unknown(&prev[i], &cur[i]);
	}
	*continuity = (struct continuity){prev_since_ns, false};
}

/* Whether figures of the interface are now derived from other counters than before. */
static bool is_derived_anew(const struct snapshot_if *prev, struct snapshot_if *cur)
{
	if (cur->ipv4_source == IPV4_NOT_DERIVED)
		cur->ipv4_source = prev->ipv4_source;
	return (prev->ipv4_source != IPV4_NOT_DERIVED && cur->ipv4_source != prev->ipv4_source) ||
	       cur->rx_header != prev->rx_header || cur->tx_header != prev->tx_header;
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

		if (snapshot_same_if(cur, n, before) || is_renamed(cur, n, before))
			continue;
		row = snapshot_add_if(cur, before->ifindex, before->name);
		if (!row)
			break; /* when they are back, they begin anew */
		for (int f = 0; f < FAMILY_COUNT; f++)
			keep_unknown(&before->figures[f], &row->figures[f]);
		keep_unknown_counts(&before->ip6_counts, &row->ip6_counts);
		row->ipv4_source = before->ipv4_source;
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
	for (size_t i = 0; i < s->n_drops; i++)
		watch_row(s, &s->drops[i].path.continuity);
}

/* A path or a row of drops; `before` is NULL if there was none. */
static void follow_path(const struct snapshot *cur, struct snapshot_path *now,
			const struct snapshot_path *before, bool other_source)
{
	if (other_source)
		change_source(cur, &now->continuity);
	else if (before)
		follow_rows(&before->figures, &now->figures, 1, false, before->continuity.since_ns,
			    cur->mono_ns, &now->continuity);
	else
		begin_anew(cur, &now->continuity);
}

void continuity_follow(const struct snapshot *prev, struct snapshot *cur)
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
			follow_rows(&before->figures, &now->figures, 1,
				    follow_counts(&before->ip_counts, &now->ip_counts),
				    before->continuity.since_ns, cur->mono_ns, &now->continuity);
	}
	for (size_t i = 0; i < cur->n_ifs; i++) {
		struct snapshot_if *now = &cur->ifs[i];
		const struct snapshot_if *before = snapshot_same_if(prev, prev->n_ifs, now);

		if (other_source)
			change_source(cur, &now->continuity);
		else if (before && is_derived_anew(before, now))
			now->continuity = (struct continuity){cur->mono_ns, true};
		else if (before)
			follow_rows(before->figures, now->figures, FAMILY_COUNT,
				    follow_counts(&before->ip6_counts, &now->ip6_counts),
				    before->continuity.since_ns, cur->mono_ns, &now->continuity);
		else
			begin_anew(cur, &now->continuity);
	}
	if (cur->ifs_incomplete && !other_source)
		keep_missing_ifs(prev, cur);
	for (size_t i = 0; i < cur->n_paths; i++)
		follow_path(cur, &cur->paths[i], snapshot_same_path(prev, &cur->paths[i]),
			    other_source);
	for (size_t i = 0; i < cur->n_drops; i++) {
		const struct snapshot_drop *before = snapshot_same_drop(prev, &cur->drops[i]);

		follow_path(cur, &cur->drops[i].path, before ? &before->path : NULL, other_source);
	}
}
