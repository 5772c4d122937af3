/* SPDX-License-Identifier: MIT */
#include "output/screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/columns.h"

#define HOME             "\033[H"
#define ERASE_LINE_END   "\033[K"
#define ERASE_SCREEN_END "\033[J"

bool screen_next(struct screen_piece *p, const char **rest, const char *end, unsigned columns)
{
	const char *line = *rest, *blank = NULL, *c;
	unsigned width = 0, blank_width = 0;
	size_t size;

	if (line == end)
		return false;
	for (c = line; c < end && *c != '\n'; c += size) {
		unsigned wide = columns_next(c, &size);

		if (*c == ' ' && c > line) {
			blank = c;
			blank_width = width;
		}
		if (columns && width + wide > columns && c > line)
			break;
		width += wide;
	}
	if (c == end || *c == '\n') {
		*p = (struct screen_piece){line, c - line, width};
		*rest = c == end ? c : c + 1;
		return true;
	}
	*p = blank ? (struct screen_piece){line, blank - line, blank_width}
		   : (struct screen_piece){line, c - line, width};
	*rest = line + p->size;
	while (*rest < end && **rest == ' ')
		(*rest)++;
	if (*rest < end && **rest == '\n')
		(*rest)++;
	return true;
}

static size_t count_pieces(const struct output_document *d, unsigned columns)
{
	const char *rest = d->text;
	struct screen_piece p;
	size_t n = 0;

	while (screen_next(&p, &rest, d->text + d->size, columns))
		n++;
	return n;
}

/* The last row stays empty: a line end there would move all others up. */
static void put_frame(FILE *f, const struct output_document *d, unsigned columns, unsigned rows)
{
	size_t n = count_pieces(d, columns), room = rows > 2 ? rows - 1 : n, shown;
	const char *rest = d->text;
	struct screen_piece p;

	shown = n > room ? room - 1 : n;
	fputs(HOME, f);
	for (size_t i = 0; i < shown && screen_next(&p, &rest, d->text + d->size, columns); i++) {
		fwrite(p.text, 1, p.size, f);
		/* Behind the last column it would erase what is in that. */
		fputs(p.width < columns || !columns ? ERASE_LINE_END "\n" : "\n", f);
	}
	if (shown < n)
		fprintf(f, "%zu more lines" ERASE_LINE_END "\n", n - shown);
	fputs(ERASE_SCREEN_END, f);
}

int screen_frame(struct output_document *d, unsigned columns, unsigned rows)
{
	struct output_document frame;
	FILE *f = output_begin(&frame);
	int r;

	if (!f)
		return -errno;
	put_frame(f, d, columns, rows);
	r = output_end(&frame, f);
	if (r)
		return r;
	free(d->text);
	*d = frame;
	return 0;
}
