/* SPDX-License-Identifier: MIT */
#include "output/grid.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"
#include "base/log.h"

#define GAP 2 /* blanks between two columns */

void grid_put(struct grid *g, const char *fmt, ...)
{
	va_list ap;

	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 256;
		g->cells = reallocarray(g->cells, g->cap, sizeof(*g->cells));
	}
	va_start(ap, fmt);
	if (!g->cells || vasprintf(&g->cells[g->n], fmt, ap) < 0)
		log_fatal("text: %s", strerror(ENOMEM));
	va_end(ap);
	g->n++;
}

/* How each column is shown. */
struct layout {
	int width[GRID_COLUMNS];
	bool hidden[GRID_COLUMNS];
};

static unsigned total_width(const struct grid *g, const struct layout *layout)
{
	unsigned total = 0;

	for (size_t i = 0; i < g->columns; i++)
		if (!layout->hidden[i])
			total += layout->width[i] + GAP;
	return total > GAP ? total - GAP : 0;
}

/* Leave out the columns that matter least, until the others fit or none can go. */
static void hide_columns(const struct grid *g, struct layout *layout)
{
	while (g->width && total_width(g, layout) > g->width) {
		unsigned char highest = 0;

		for (size_t i = 0; i < g->columns; i++)
			if (!layout->hidden[i] && g->drop[i] > highest)
				highest = g->drop[i];
		if (!highest)
			return;
		for (size_t i = 0; i < g->columns; i++)
			layout->hidden[i] |= g->drop[i] == highest;
	}
}

static bool is_left(const struct grid *g, size_t column)
{
	return column < g->left || column + g->tail >= g->columns;
}

static void print_row(FILE *f, const struct grid *g, const struct layout *layout,
		      char *const *cells)
{
	int blanks = 0;

	for (size_t i = 0; i < g->columns; i++) {
		int pad = layout->width[i] - (int)columns_of(cells[i]);

		if (layout->hidden[i])
			continue;
		if (*cells[i]) { /* blanks are written only before what follows them */
			fprintf(f, "%*s%s", blanks + (is_left(g, i) ? 0 : pad), "", cells[i]);
			blanks = is_left(g, i) ? pad : 0;
		} else {
			blanks += pad;
		}
		blanks += GAP;
	}
	fputc('\n', f);
}

void grid_print(FILE *f, struct grid *g)
{
	struct layout layout = {.width = {0}};

	for (size_t i = 0; i < g->n; i++) {
		int w = (int)columns_of(g->cells[i]);

		if (w > layout.width[i % g->columns])
			layout.width[i % g->columns] = w;
	}
	for (size_t i = 0; i < g->columns; i++)
		layout.hidden[i] = !layout.width[i];
	hide_columns(g, &layout);
	for (size_t i = 0; i < g->n; i += g->columns)
		print_row(f, g, &layout, g->cells + i);
	for (size_t i = 0; i < g->n; i++)
		free(g->cells[i]);
	free(g->cells);
}
