/* SPDX-License-Identifier: MIT */
/*
 * netlink_links: what the dumps have said about the interfaces so far.
 */
#ifndef IPFW_SOURCES_NETLINK_LINKS_H
#define IPFW_SOURCES_NETLINK_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/kernel_counters.h"

struct netlink_link {
	uint32_t ifindex;
	unsigned try;  /* the try of the dump that reported it */
	unsigned type; /* ARPHRD_* */
	char name[SNAPSHOT_NAME_MAX];
	struct kernel_device dev;
	bool has_ip6, ip6_counted;
	struct kernel_counters ip6;
};

/* Begins zeroed; the memory may be used again for another reading, which begins with n = 0. */
struct netlink_links {
	struct netlink_link *rows; /* owned */
	size_t n, cap;
	unsigned try;
};

/* Add a row for that ifindex, of the current try; NULL: no memory. */
struct netlink_link *netlink_links_add(struct netlink_links *l, uint32_t ifindex);

/*
 * Sort by ifindex, after the last row was added, and keep one row of each: the newest, of the
 * current try only or (`any_try`) of all tries.
 */
void netlink_links_sort(struct netlink_links *l, bool any_try);

/* Find a row, once they are sorted; NULL: there is none. */
struct netlink_link *netlink_links_find(const struct netlink_links *l, uint32_t ifindex);

void netlink_links_clear(struct netlink_links *l);

#endif
