/* SPDX-License-Identifier: MIT */
/*
 * nearest: the right word that somebody meant who wrote a wrong one.
 */
#ifndef IPFW_OPTIONS_NEAREST_H
#define IPFW_OPTIONS_NEAREST_H

#include <stddef.h>

/* The best so far; begins as {.word = the wrong one}. */
struct nearest {
	const char *word, *found; /* found: NULL if none is near enough */
	size_t distance;          /* of `found` */
};

/* Try a right word; it is kept by reference. NULL is passed over. */
void nearest_try(struct nearest *n, const char *right);

/*
 * How many letters have to be added, left out, changed or swapped with the next one to make one
 * word of the other. More than NEAREST_MAX is NEAREST_MAX + 1, and so is anything about a word of
 * more than 32 letters.
 */
#define NEAREST_MAX 2
size_t nearest_distance(const char *a, const char *b);

#endif
