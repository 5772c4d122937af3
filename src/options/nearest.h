/* SPDX-License-Identifier: MIT */
/*
 * nearest: the known word that was probably meant by an unknown one.
 */
#ifndef IPFW_OPTIONS_NEAREST_H
#define IPFW_OPTIONS_NEAREST_H

#include <stddef.h>

/* The best so far; begins as {.word = the wrong one}. */
struct nearest {
	const char *word, *found; /* found: NULL if none is near enough */
	size_t distance;          /* of `found` */
};

/* Try a known word; it is kept by reference. NULL is ignored. */
void nearest_try(struct nearest *n, const char *right);

/*
 * How many letters must be added, removed, changed or swapped with the next one to turn one word
 * into the other. More than NEAREST_MAX is NEAREST_MAX + 1, and so is the result for a word of more
 * than 32 letters.
 */
#define NEAREST_MAX 2
size_t nearest_distance(const char *a, const char *b);

#endif
