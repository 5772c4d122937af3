/* SPDX-License-Identifier: MIT */
#include "top/page.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/log.h"
#include "base/units.h"
#include "output/screen.h"
#include "top/head.h"
#include "top/table.h"

void page_clear(struct page *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->lines[i].text);
	free(p->lines);
	*p = (struct page){p->columns, p->rows, p->utf8, NULL, 0, -1};
}

/* Nothing is left that does something on a terminal, whatever it is from. */
static void make_safe(char *text, bool utf8)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 127 || (!utf8 && *text & 0x80))
			*text = '?';
}

void page_add(struct page *p, enum page_style style, const char *fmt, ...)
{
	char *text;
	va_list ap;

	if (p->n == p->rows)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		log_fatal("%s", strerror(ENOMEM));
	va_end(ap);
	make_safe(text, p->utf8);
	text[columns_prefix(text, p->columns)] = '\0';
	p->lines[p->n++] = (struct page_line){text, style};
}

/* A document in pieces that fit. */
struct walk {
	const char *rest, *end;
	unsigned columns;
	size_t line; /* of the document: that which goes on at `rest` */
};

/* Take the next piece that is not empty, and the number of its line. Returns false at the end. */
static bool walk_on(struct walk *w, struct screen_piece *piece, size_t *line)
{
	do {
		*line = w->line;
		if (!screen_next(piece, &w->rest, w->end, w->columns))
			return false;
		w->line += w->rest[-1] == '\n';
	} while (!piece->size);
	return true;
}

/* Who counts, and what is wrong with it: no more than a quarter of the page. */
static void add_head(struct page *p, const struct boards *b, const struct output_options *options,
		     const char *said)
{
	const size_t room = p->rows / 4;
	struct output_document d;
	struct screen_piece piece;
	struct walk w, ahead;
	size_t line, calm = 0, n = 0;
	FILE *f = output_begin(&d);

	if (f) {
		calm = head_print(f, b, options);
		fputs(said, f);
	}
	if (!f || output_end(&d, f))
		log_fatal("%s", strerror(ENOMEM));
	w = ahead = (struct walk){d.text, d.text + d.size, p->columns, 0};
	while (walk_on(&ahead, &piece, &line))
		n++;
	for (size_t i = 0; walk_on(&w, &piece, &line); i++) {
		if (n > room && i == room - 1) {
			page_add(p, PAGE_WARNING, "%zu more lines, see ipfwagent monitor", n - i);
			break;
		}
		page_add(p, line < calm ? PAGE_PLAIN : PAGE_WARNING, "%.*s", (int)piece.size,
			 piece.text);
	}
	free(d.text);
}

static void add_bar(struct page *p, const struct controls *c)
{
	static const char *const tables[TOP_TABLES] = {"interfaces", "paths", "drops"};
	static const char *const families[] = {"IPv4 and IPv6", "IPv4", "IPv6"};
	const char *filter = c->filter[0] ? "  names with " : "";
	char range[64] = "none";

	if (c->rows)
		snprintf(range, sizeof(range), "%zu-%zu of %zu", c->first + 1,
			 c->first + c->fit < c->rows ? c->first + c->fit : c->rows, c->rows);
	page_add(p, PAGE_BAR, "%s: %s  %s  %s%s%s%s%*s", tables[c->table], range,
		 families[c->family], table_unit(c->unit), c->paused ? "  paused" : "", filter,
		 c->filter, (int)p->columns, "");
}

/* Why there is no row; NULL: there simply is none. */
static const char *why_empty(const struct boards *b, enum top_table table)
{
	bool paths = false, drops = false;

	for (size_t i = 0; i < b->n; i++) {
		paths |= b->all[i]->now->paths_known;
		drops |= b->all[i]->now->drops_known;
	}
	if (table == TOP_PATHS && !paths)
		return "paths are not known: nothing but eBPF counts them";
	if (table == TOP_DROPS && !drops)
		return "dropped packets are not counted here (ipfwagent status says why)";
	return NULL;
}

/* All that is left of the page but its last line. */
static void add_table(struct page *p, const struct boards *b, struct controls *c)
{
	const size_t used = p->n + 1 + TABLE_TITLES + 1;
	const size_t fit = p->rows > used ? p->rows - used : 1;
	size_t n;
	struct boards_row *rows = boards_rows(b, c, &n);
	const char *why = why_empty(b, c->table);

	controls_fit(c, n, fit);
	add_bar(p, c);
	if (why)
		page_add(p, PAGE_PLAIN, "%s", why);
	else
		table_add_rows(p, b, c, rows + c->first, n - c->first < fit ? n - c->first : fit);
	free(rows);
}

static void add_help(struct page *p, bool many)
{
	static const char *const of_many[] = {
		"",
		"n N            the figures of the next, previous network namespace; Esc: of all",
	};
	static const char *const lines[] = {
		"i p d          interfaces, paths, drops",
		"4 6 a          IPv4, IPv6, all of both",
		"b              bit/s, bytes/s, packets/s",
		"/              only names with these letters; Enter keeps it, Esc clears it",
		"space          pause, go on",
		"arrows j k     scroll; PageUp, PageDown, Home, End",
		"q              quit",
		"",
		"What moved most in the last 8 readings is first; rows change places only when",
		"one exceeds the other by an eighth. Bars: each line has a scale of its own.",
		"- is what is not known. ipfwagent(8) explains all figures.",
	};

	page_add(p, PAGE_BAR, "ipfwagent top%*s", (int)p->columns, "");
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		page_add(p, PAGE_PLAIN, "%s", lines[i]);
	for (size_t i = 0; i < ARRAY_SIZE(of_many) && many; i++)
		page_add(p, PAGE_PLAIN, "%s", of_many[i]);
}

/* The last line of the screen. */
static void add_foot(struct page *p, const struct controls *c, bool many)
{
	while (p->n + 1 < p->rows)
		page_add(p, PAGE_PLAIN, "%s", "");
	if (c->help)
		page_add(p, PAGE_KEYS, "any key goes back");
	else if (!c->editing)
		page_add(p, PAGE_KEYS,
			 "i p d table  4 6 a family  b unit  / name  %sspace pause  "
			 "? help  q quit",
			 many ? "n netns  " : "");
	else
		page_add(p, PAGE_KEYS, "names with: %s", c->filter);
	if (c->editing)
		p->cursor = (int)columns_of(p->lines[p->n - 1].text);
}

void page_make(struct page *p, const struct boards *b, struct controls *c,
	       const struct output_options *options, const char *said)
{
	const struct boards seen = boards_seen(b, c);

	page_clear(p);
	p->lines = calloc(p->rows + 1, sizeof(*p->lines));
	if (!p->lines)
		log_fatal("%s", strerror(ENOMEM));
	if (p->columns < PAGE_COLUMNS || p->rows < PAGE_ROWS) {
		page_add(p, PAGE_PLAIN, "too small: want %d by %d", PAGE_COLUMNS, PAGE_ROWS);
		return;
	}
	if (c->help) {
		add_help(p, b->many);
	} else {
		add_head(p, &seen, options, said);
		if (seen.n) {
			table_add_system(p, &seen, c);
			add_table(p, &seen, c);
		}
	}
	add_foot(p, c, b->many);
}
