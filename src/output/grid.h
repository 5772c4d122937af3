/* SPDX-License-Identifier: MIT */
/*
 * grid: a table of text, each of its columns as wide as its widest cell.
 */
#ifndef IPFW_OUTPUT_GRID_H
#define IPFW_OUTPUT_GRID_H

#include <stddef.h>
#include <stdio.h>

#define GRID_COLUMNS 16

/* Begins with what is constant: columns, left, tail, width and drop. A column without text is not
 * there.
 */
struct grid {
	size_t columns, left, tail; /* the first `left` and last `tail` are aligned left */
	unsigned width;             /* of the screen; 0: any */
	/* If it is too wide, columns with the highest number are left out first; 0: never. */
	unsigned char drop[GRID_COLUMNS];

	char **cells; /* in rows of `columns` */
	size_t n, cap;
};

/* Add the next cell. No memory ends the program. */
__attribute__((format(printf, 2, 3))) void grid_put(struct grid *g, const char *fmt, ...);

/* Write it, and free its cells. */
void grid_print(FILE *f, struct grid *g);

#endif
