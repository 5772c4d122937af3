/* SPDX-License-Identifier: MIT */
/*
 * namespaces: where a command does its work: in the network namespace of the process, or in each of
 * those that a pattern of --netns names. What is logged in one of several begins with its name.
 */
#ifndef IPFW_CLI_NAMESPACES_H
#define IPFW_CLI_NAMESPACES_H

#include "base/netns_set.h"
#include "options/options.h"

struct namespaces {
	const struct options *o;
	const struct netns_events *events;
	bool many;
	bool matched;                    /* there was one that the pattern names */
	struct netns_set set;            /* of many */
	struct netns_member here, *only; /* otherwise; its name is "" */
};

/*
 * `events` are those of the set, and with `outside` those come as well that this user may not
 * enter. Without a pattern one member comes, once, and goes at the end.
 * Returns the exit status so far; close it either way.
 */
int namespaces_open(struct namespaces *n, const struct options *o, bool outside,
		    const struct netns_events *events);
void namespaces_close(struct namespaces *n);

/* Look which there are now. Returns the exit status after that: a failure if a namespace cannot be
 * entered, if there are more than files may be open, or if there never was one. */
int namespaces_follow(struct namespaces *n);

/* The members, until the next call. */
struct netns_member **namespaces_all(struct namespaces *n, size_t *count);

/* Be in that one, and back. The first returns whether that is so, and says if it is not. */
bool namespaces_enter(struct namespaces *n, struct netns_member *m);
void namespaces_leave(struct namespaces *n);

/* Do something in each, once. `job` returns an exit status; so does this: the worst. */
typedef int namespaces_job(void *arg, const struct options *o, const char *netns);
int namespaces_each(const struct options *o, namespaces_job *job, void *arg);

/* The worse of two exit statuses. */
int namespaces_worst(int a, int b);

#endif
