/* SPDX-License-Identifier: MIT */
/*
 * screen: a document of text as a frame that takes the place of the one before on a terminal.
 */
#ifndef IPFW_OUTPUT_SCREEN_H
#define IPFW_OUTPUT_SCREEN_H

#include "output/output.h"

/* A part of a line that fits. */
struct screen_piece {
	const char *text;
	size_t size;
	unsigned width; /* in columns of the terminal */
};

/*
 * Take the next piece of the text that goes on at `*rest`; it fits so many columns (0: any).
 * Returns false at its end.
 */
bool screen_next(struct screen_piece *p, const char **rest, const char *end, unsigned columns);

/*
 * Make it fit a terminal of that size (0: not known): longer lines go on in the next one, where a
 * blank is, and what does not fit below is left out and counted. Returns 0 or -errno.
 */
int screen_frame(struct output_document *d, unsigned columns, unsigned rows);

#endif
