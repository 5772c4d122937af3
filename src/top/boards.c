/* SPDX-License-Identifier: MIT */
#include "top/boards.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "top/steady.h"

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p)
		log_fatal("%s", strerror(ENOMEM));
	return p;
}

void boards_set(struct boards *b, struct board *const *all, size_t n)
{
	free(b->all);
	b->all = allocate(n, sizeof(struct board *));
	b->n = n;
	for (size_t i = 0; i < n; i++)
		b->all[i] = all[i];
}

void boards_clear(struct boards *b)
{
	free(b->all);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		free(b->system[f]);
	*b = (struct boards){.interval_ns = b->interval_ns, .names = b->names, .many = b->many};
}

void boards_speed(struct speed *out, const struct delta *d, const struct rates *rates)
{
	out->known = rates ? d->known : 0;
	for (int m = 0; m < M_COUNT; m++)
		if (out->known >> m & 1)
			out->rate[m] = rate_per_second(d->value[m], rates->interval_ns);
}

size_t boards_rated(const struct boards *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += b->all[i]->rates != NULL;
	return n;
}

void boards_system(const struct boards *b, enum family family, struct speed *out)
{
	*out = (struct speed){.known = boards_rated(b) ? ~0U : 0};
	for (size_t i = 0; i < b->n; i++) {
		struct speed one;
		struct delta d;

		if (!b->all[i]->rates)
			continue;
		board_system(b->all[i], family, &d);
		boards_speed(&one, &d, b->all[i]->rates);
		out->known &= one.known;
		for (int m = 0; m < M_COUNT; m++)
			out->rate[m] += out->known >> m & 1 ? one.rate[m] : 0;
	}
}

static void set_slot(struct boards *b, enum family family, const struct speed *s)
{
	trail_set(b->system[family], UNIT_PACKETS, b->slots, s->known >> M_OUT_FORW_PACKETS & 1,
		  s->rate[M_OUT_FORW_PACKETS]);
	trail_set(b->system[family], UNIT_OCTETS, b->slots, s->known >> M_OUT_FORW_OCTETS & 1,
		  s->rate[M_OUT_FORW_OCTETS]);
}

/* Intervals in which nothing was read are not known. */
void boards_add_slot(struct boards *b, uint64_t now_ns)
{
	const struct speed nothing = {.known = 0};
	uint64_t intervals =
		b->slot_ns ? (now_ns - b->slot_ns + b->interval_ns / 2) / b->interval_ns : 1;
	struct speed sum[FAMILY_IPV6 + 1];

	if (!b->system[FAMILY_IPV4])
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			b->system[f] = trail_new();
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		boards_system(b, f, &sum[f]);
	for (uint64_t left = intervals < TRAIL_SLOTS ? intervals : TRAIL_SLOTS; left; left--) {
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			set_slot(b, f, left > 1 ? &nothing : &sum[f]);
		b->slots++;
	}
	b->slot_ns = now_ns;
}

struct boards boards_seen(const struct boards *b, struct controls *c)
{
	struct boards seen = *b;
	long place = 0, places = (long)b->n + 1; /* 0: all */

	for (size_t i = 0; i < b->n && c->netns[0]; i++)
		if (!strcmp(b->all[i]->now->netns, c->netns))
			place = (long)i + 1;
	place = ((place + c->netns_steps) % places + places) % places;
	c->netns_steps = 0;
	c->netns[0] = '\0';
	if (!b->many || !place)
		return seen;
	seen.all = &b->all[place - 1];
	seen.n = 1;
	seen.many = false;
	memcpy(c->netns, seen.all[0]->now->netns, sizeof(c->netns));
	return seen;
}

const struct trail *boards_system_trail(const struct boards *b, enum family family, uint64_t *slots)
{
	*slots = b->many || !b->n ? b->slots : b->all[0]->slots;
	return b->many || !b->n ? b->system[family] : b->all[0]->system[family];
}

static bool name_has(const struct boards *b, const char *name, const char *filter)
{
	char text[ESCAPE_NETNS_MAX];

	return strcasestr(escape_name(text, sizeof(text), name, b->names), filter);
}

static bool passes(const struct boards *b, const struct controls *c, const struct boards_row *row)
{
	const struct snapshot *s = row->board->now;
	const struct snapshot_path *p;

	if (!c->filter[0] || (b->many && name_has(b, s->netns, c->filter)))
		return true;
	if (c->table == TOP_INTERFACES)
		return name_has(b, s->ifs[row->number].name, c->filter);
	p = c->table == TOP_PATHS ? &s->paths[row->number] : &s->drops[row->number].path;
	return (p->in_ifindex && name_has(b, p->in_name, c->filter)) ||
	       (p->out_ifindex && name_has(b, p->out_name, c->filter));
}

static bool is_of_family(const struct controls *c, const struct boards_row *row)
{
	const struct snapshot *s = row->board->now;

	if (c->family == FAMILY_TOTAL || c->table == TOP_INTERFACES)
		return true;
	return c->family == (c->table == TOP_PATHS ? s->paths[row->number].family
						   : s->drops[row->number].path.family);
}

static struct trail *trail_of(const struct controls *c, const struct boards_row *row)
{
	return board_trail(row->board, c->table, row->number, c->family);
}

struct boards_row *boards_rows(const struct boards *b, const struct controls *c, size_t *n)
{
	const enum metric_unit unit = c->unit == TOP_PACKETS ? UNIT_PACKETS : UNIT_OCTETS;
	struct boards_row *all, *rows;
	struct steady *order;
	size_t count = 0;

	for (size_t i = 0; i < b->n; i++)
		count += board_count(b->all[i], c->table);
	all = allocate(count, sizeof(*all));
	rows = allocate(count, sizeof(*rows));
	order = allocate(count, sizeof(*order));
	count = 0;
	for (size_t i = 0; i < b->n; i++)
		for (size_t k = 0; k < board_count(b->all[i], c->table); k++)
			all[count++] = (struct boards_row){b->all[i], k};
	for (size_t i = 0; i < count; i++) {
		const struct trail *t = trail_of(c, &all[i]);

		order[i] = (struct steady){trail_lately(t, unit, all[i].board->slots), t->place, i};
	}
	steady_order(order, count);
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		const struct boards_row *row = &all[order[i].number];

		trail_of(c, row)->place = i;
		if (is_of_family(c, row) && passes(b, c, row))
			rows[(*n)++] = *row;
	}
	free(order);
	free(all);
	return rows;
}
