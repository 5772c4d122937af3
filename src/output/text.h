/* SPDX-License-Identifier: MIT */
/*
 * text: one reading, for people.
 */
#ifndef IPFW_OUTPUT_TEXT_H
#define IPFW_OUTPUT_TEXT_H

#include <stdio.h>

#include "output/output.h"

/* `rates` may be NULL. */
void text_print(FILE *f, const struct snapshot *s, const struct rates *rates,
		const struct output_options *options);

#endif
