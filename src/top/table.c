/* SPDX-License-Identifier: MIT */
#include "top/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/scale.h"
#include "base/units.h"
#include "output/grid.h"
#include "output/screen.h"

/* A trail is shown if it gets so many columns, with two blanks before it. */
#define TRAIL_LEAST 10
#define TRAIL_GAP   2
/* Short titles are made as wide as a scaled number, so that columns do not move with it. */
#define NUMBER_WIDTH 6
/* In columns; more on a wide page. */
#define NAME_LEAST 15
#define NAME_SHORT 6
/* What a row of drops has beside names: a family, packets or octets, and blanks between them. */
#define DROPS_FIXED 28

/* A column of figures: packets, or the octets that follow them in enum metric_id. */
struct column {
	enum metric_id packets;
	bool other;         /* in the unit that was not chosen */
	unsigned char drop; /* as in a grid */
};

static const struct column of_system[] = {
	{M_IN_PACKETS, false, 0},        {M_OUT_PACKETS, false, 0},
	{M_IN_FORW_PACKETS, false, 2},   {M_OUT_FORW_PACKETS, false, 0},
	{M_DELIVERED_PACKETS, false, 3}, {M_DROPPED_PACKETS, false, 0},
	{M_REFUSED_PACKETS, false, 4},   {M_FAST_PATH_PACKETS, false, 1},
};
static const struct column of_ifs[] = {
	{M_IN_PACKETS, false, 0},        {M_OUT_PACKETS, false, 0},
	{M_IN_FORW_PACKETS, false, 2},   {M_OUT_FORW_PACKETS, false, 0},
	{M_DELIVERED_PACKETS, false, 3}, {M_DROPPED_PACKETS, false, 0},
	{M_REFUSED_PACKETS, false, 4},   {M_FAST_PATH_PACKETS, false, 1},
	{M_IN_PACKETS, true, 5},         {M_OUT_PACKETS, true, 5},
	{M_OUT_FORW_PACKETS, true, 5},   {M_DROPPED_PACKETS, true, 5},
};
static const struct column of_paths[] = {
	{M_OUT_FORW_PACKETS, false, 0},
	{M_FAST_PATH_PACKETS, false, 2},
	{M_OUT_FORW_PACKETS, true, 1},
	{M_FAST_PATH_PACKETS, true, 2},
};
static const struct column of_drops[] = {
	{M_DROPPED_PACKETS, false, 0},
	{M_DROPPED_PACKETS, true, 1},
};

static const struct {
	const char *const words[6]; /* the titles of the columns before them; NULL: no more */
	unsigned char drop[6];
	const struct column *columns;
	size_t n;
} tables[TOP_TABLES] = {
	[TOP_INTERFACES] = {{"interface", "quality", NULL}, {0, 6}, of_ifs, ARRAY_SIZE(of_ifs)},
	[TOP_PATHS] = {{"from", "to", "family", NULL}, {0}, of_paths, ARRAY_SIZE(of_paths)},
	[TOP_DROPS] = {{"from", "to", "family", "stage", "reason", NULL},
		       {0, 0, 0, 2},
		       of_drops,
		       ARRAY_SIZE(of_drops)},
};

const char *table_unit(enum top_unit unit)
{
	static const char *const words[TOP_UNITS] = {"bit/s", "bytes/s", "packets/s"};

	return words[unit];
}

static enum top_unit unit_of(const struct column *column, enum top_unit chosen)
{
	if (!column->other)
		return chosen;
	return chosen == TOP_PACKETS ? TOP_BITS : TOP_PACKETS;
}

static enum metric_id metric_of(const struct column *column, enum top_unit chosen)
{
	return column->packets + (unit_of(column, chosen) != TOP_PACKETS);
}

/* What only eBPF counts is left out where nobody counts it. */
static bool is_counted(const struct boards *b, enum metric_id m)
{
	uint32_t known = 0;

	for (size_t i = 0; i < b->n; i++)
		known |= b->all[i]->now->system[FAMILY_IPV4].figures.known |
			 b->all[i]->now->system[FAMILY_IPV6].figures.known;
	return m < M_DELIVERED_PACKETS || known >> m & 1;
}

static void put_titles(struct grid *g, const struct boards *b, const struct column *columns,
		       size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_counted(b, columns[i].packets)) {
			grid_put(g, "%*s", NUMBER_WIDTH, metrics[columns[i].packets].label);
			g->drop[g->columns++] = columns[i].drop;
		}
}

static void put_units(struct grid *g, const struct boards *b, const struct column *columns,
		      size_t n, enum top_unit chosen)
{
	for (size_t i = 0; i < n; i++)
		if (is_counted(b, columns[i].packets))
			grid_put(g, "%s", table_unit(unit_of(&columns[i], chosen)));
}

