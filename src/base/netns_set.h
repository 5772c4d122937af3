/* SPDX-License-Identifier: MIT */
/*
 * netns_set: the network namespaces that a pattern names, as they come and go, and entering each of
 * them in turn.
 */
#ifndef IPFW_BASE_NETNS_SET_H
#define IPFW_BASE_NETNS_SET_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"

#define NETNS_ALL       "all"       /* all that have a name */
#define NETNS_ALL_KNOWN "all-known" /* and those that a process is in */

struct netns_member {
	char name[NAME_MAX + 1]; /* below /run/netns, any bytes; without one, the inode's number */
	uint64_t inode;
	int fd;    /* keeps it alive while it is a member */
	void *own; /* the caller's, from `came` to `went` */
	bool present;
};

struct netns_set {
	const char *pattern;
	bool without_home; /* the thread's own is left out */
	uint64_t home;
	int home_fd;
	struct netns_member **members; /* sorted by name */
	size_t n;
};

/* Whether that value of --netns is a pattern rather than one name or path: "all", "all-known", or
 * one with * ? [ and no slash. NULL: it is not. */
bool netns_is_pattern(const char *value);

/* The calling thread is at home. The caller keeps the pattern. Returns 0 or -errno; close it either
 * way. */
int netns_set_open(struct netns_set *set, const char *pattern, bool without_home);

struct netns_events {
	/* It is a member from now on, the thread is in it. False: not yet, it is offered again. */
	bool (*came)(void *arg, struct netns_member *m);
	/* It has lost its names, or all are let go; the thread is in it. Nothing of the caller's
	 * may keep it alive from then on. */
	void (*went)(void *arg, struct netns_member *m);
	/* It cannot be entered (-errno), and is offered again. NULL: nobody wants to know. */
	void (*refused)(void *arg, const char *name, int error);
	void *arg;
};

/*
 * Look which there are now. One that cannot be entered is no member, with the reason of the last
 * such in `why` ("": all could). Returns 0; -errno: the list could not be read, nothing has
 * changed.
 */
int netns_set_follow(struct netns_set *set, const struct netns_events *events, struct why *why);

/* Move the calling thread into a member, and back home. The first returns 0 or -errno. */
int netns_set_enter(const struct netns_member *m);
void netns_set_leave(const struct netns_set *set);

/* Let all go. */
void netns_set_close(struct netns_set *set, const struct netns_events *events);

#endif
