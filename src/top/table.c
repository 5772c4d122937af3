/* SPDX-License-Identifier: MIT */
#include "top/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
/* In characters; more on a wide page. */
#define NAME_LEAST 15

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
static bool is_counted(const struct snapshot *s, enum metric_id m)
{
	return m < M_DELIVERED_PACKETS ||
	       (s->system[FAMILY_IPV4].figures.known | s->system[FAMILY_IPV6].figures.known) >> m &
		       1;
}

static void put_titles(struct grid *g, const struct snapshot *s, const struct column *columns,
		       size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_counted(s, columns[i].packets)) {
			grid_put(g, "%*s", NUMBER_WIDTH, metrics[columns[i].packets].label);
			g->drop[g->columns++] = columns[i].drop;
		}
}

static void put_units(struct grid *g, const struct snapshot *s, const struct column *columns,
		      size_t n, enum top_unit chosen)
{
	for (size_t i = 0; i < n; i++)
		if (is_counted(s, columns[i].packets))
			grid_put(g, "%s", table_unit(unit_of(&columns[i], chosen)));
}

static void put_rates(struct grid *g, const struct board *b, const struct column *columns, size_t n,
		      enum top_unit chosen, const struct delta *d)
{
	char text[SCALE_MAX];

	for (size_t i = 0; i < n; i++) {
		enum metric_id m = metric_of(&columns[i], chosen);
		unsigned times = unit_of(&columns[i], chosen) == TOP_BITS ? 8 : 1;

		if (!is_counted(b->now, columns[i].packets))
			continue;
		if (d->known >> m & 1)
			grid_put(g, "%s",
				 scale_rate(text,
					    rate_per_second(d->value[m], b->rates->interval_ns) *
						    times));
		else
			grid_put(g, "-");
	}
}

/* Lines of a grid, each with its trail behind it: NULL for titles, of which the first has a word.
 */
static void add_lines(struct page *p, const struct board *b, const struct controls *c,
		      struct grid *g, struct trail *const *trails, const char *word, size_t titles)
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

		if (width && !is_title)
			trail_line(bars, trails[i - titles], unit, b->slots, width, p->utf8);
		page_add(p, is_title ? PAGE_TITLE : PAGE_PLAIN, "%.*s%*s%s", (int)line.size,
			 line.text, (int)(used - line.width) + TRAIL_GAP, "",
			 !is_title     ? bars
			 : width && !i ? word
				       : "");
	}
	free(d.text);
}

/* How long the trails are. */
static const char *trail_title(const struct board *b, char *text, size_t size)
{
	uint64_t seconds = TRAIL_SLOTS * b->interval_ns / NS_PER_S;

	if (seconds < 120)
		snprintf(text, size, "last %u s", (unsigned)seconds);
	else
		snprintf(text, size, "last %u min", (unsigned)(seconds / 60));
	return text;
}

void table_add_system(struct page *p, const struct board *b, const struct controls *c)
{
	static const char *const words[] = {[FAMILY_IPV4] = "IPv4", [FAMILY_IPV6] = "IPv6"};
	struct grid g = {.columns = 2, .left = 1, .drop = {0, 5}};
	const struct delta nothing = {.known = 0};
	char title[32];

	grid_put(&g, "%s", table_unit(c->unit));
	grid_put(&g, "forwarding");
	put_titles(&g, b->now, of_system, ARRAY_SIZE(of_system));
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		const struct snapshot_system *row = &b->now->system[f];

		grid_put(&g, "%s", words[f]);
		grid_put(&g, "%s", !row->forwarding_known ? "-" : row->forwarding ? "on" : "off");
		put_rates(&g, b, of_system, ARRAY_SIZE(of_system), c->unit,
			  b->rates ? &b->rates->system[f] : &nothing);
	}
	add_lines(p, b, c, &g, b->system + FAMILY_IPV4, trail_title(b, title, sizeof(title)), 1);
}

/* Cut at so many characters. */
static void put_word(struct grid *g, const struct board *b, const char *word, int width)
{
	char text[ESCAPE_HOST_MAX];
	size_t n;

	escape_name(text, sizeof(text), word, b->names);
	n = grid_text_prefix(text, width);
	if (text[n])
		n = grid_text_prefix(text, width - 1);
	grid_put(g, "%.*s%s", (int)n, text, text[n] ? "~" : "");
}

static void put_if_name(struct grid *g, const struct board *b, uint32_t ifindex, const char *name,
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

static void put_interface(struct grid *g, const struct board *b, const struct controls *c,
			  size_t row, int width)
{
	const struct snapshot_if *i = &b->now->ifs[row];

	put_word(g, b, i->name, width);
	grid_put(g, "%s", snapshot_quality_names[quality_of(i, c->family)]);
}

static void put_pair(struct grid *g, const struct board *b, const struct snapshot_path *path,
		     int width)
{
	put_if_name(g, b, path->in_ifindex, path->in_name, width);
	put_if_name(g, b, path->out_ifindex, path->out_name, width);
	grid_put(g, "%s", snapshot_family_names[path->family]);
}

static void put_words(struct grid *g, const struct board *b, const struct controls *c, size_t row,
		      int width)
{
	if (c->table == TOP_INTERFACES) {
		put_interface(g, b, c, row, width);
	} else if (c->table == TOP_PATHS) {
		put_pair(g, b, &b->now->paths[row], width);
	} else {
		const struct snapshot_drop *d = &b->now->drops[row];

		put_pair(g, b, &d->path, width);
		grid_put(g, "%s", snapshot_stage_names[d->stage]);
		put_word(g, b, d->reason, 2 * width);
	}
}

void table_add_rows(struct page *p, const struct board *b, const struct controls *c,
		    const size_t *rows, size_t n)
{
	const int name_width = p->columns / 8 > NAME_LEAST ? (int)p->columns / 8 : NAME_LEAST;
	const struct column *columns = tables[c->table].columns;
	const size_t n_columns = tables[c->table].n;
	struct trail **trails = calloc(n + 1, sizeof(struct trail *));
	struct grid g = {.columns = 0};
	char title[32];

	if (!trails)
		log_fatal("%s", strerror(ENOMEM));
	for (; tables[c->table].words[g.left]; g.left++) {
		grid_put(&g, "%s", tables[c->table].words[g.left]);
		g.drop[g.columns++] = tables[c->table].drop[g.left];
	}
	put_titles(&g, b->now, columns, n_columns);
	for (size_t i = 0; i < g.left; i++)
		grid_put(&g, "%s", "");
	put_units(&g, b->now, columns, n_columns, c->unit);
	for (size_t i = 0; i < n; i++) {
		struct delta d;

		board_delta(b, c->table, rows[i], c->family, &d);
		trails[i] = board_trail(b, c->table, rows[i], c->family);
		put_words(&g, b, c, rows[i], name_width);
		put_rates(&g, b, columns, n_columns, c->unit, &d);
	}
	add_lines(p, b, c, &g, trails, trail_title(b, title, sizeof(title)), TABLE_TITLES);
	free(trails);
}
