/* SPDX-License-Identifier: MIT */
/*
 * screen: a document of text as a frame that takes the place of the one before on a terminal.
 */
#ifndef IPFW_OUTPUT_SCREEN_H
#define IPFW_OUTPUT_SCREEN_H

#include "output/output.h"

/*
 * Make it fit a terminal of that size (0: not known): longer lines go on in the next one, where a
 * blank is, and what does not fit below is left out and counted. Returns 0 or -errno.
 */
int screen_frame(struct output_document *d, unsigned columns, unsigned rows);

#endif
