/* SPDX-License-Identifier: MIT */
/*
 * session: the connection to the SNMP master agent (AgentX, RFC 2741), and what it asks.
 *
 * net-snmp's library keeps its state in globals and blocks now and then, so there is one connection
 * in a process, and one thread makes all of these calls.
 */
#ifndef IPFW_AGENTX_SESSION_H
#define IPFW_AGENTX_SESSION_H

#include <stdbool.h>

#include "mib/notification_queue.h"
#include "mib/tables.h"

/*
 * Called at the beginning of each request of the master in that SNMP context: what to answer it
 * from, valid until the next call; or NULL: there is no such context. A reading that began before
 * the master did, at `master_start_ns`, must not be in it: what has begun anew since then would
 * have a DiscontinuityTime of 0 in both.
 */
typedef struct mib_context *session_prepare(void *arg, int64_t master_start_ns,
					    const char *context);

struct session_config {
	const char *address; /* NULL: the library's default */
	session_prepare *prepare;
	void *arg;
	bool ip_mib; /* register RFC 4293's tables too, in place of the master's own */
	struct notification_queue *notifications; /* to be sent whenever there is a master */
};

/*
 * Register the MIB and begin to connect. The caller keeps what `config` points to. Returns NULL, or
 * why it is impossible: then there is nothing to serve or to stop. A master that is not there yet
 * is no failure: session_serve() connects and reconnects, and logs it when the state changes.
 */
const char *session_start(const struct session_config *config);

/* Wait for the master, for timers or for wake_fd, and serve them. True: wake_fd is readable. */
bool session_serve(int wake_fd);

/*
 * Serve these views' contexts from now on. The default one always is; the others are registered and
 * unregistered while the session is served.
 */
void session_set_contexts(const struct mib_view *views);

/* When the master's sysUpTime was 0, CLOCK_MONOTONIC; 0: there is no master that answers. */
int64_t session_began(void);

/* Why there is no use in going on, or NULL. */
const char *session_failed(void);

/* Close the session; only after a start that worked. */
void session_stop(void);

#endif
