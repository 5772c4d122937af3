/* SPDX-License-Identifier: MIT */
/*
 * head: what a page begins with: whose figures they are, who counts them, what is wrong with it.
 */
#ifndef IPFW_TOP_HEAD_H
#define IPFW_TOP_HEAD_H

#include "output/output.h"
#include "top/boards.h"

/* Returns how many of its lines do not warn; these are the first. */
size_t head_print(FILE *f, const struct boards *b, const struct output_options *options);

#endif
