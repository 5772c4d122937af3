/* SPDX-License-Identifier: MIT */
/*
 * socket_reply: what the reading socket sends. Clients who ask for the same share one.
 */
#ifndef IPFW_AGENT_SOCKET_REPLY_H
#define IPFW_AGENT_SOCKET_REPLY_H

#include "output/output.h"
#include "output/request.h"

struct socket_reply {
	unsigned references;
	uint64_t reading_ns; /* of which reading; 0: an error */
	char asked[REQUEST_MAX + 16];
	struct output_document out;
};

/* What the agent has to say. */
struct socket_content {
	const struct snapshot *reading; /* NULL: there is none */
	const char *why;                /* if there is none */
	const char *note;               /* why the figures are not better, or "" */
	const char *status;             /* a line on the agent itself */
};

/*
 * What `r` asks for, or a line with the error. No memory ends the program. The caller owns one
 * reference.
 */
struct socket_reply *socket_reply_new(const struct socket_content *content,
				      const struct request *r);
struct socket_reply *socket_reply_error(const char *why);

/* Is it what `r` asks for, of that reading? */
bool socket_reply_is(const struct socket_reply *d, const struct snapshot *reading,
		     const struct request *r);

struct socket_reply *socket_reply_share(struct socket_reply *d);
void socket_reply_free(struct socket_reply *d); /* gives one back; accepts NULL */

#endif