static void put_rates(struct grid *g, const struct boards *b, const struct column *columns,
		      size_t n, enum top_unit chosen, const struct speed *speed)
{
	char text[SCALE_MAX];

	for (size_t i = 0; i < n; i++) {
		enum metric_id m = metric_of(&columns[i], chosen);
		unsigned times = unit_of(&columns[i], chosen) == TOP_BITS ? 8 : 1;

		if (!is_counted(b, columns[i].packets))
			continue;
		if (speed->known >> m & 1)
			grid_put(g, "%s", scale_rate(text, speed->rate[m] * times));
		else
			grid_put(g, "-");
	}
}

/* What is behind a line. */
struct tail {
	const struct trail *trail; /* NULL: nothing is known */
	uint64_t slots;
};

/* Lines of a grid, each with its trail behind it; of the titles the first has a word there. */
static void add_lines(struct page *p, const struct controls *c, struct grid *g,
		      const struct tail *tails, const char *word, size_t titles)
{
	const enum metric_unit unit = c->unit == TOP_PACKETS ? UNIT_PACKETS : UNIT_OCTETS;
	const char *rest;
	struct output_document d;
	struct screen_piece line;
	unsigned used = 0, width = 0;
	FILE *f = output_begin(&d);

	g->width = p->columns - TRAIL_LEAST - TRAIL_GAP;
	if (f)
		grid_print(f, g);
	if (!f || output_end(&d, f))
		log_fatal("%s", strerror(ENOMEM));
	for (rest = d.text; screen_next(&line, &rest, d.text + d.size, 0);)
		used = line.width > used ? line.width : used;
	if (used + TRAIL_GAP + TRAIL_LEAST <= p->columns)
		width = trail_width(p->columns - used - TRAIL_GAP);
	rest = d.text;
	for (size_t i = 0; screen_next(&line, &rest, d.text + d.size, 0); i++) {
		char bars[TRAIL_LINE_MAX] = "";
		bool is_title = i < titles;
		const struct tail *tail = is_title ? NULL : &tails[i - titles];

		if (width && tail && tail->trail)
			trail_line(bars, tail->trail, unit, tail->slots, width, p->utf8);
		page_add(p, is_title ? PAGE_TITLE : PAGE_PLAIN, "%.*s%*s%s", (int)line.size,
			 line.text, (int)(used - line.width) + TRAIL_GAP, "",
			 !is_title     ? bars
			 : width && !i ? word
				       : "");
	}
	free(d.text);
}

/* How long the trails are. */
static const char *trail_title(const struct boards *b, char *text, size_t size)
{
	uint64_t seconds = TRAIL_SLOTS * b->interval_ns / NS_PER_S;

	if (seconds < 120)
		snprintf(text, size, "last %u s", (unsigned)seconds);
	else
		snprintf(text, size, "last %u min", (unsigned)(seconds / 60));
	return text;
}

/* Where there are many, in how many of them. */
static void put_forwarding(struct grid *g, const struct boards *b, enum family family)
{
	size_t known = 0, on = 0;

	for (size_t i = 0; i < b->n; i++) {
		const struct snapshot_system *row = &b->all[i]->now->system[family];

		known += row->forwarding_known;
		on += row->forwarding_known && row->forwarding;
	}
	if (known < b->n)
		grid_put(g, "-");
	else if (on && on < b->n)
		grid_put(g, "on in %zu", on);
	else
		grid_put(g, "%s", on ? "on" : "off");
}

void table_add_system(struct page *p, const struct boards *b, const struct controls *c)
{
	static const char *const words[] = {[FAMILY_IPV4] = "IPv4", [FAMILY_IPV6] = "IPv6"};
	struct grid g = {.columns = 2, .left = 1, .drop = {0, 5}};
	struct tail tails[2];
	char title[32];

	grid_put(&g, "%s", table_unit(c->unit));
	grid_put(&g, "forwarding");
	put_titles(&g, b, of_system, ARRAY_SIZE(of_system));
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		struct tail *tail = &tails[f - FAMILY_IPV4];
		struct speed speed;

		boards_system(b, f, &speed);
		grid_put(&g, "%s", words[f]);
		put_forwarding(&g, b, f);
		put_rates(&g, b, of_system, ARRAY_SIZE(of_system), c->unit, &speed);
		tail->trail = boards_system_trail(b, f, &tail->slots);
	}
	add_lines(p, c, &g, tails, trail_title(b, title, sizeof(title)), 1);
}

