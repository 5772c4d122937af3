/* SPDX-License-Identifier: MIT */
/*
 * socket_server: the agent's socket that answers local clients with the newest reading.
 *
 * Nothing here waits. All of it hangs on one descriptor that is readable when there is work; the
 * agent's main thread polls it and makes the calls. A client has SOCKET_SERVER_DEADLINE_S for its
 * request and the answer together.
 */
#ifndef IPFW_AGENT_SOCKET_SERVER_H
#define IPFW_AGENT_SOCKET_SERVER_H

#include <sys/types.h>

#include "agent/socket_reply.h"
#include "model/filter.h"

#define SOCKET_SERVER_CLIENTS    16 /* others wait to be accepted */
#define SOCKET_SERVER_DEADLINE_S 5

struct socket_server;

struct socket_server_config {
	const char *path;            /* of the socket; it must outlive the server */
	mode_t mode;                 /* of the socket's file */
	gid_t gid;                   /* its group; -1: as it comes */
	const struct filter *filter; /* what the readings are made with */
	struct socket_replies *replies;
};

/*
 * Start to listen. A socket that cannot be made is no error: it is logged, and tried again by
 * socket_server_check(). Returns 0 or -errno.
 */
int socket_server_open(struct socket_server **out, const struct socket_server_config *config);
void socket_server_close(struct socket_server *s); /* removes the socket; accepts NULL */

/* The descriptor to poll for input; -1 if s is NULL. */
int socket_server_fd(const struct socket_server *s);

/*
 * Now and then: make the socket if it is not there, whether it could not be made, somebody removed
 * it, or another agent had it. What changes is logged once.
 */
void socket_server_check(struct socket_server *s); /* accepts NULL */

/* Accept, read, write, end what takes too long. True: a client wants an answer. */
bool socket_server_serve(struct socket_server *s);

/*
 * Answer from that. One call makes one document of a reading at most; the descriptor stays readable
 * until all are answered.
 */
void socket_server_answer(struct socket_server *s, const struct socket_contents *contents);

/* The filter that the readings are made with from now on; kept by the caller. Accepts NULL. */
void socket_server_set_filter(struct socket_server *s, const struct filter *filter);

#endif
