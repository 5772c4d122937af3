/* SPDX-License-Identifier: MIT */
/*
 * text_head: what each document of text begins with.
 */
#ifndef IPFW_OUTPUT_TEXT_HEAD_H
#define IPFW_OUTPUT_TEXT_HEAD_H

#include "output/output.h"

/* Whose figures they are and of when, who counted them, what is missing; and a blank line. */
void text_head_print(FILE *f, const struct snapshot *s, const struct rates *rates,
		     const struct output_options *options);

/* Of that what is missing, a line each. */
void text_head_warnings(FILE *f, const struct snapshot *s, const struct output_options *options);

#endif