/* Cut at so many columns. */
static void put_word(struct grid *g, const struct boards *b, const char *word, int width)
{
	char text[ESCAPE_NETNS_MAX];
	size_t n;

	escape_name(text, sizeof(text), word, b->names);
	n = columns_prefix(text, width);
	if (text[n])
		n = columns_prefix(text, width - 1);
	grid_put(g, "%.*s%s", (int)n, text, text[n] ? "~" : "");
}

static void put_if_name(struct grid *g, const struct boards *b, uint32_t ifindex, const char *name,
			int width)
{
	if (ifindex)
		put_word(g, b, name, width);
	else
		grid_put(g, "-");
}

/* The weaker one, if a row is of both families. */
static enum quality quality_of(const struct snapshot_if *row, enum family family)
{
	enum quality v4 = figures_quality(&row->figures[FAMILY_IPV4], METRICS_QUALITY);
	enum quality v6 = figures_quality(&row->figures[FAMILY_IPV6], METRICS_QUALITY);

	if (family != FAMILY_TOTAL)
		return family == FAMILY_IPV4 ? v4 : v6;
	return v4 > v6 ? v4 : v6;
}

static void put_interface(struct grid *g, const struct boards *b, const struct snapshot_if *i,
			  enum family family, int width)
{
	put_word(g, b, i->name, width);
	grid_put(g, "%s", snapshot_quality_names[quality_of(i, family)]);
}

static void put_pair(struct grid *g, const struct boards *b, const struct snapshot_path *path,
		     int width)
{
	put_if_name(g, b, path->in_ifindex, path->in_name, width);
	put_if_name(g, b, path->out_ifindex, path->out_name, width);
	grid_put(g, "%s", snapshot_family_names[path->family]);
}

static void put_words(struct grid *g, const struct boards *b, const struct controls *c,
		      const struct boards_row *row, int width)
{
	const struct snapshot *s = row->board->now;

	if (b->many)
		put_word(g, b, s->netns, width);
	if (c->table == TOP_INTERFACES) {
		put_interface(g, b, &s->ifs[row->number], c->family, width);
	} else if (c->table == TOP_PATHS) {
		put_pair(g, b, &s->paths[row->number], width);
	} else {
		const struct snapshot_drop *d = &s->drops[row->number];

		put_pair(g, b, &d->path, width);
		grid_put(g, "%s", snapshot_stage_names[d->stage]);
		put_word(g, b, d->reason, 2 * width);
	}
}

/* How wide names may be. A row of drops has four of them, of which its reason is twice as wide. */
static int name_width(const struct page *p, const struct boards *b, enum top_table table)
{
	int width = (int)p->columns / 8 > NAME_LEAST ? (int)p->columns / 8 : NAME_LEAST;
	int room = ((int)p->columns - DROPS_FIXED) / 5;

	if (room < NAME_SHORT)
		room = NAME_SHORT;
	return b->many && table == TOP_DROPS && room < width ? room : width;
}

static void put_heading(struct grid *g, const struct boards *b, const struct controls *c)
{
	const struct column *columns = tables[c->table].columns;
	const size_t n = tables[c->table].n;

	if (b->many) {
		grid_put(g, "netns");
		g->left = g->columns = 1;
	}
	for (size_t i = 0; tables[c->table].words[i]; i++, g->left++) {
		grid_put(g, "%s", tables[c->table].words[i]);
		g->drop[g->columns++] = tables[c->table].drop[i];
	}
	put_titles(g, b, columns, n);
	for (size_t i = 0; i < g->left; i++)
		grid_put(g, "%s", "");
	put_units(g, b, columns, n, c->unit);
}

void table_add_rows(struct page *p, const struct boards *b, const struct controls *c,
		    const struct boards_row *rows, size_t n)
{
	const struct column *columns = tables[c->table].columns;
	const size_t n_columns = tables[c->table].n;
	const int width = name_width(p, b, c->table);
	struct tail *tails = calloc(n + 1, sizeof(*tails));
	struct grid g = {.columns = 0};
	char title[32];

	if (!tails)
		log_fatal("%s", strerror(ENOMEM));
	put_heading(&g, b, c);
	for (size_t i = 0; i < n; i++) {
		const struct board *board = rows[i].board;
		struct speed speed;
		struct delta d;

		board_delta(board, c->table, rows[i].number, c->family, &d);
		boards_speed(&speed, &d, board->rates);
		tails[i].trail = board_trail(board, c->table, rows[i].number, c->family);
		tails[i].slots = board->slots;
		put_words(&g, b, c, &rows[i], width);
		put_rates(&g, b, columns, n_columns, c->unit, &speed);
	}
	add_lines(p, c, &g, tails, trail_title(b, title, sizeof(title)), TABLE_TITLES);
	free(tails);
}
