/* SPDX-License-Identifier: MIT */
/*
 * table: the tables of a page. As many columns as fit, then the trails.
 */
#ifndef IPFW_TOP_TABLE_H
#define IPFW_TOP_TABLE_H

#include "top/page.h"

#define TABLE_TITLES 2

/* The totals of the system, three lines. */
void table_add_system(struct page *p, const struct boards *b, const struct controls *c);

/* Two lines of titles, and these rows. */
void table_add_rows(struct page *p, const struct boards *b, const struct controls *c,
		    const struct boards_row *rows, size_t n);

/* What is counted in a second: "bit/s". */
const char *table_unit(enum top_unit unit);

#endif
