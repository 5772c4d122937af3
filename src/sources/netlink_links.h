/* SPDX-License-Identifier: MIT */
/*
 * netlink_links: what the dumps have said of the interfaces so far.
 */
#ifndef IPFW_SOURCES_NETLINK_LINKS_H
#define IPFW_SOURCES_NETLINK_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/kernel_counters.h"

struct netlink_link {
	uint32_t ifindex;
	unsigned try;  /* of the dump that it came with */
	unsigned type; /* ARPHRD_* */
	char name[SNAPSHOT_NAME_MAX];
	struct kernel_device dev;
	bool has_ip6, ip6_counted;
	struct kernel_counters ip6;
};

/* Begins zeroed; the room stays for the next reading, which begins with n = 0. */
struct netlink_links {
	struct netlink_link *rows; /* owned */
	size_t n, cap;
	unsigned try;
};

/* A row for that ifindex, of the present try; NULL: no memory. */
struct netlink_link *netlink_links_add(struct netlink_links *l, uint32_t ifindex);

/*
 * Sort by ifindex, after the last one was added, and leave one row of each: the newest, of the
 * present try only or (`any_try`) of all.
 */
void netlink_links_sort(struct netlink_links *l, bool any_try);

/* Where they are sorted: the row, or NULL. */
struct netlink_link *netlink_links_find(const struct netlink_links *l, uint32_t ifindex);

void netlink_links_clear(struct netlink_links *l);

#endif
