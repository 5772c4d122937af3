/* SPDX-License-Identifier: MIT */
/*
 * thread: the AgentX side of the agent. thread_none.c stands in where it is not built.
 *
 * One thread makes every net-snmp call. The owner publishes immutable views of readings, one for
 * each SNMP context; the thread answers from the newest ones.
 */
#ifndef IPFW_AGENTX_THREAD_H
#define IPFW_AGENTX_THREAD_H

#include <stdbool.h>

#include "mib/notification_queue.h"
#include "mib/view.h"

struct agentx;

struct agentx_config {
	const char *socket;   /* net-snmp transport address of the master; NULL: its default */
	unsigned interval_ms; /* full sampling interval */
	bool ip_mib;          /* register RFC 4293's tables too */
	unsigned cache_ms;    /* a request never gets a reading older than this */
	int refresh_fd;       /* eventfd: written when a request wants a fresh reading */
	int stop_fd;          /* eventfd: written when the thread ended by itself (see failed) */
	struct notification_queue *notifications; /* not NULL: sent as soon as there is a master;
						     the owner keeps it */
};

/* Start the thread. Returns 0 or -errno; -EOPNOTSUPP: built without SNMP. */
int agentx_start(struct agentx **out, const struct agentx_config *config);

/* Hand over views; the agent owns them from now on and frees them when the next ones come. */
void agentx_publish(struct agentx *a, struct mib_view *views);

/* True after the thread gave up, and the sentence why: another instance holds the subtree. */
bool agentx_failed(struct agentx *a, const char **why);

/* When the master agent's sysUpTime was 0, CLOCK_MONOTONIC; 0: there is none. Accepts NULL. */
int64_t agentx_master(struct agentx *a);

/* Stop and wait at most 1 s; accepts NULL. False: it did not end, leave the process at once. */
bool agentx_stop(struct agentx *a);

#endif
