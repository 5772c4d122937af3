/* SPDX-License-Identifier: MIT */
#include "top/board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* An interface's trails: FAMILY_TOTAL, FAMILY_IPV4, FAMILY_IPV6. */
#define IF_TRAILS (FAMILY_IPV6 + 1)

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p)
		log_fatal("%s", strerror(ENOMEM));
	return p;
}

static size_t count_rows(const struct snapshot *s, enum top_table table)
{
	return table == TOP_INTERFACES ? s->n_ifs : table == TOP_PATHS ? s->n_paths : s->n_drops;
}

static size_t per_row(enum top_table table)
{
	return table == TOP_INTERFACES ? IF_TRAILS : 1;
}

/* The same row in the reading before; SIZE_MAX: there is none. */
static size_t same_row(const struct snapshot *before, const struct snapshot *s,
		       enum top_table table, size_t row)
{
	if (table == TOP_INTERFACES) {
		const struct snapshot_if *i = snapshot_same_if(before, before->n_ifs, &s->ifs[row]);

		return i ? (size_t)(i - before->ifs) : SIZE_MAX;
	}
	if (table == TOP_PATHS) {
		const struct snapshot_path *p = snapshot_same_path(before, &s->paths[row]);

		return p ? (size_t)(p - before->paths) : SIZE_MAX;
	}
	const struct snapshot_drop *d = snapshot_same_drop(before, &s->drops[row]);

	return d ? (size_t)(d - before->drops) : SIZE_MAX;
}

static void free_trails(struct trail **trails, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(trails[i]);
	free(trails);
}

/* Rows keep their trails, new ones get some, those of rows that are gone go. */
static void follow_trails(struct board *b, const struct snapshot *s, enum top_table table)
{
	const size_t per = per_row(table), rows = count_rows(s, table);
	struct trail **trails = allocate(rows * per, sizeof(struct trail *));

	for (size_t row = 0; row < rows; row++) {
		size_t old = b->now ? same_row(b->now, s, table, row) : SIZE_MAX;

		for (size_t k = 0; k < per; k++) {
			struct trail **from =
				old == SIZE_MAX ? NULL : &b->trails[table][old * per + k];

			trails[row * per + k] = from && *from ? *from : trail_new();
			if (from)
				*from = NULL;
		}
	}
	free_trails(b->trails[table], b->n_trails[table]);
	b->trails[table] = trails;
	b->n_trails[table] = rows * per;
}

/* What rows are sorted by: the sum of those that are known, of these in packets, or in octets. */
static bool moved(const struct delta *d, enum top_table table, enum metric_unit unit, uint64_t *sum)
{
	static const enum metric_id which[TOP_TABLES][2] = {
		[TOP_INTERFACES] = {M_IN_PACKETS, M_OUT_PACKETS},
		[TOP_PATHS] = {M_OUT_FORW_PACKETS, M_OUT_FORW_PACKETS},
		[TOP_DROPS] = {M_DROPPED_PACKETS, M_DROPPED_PACKETS},
	};
	bool known = false;

	*sum = 0;
	for (int i = 0; i < (which[table][0] == which[table][1] ? 1 : 2); i++) {
		unsigned m = which[table][i] + (unit == UNIT_OCTETS);

		if (d->known >> m & 1) {
			*sum += d->value[m];
			known = true;
		}
	}
	return known;
}

static void fill_trail(const struct board *b, struct trail *t, const struct delta *d,
		       enum top_table table)
{
	for (int unit = UNIT_PACKETS; unit <= UNIT_OCTETS; unit++) {
		uint64_t sum;
		bool known = moved(d, table, unit, &sum);

		trail_set(t, unit, b->slots, known, rate_per_second(sum, b->rates->interval_ns));
	}
}

static void clear_slot(const struct board *b, struct trail *t)
{
	for (int unit = UNIT_PACKETS; unit <= UNIT_OCTETS; unit++)
		trail_set(t, unit, b->slots, false, 0);
}

/* One more slot, in which what `rates` says passed, or nothing is known. */
static void add_slot(struct board *b, bool known)
{
	struct delta d;

	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		if (known)
			fill_trail(b, b->system[f], &b->rates->system[f], TOP_PATHS);
		else
			clear_slot(b, b->system[f]);
	for (int table = 0; table < TOP_TABLES; table++)
		for (size_t i = 0; i < b->n_trails[table]; i++)
			if (known) {
				board_delta(b, table, i / per_row(table), i % per_row(table), &d);
				fill_trail(b, b->trails[table][i], &d, table);
			} else {
				clear_slot(b, b->trails[table][i]);
			}
	b->slots++;
}

void board_take(struct board *b, struct snapshot *next)
{
	struct rates *rates = b->now ? rate_compute(b->now, next) : NULL;
	uint64_t intervals;

	if (b->now && !rates)
		log_fatal("%s", strerror(ENOMEM));
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		if (!b->system[f])
			b->system[f] = trail_new();
	for (int table = 0; table < TOP_TABLES; table++)
		follow_trails(b, next, table);
	rates_free(b->rates);
	snapshot_free(b->now);
	b->rates = rates;
	b->now = next;
	if (!rates)
		return;
	intervals = (rates->interval_ns + b->interval_ns / 2) / b->interval_ns;
	for (uint64_t i = 1; i < intervals && i <= TRAIL_SLOTS; i++)
		add_slot(b, false);
	add_slot(b, true);
}

void board_clear(struct board *b)
{
	for (int table = 0; table < TOP_TABLES; table++)
		free_trails(b->trails[table], b->n_trails[table]);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		free(b->system[f]);
	rates_free(b->rates);
	snapshot_free(b->now);
	*b = (struct board){.interval_ns = b->interval_ns};
}

void board_lose(struct board *b)
{
	rates_free(b->rates);
	b->rates = NULL;
}

size_t board_count(const struct board *b, enum top_table table)
{
	return b->now ? count_rows(b->now, table) : 0;
}

/* An interface that has no IPv6 has nothing but IPv4 to add up. */
static void add_families(const struct board *b, size_t row, struct delta *out)
{
	const struct delta *v4 = &b->rates->ifs[row][FAMILY_IPV4];
	const struct delta *v6 = &b->rates->ifs[row][FAMILY_IPV6];
	uint32_t known = v4->known & v6->known;

	if (b->now->ifs[row].ipv4_source == IPV4_IS_DEVICE)
		known |= v4->known & METRICS_DEVICE;
	*out = (struct delta){.known = known};
	for (int m = 0; m < M_COUNT; m++)
		if (known >> m & 1)
			out->value[m] = v4->value[m] + (v6->known >> m & 1 ? v6->value[m] : 0);
}

void board_delta(const struct board *b, enum top_table table, size_t row, enum family family,
		 struct delta *out)
{
	if (!b->rates)
		*out = (struct delta){.known = 0};
	else if (table == TOP_PATHS)
		*out = b->rates->paths[row];
	else if (table == TOP_DROPS)
		*out = b->rates->drops[row];
	else if (family == FAMILY_TOTAL)
		add_families(b, row, out);
	else
		*out = b->rates->ifs[row][family];
}

void board_system(const struct board *b, enum family family, struct delta *out)
{
	if (b->rates)
		*out = b->rates->system[family];
	else
		*out = (struct delta){.known = 0};
}

struct trail *board_trail(const struct board *b, enum top_table table, size_t row,
			  enum family family)
{
	return b->trails[table][row * per_row(table) + (table == TOP_INTERFACES ? family : 0)];
}
