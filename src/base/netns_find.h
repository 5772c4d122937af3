/* SPDX-License-Identifier: MIT */
/*
 * netns_find: the network namespaces that a pattern of --netns names.
 */
#ifndef IPFW_BASE_NETNS_FIND_H
#define IPFW_BASE_NETNS_FIND_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETNS_ALL       "all"       /* all that have a name below /run/netns */
#define NETNS_ALL_KNOWN "all-known" /* and those that a process is in */

/* Whether that value of --netns is a pattern rather than one name or path: "all", "all-known", or
 * one with * ? [ and no slash. NULL: it is not. */
bool netns_is_pattern(const char *value);

/* A name that leads to a namespace. */
struct netns_found {
	char name[NAME_MAX + 1]; /* any bytes; without a name, the inode's number */
	char path[NAME_MAX + 32];
	uint64_t inode;
};

struct netns_list {
	struct netns_found *found;
	size_t n, room;
};

/*
 * Those that there are now: sorted by name, with all their names, then those that only processes
 * are in. Returns 0 or -errno, and then an empty list.
 */
int netns_find(struct netns_list *l, const char *pattern);
void netns_list_clear(struct netns_list *l);

#endif
