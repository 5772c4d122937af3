/* SPDX-License-Identifier: MIT */
#include "sources/netlink_links.h"

#include <stdlib.h>

struct link *links_add(struct links *l, uint32_t ifindex)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct link *rows = reallocarray(l->rows, cap, sizeof(*rows));

		if (!rows)
			return NULL;
		l->rows = rows;
		l->cap = cap;
	}
	l->rows[l->n] = (struct link){.ifindex = ifindex, .try = l->try};
	return &l->rows[l->n++];
}

static int order_links(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int order_newest_first(const void *a, const void *b)
{
	const struct link *x = a, *y = b;
	int order = order_links(a, b);

	return order ? order : (x->try < y->try) - (x->try > y->try);
}

void links_sort(struct links *l, bool any_try)
{
	size_t n = 0;

	if (l->n)
		qsort(l->rows, l->n, sizeof(*l->rows), order_newest_first);
	for (size_t i = 0; i < l->n; i++)
		if ((any_try || l->rows[i].try == l->try) &&
		    (!n || l->rows[n - 1].ifindex != l->rows[i].ifindex))
			l->rows[n++] = l->rows[i];
	l->n = n;
}

struct link *links_find(const struct links *l, uint32_t ifindex)
{
	const struct link key = {.ifindex = ifindex};

	return l->n ? bsearch(&key, l->rows, l->n, sizeof(key), order_links) : NULL;
}

void links_clear(struct links *l)
{
	free(l->rows);
	*l = (struct links){.rows = NULL};
}
