/* SPDX-License-Identifier: MIT */
#include "top/steady.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static int compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
	const struct steady *x = a, *y = b;

	return x->place != y->place ? compare(x->place, y->place) : compare(x->number, y->number);
}

static int by_moved(const void *a, const void *b)
{
	const struct steady *x = *(struct steady *const *)a, *y = *(struct steady *const *)b;

	return x->moved != y->moved ? (x->moved < y->moved) - (x->moved > y->moved)
				    : by_place(x, y);
}

static bool exceeds(const struct steady *a, const struct steady *b)
{
	return a->moved > b->moved * 1.125;
}

/* Of the rows that are left, the next one is the first that none of them exceeds. */
void steady_order(struct steady *rows, size_t n)
{
	struct steady *before = calloc(n + 1, sizeof(*before));
	struct steady **most = calloc(n + 1, sizeof(*most));
	bool *taken = calloc(n + 1, sizeof(*taken));

	if (!before || !most || !taken)
		log_fatal("%s", strerror(ENOMEM));
	memcpy(before, rows, n * sizeof(*rows));
	qsort(before, n, sizeof(*before), by_place);
	for (size_t i = 0; i < n; i++)
		most[i] = &before[i];
	qsort(most, n, sizeof(*most), by_moved);
	for (size_t i = 0, first = 0, left = 0; i < n; i++) {
		size_t next;

		while (taken[first])
			first++;
		while (taken[most[left] - before])
			left++;
		for (next = first; taken[next] || exceeds(most[left], &before[next]); next++)
			;
		taken[next] = true;
		rows[i] = before[next];
	}
	free(before);
	free(most);
	free(taken);
}
