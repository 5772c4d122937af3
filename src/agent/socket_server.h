/* SPDX-License-Identifier: MIT */
/*
 * socket_server: the agent's socket that answers local clients with the newest reading.
 *
 * Nothing here waits. All of it hangs on one descriptor that is readable when there is work; the
 * agent's main thread polls it and makes the calls. A client has READING_DEADLINE_S for its
 * request and the answer together.
 */
#ifndef IPFW_AGENT_SOCKET_SERVER_H
#define IPFW_AGENT_SOCKET_SERVER_H

#include <sys/types.h>

#include "model/filter.h"
#include "model/snapshot.h"

#define READING_CLIENTS    16 /* others wait to be accepted */
#define READING_DEADLINE_S 5

struct reading_server;

struct reading_server_config {
	const char *path;            /* of the socket; it must outlive the server */
	mode_t mode;                 /* of the socket's file */
	gid_t gid;                   /* its group; -1: as it comes */
	const struct filter *filter; /* what the readings are made with */
};

/*
 * Start to listen. A socket that cannot be made is no error: it is logged, and tried again by
 * reading_server_check(). Returns 0 or -errno.
 */
int reading_server_open(struct reading_server **out, const struct reading_server_config *config);
void reading_server_close(struct reading_server *s); /* removes the socket; accepts NULL */

/* The descriptor to poll for input; -1 if s is NULL. */
int reading_server_fd(const struct reading_server *s);

/*
 * Now and then: make the socket if it is not there, whether it could not be made, somebody removed
 * it, or another agent had it. What changes is logged once.
 */
void reading_server_check(struct reading_server *s); /* accepts NULL */

/* Accept, read, write, end what takes too long. True: a client wants an answer. */
bool reading_server_serve(struct reading_server *s);

/*
 * Answer from that reading, or with `why` if there is none (NULL). `note`: why the figures are not
 * better, or "". One call makes one document at most; the descriptor stays readable until all
 * are answered.
 */
void reading_server_answer(struct reading_server *s, const struct snapshot *reading,
			   const char *why, const char *note);

/* The filter that the readings are made with from now on; kept by the caller. Accepts NULL. */
void reading_server_set_filter(struct reading_server *s, const struct filter *filter);

#endif
