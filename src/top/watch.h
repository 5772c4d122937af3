/* SPDX-License-Identifier: MIT */
/*
 * watch: the network namespaces that are watched, as they come and go, each with its reader and its
 * board. It never waits for the agent, so that keys have their effect at once.
 */
#ifndef IPFW_TOP_WATCH_H
#define IPFW_TOP_WATCH_H

#include "cli/namespaces.h"
#include "top/boards.h"

struct watch {
	const struct options *o;
	struct namespaces spaces; /* their `own` is known here only */
	struct netns_events events;
	struct boards boards;
	bool reading;      /* a round of readings has begun and is not over */
	bool opened;       /* one was opened, which takes its time: keys come first */
	bool again;        /* some readings are to be asked for once more */
	size_t at;         /* whose turn it is */
	uint64_t until_ns; /* by when the agent has to answer */
	bool agents;       /* some readings were the agent's */
	int status;        /* the exit status after the last round */
	char heard[1000];  /* what was said of the list of namespaces, a line each */
	char fresh[1000];  /* and is being said */
};

/* What is logged from then on is the page's. Returns the exit status so far; close it either way.
 */
int watch_open(struct watch *w, const struct options *o, enum escape_form names);
void watch_close(struct watch *w);

/* Begin a round: look which namespaces there are now, and read each. */
void watch_begin(struct watch *w);

/* Read on, if a round has begun, as far as that goes without waiting, and past one that is new. */
void watch_go_on(struct watch *w);

/* What it waits for meanwhile: a descriptor that becomes readable (-1: none), or that time in ms
 * (-1: nothing). */
int watch_fd(const struct watch *w);
int watch_timeout_ms(const struct watch *w);

/* Leave what has begun of a round. */
void watch_leave(struct watch *w);

/* What there is to know but is on no board, a line each, safe to print. The caller frees it. */
char *watch_said(const struct watch *w);

#endif
