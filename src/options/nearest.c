/* SPDX-License-Identifier: MIT */
#include "options/nearest.h"

#include <string.h>

#define LETTERS_MAX 32

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t nearest_distance(const char *a, const char *b)
{
	/* d[i][k]: from the first i letters of a to the first k of b */
	size_t n = strlen(a), m = strlen(b), d[LETTERS_MAX + 1][LETTERS_MAX + 1];

	if (n > LETTERS_MAX || m > LETTERS_MAX)
		return NEAREST_MAX + 1;
	for (size_t i = 0; i <= n; i++)
		for (size_t k = 0; k <= m; k++) {
			if (!i || !k) {
				d[i][k] = i + k;
				continue;
			}
			d[i][k] = least(d[i - 1][k - 1] + (a[i - 1] != b[k - 1]),
					least(d[i - 1][k], d[i][k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	return least(d[n][m], NEAREST_MAX + 1);
}

void nearest_try(struct nearest *n, const char *right)
{
	size_t distance = right ? nearest_distance(n->word, right) : NEAREST_MAX + 1;

	/* A short word must not be changed completely. */
	if (distance > NEAREST_MAX || distance >= strlen(n->word) ||
	    (n->found && distance >= n->distance))
		return;
	n->found = right;
	n->distance = distance;
}
