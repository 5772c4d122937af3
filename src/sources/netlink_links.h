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

struct link {
	uint32_t ifindex;
	unsigned try;  /* of the dump that it came with */
	unsigned type; /* ARPHRD_* */
	char name[SNAPSHOT_NAME_MAX];
	struct kstat_device dev;
	bool has_ip6, ip6_counted;
	struct kstat ip6;
};

/* Begins zeroed; the room stays for the next reading, which begins with n = 0. */
struct links {
	struct link *rows; /* owned */
	size_t n, cap;
	unsigned try;
};

/* A row for that ifindex, of the present try; NULL: no memory. */
struct link *links_add(struct links *l, uint32_t ifindex);

/*
 * Sort by ifindex, after the last one was added, and leave one row of each: the newest, of the
 * present try only or (`any_try`) of all.
 */
void links_sort(struct links *l, bool any_try);

/* Where they are sorted: the row, or NULL. */
struct link *links_find(const struct links *l, uint32_t ifindex);

void links_clear(struct links *l);

#endif
