/* SPDX-License-Identifier: MIT */
/*
 * page: all that is on the screen, as lines of text.
 */
#ifndef IPFW_TOP_PAGE_H
#define IPFW_TOP_PAGE_H

#include "output/output.h"
#include "top/boards.h"
#include "top/controls.h"

enum page_style { PAGE_PLAIN, PAGE_BAR, PAGE_TITLE, PAGE_WARNING, PAGE_KEYS };

struct page_line {
	char *text; /* safe to print, and no wider than the page */
	enum page_style style;
};

/* Begins with its size and what its characters may be. */
struct page {
	unsigned columns, rows;
	bool utf8; /* else ASCII only */

	struct page_line *lines; /* `rows` of them at most */
	size_t n;
	int cursor; /* its column in the last line; -1: it is not shown */
};

/* A page smaller than this says no more than that. */
#define PAGE_COLUMNS 40
#define PAGE_ROWS    12

/*
 * Make the page anew. `said` is what the reader of the figures has to know, a line each; "":
 * nothing. No memory ends the program.
 */
void page_make(struct page *p, const struct boards *b, struct controls *c,
	       const struct output_options *options, const char *said);
void page_clear(struct page *p);

/* For what is on it: add a line, cut where the page ends. */
__attribute__((format(printf, 3, 4))) void page_add(struct page *p, enum page_style style,
						    const char *fmt, ...);

#endif
