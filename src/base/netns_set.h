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

#include "base/netns_find.h"
#include "base/why.h"

struct netns_member {
	char name[NAME_MAX + 1]; /* below /run/netns, any bytes; without one, the inode's number */
	uint64_t inode;
	int fd;       /* keeps it alive while it is a member */
	bool outside; /* who asks may not enter it: the thread stays at home in its place */
	void *own;    /* the caller's, from `came` to `went` */
	bool present;
};

#define NETNS_CANNOT_ENTER "cannot enter this network namespace"

struct netns_refused;

struct netns_set {
	const char *pattern;
	bool without_home; /* the thread's own is left out */
	bool outside;      /* set by the caller: those that may not be entered are members, too */
	unsigned files;    /* the same: so many `came` opens, for a moment or longer */
	uint64_t home;
	int home_fd;
	bool away;                     /* the thread is in a member */
	struct netns_member **members; /* sorted by name */
	size_t n;
	size_t found;                  /* that the pattern named last time, members or not */
	struct netns_refused *refused; /* who is no member, and why, as it was logged */
	size_t n_refused;
};

/*
 * The calling thread is at home. The caller keeps the pattern. The limit of open files is raised as
 * far as it may be. Returns 0 or -errno; close it either way.
 */
int netns_set_open(struct netns_set *set, const char *pattern, bool without_home);

struct netns_events {
	/* The thread is in it. 0: it is a member from now on. Otherwise it is offered again:
	 * -EAGAIN, or another -errno with a sentence in `why`, which is logged once. */
	int (*came)(void *arg, struct netns_member *m, struct why *why);
	/* It has lost its names, or all are let go; the thread is in it. Nothing of the caller's
	 * may keep it alive from then on. */
	void (*went)(void *arg, struct netns_member *m);
	void *arg;
};

/*
 * Look which there are now. One that cannot be entered, or that leaves too few descriptors, is no
 * member; that is logged once. Returns 0; -errno: the list could not be read, with a sentence in
 * `why`, and nothing has changed.
 */
int netns_set_follow(struct netns_set *set, const struct netns_events *events, struct why *why);

/* Move the calling thread into a member, and back home. What it logs in between is about that one,
 * as in the events. The first returns 0 or -errno. */
int netns_set_enter(struct netns_set *set, const struct netns_member *m);
void netns_set_leave(struct netns_set *set);

/* Let all go. */
void netns_set_close(struct netns_set *set, const struct netns_events *events);

#endif
