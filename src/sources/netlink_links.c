/* SPDX-License-Identifier: MIT */
#include "sources/netlink_links.h"

#include <stdlib.h>

struct netlink_link *netlink_links_add(struct netlink_links *l, uint32_t ifindex)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		struct netlink_link *rows = reallocarray(l->rows, cap, sizeof(*rows));

		if (!rows)
			return NULL;
		l->rows = rows;
		l->cap = cap;
	}
	l->rows[l->n] = (struct netlink_link){.ifindex = ifindex, .try = l->try};
	return &l->rows[l->n++];
}

static int order_links(const void *a, const void *b)
{
	const struct netlink_link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static int order_newest_first(const void *a, const void *b)
{
	const struct netlink_link *x = a, *y = b;
	int order = order_links(a, b);

	return order ? order : (x->try < y->try) - (x->try > y->try);
}

void netlink_links_sort(struct netlink_links *l, bool any_try)
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

struct netlink_link *netlink_links_find(const struct netlink_links *l, uint32_t ifindex)
{
	const struct netlink_link key = {.ifindex = ifindex};

	return l->n ? bsearch(&key, l->rows, l->n, sizeof(key), order_links) : NULL;
}

void netlink_links_clear(struct netlink_links *l)
{
	free(l->rows);
	*l = (struct netlink_links){.rows = NULL};
}
