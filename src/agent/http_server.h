/* SPDX-License-Identifier: MIT */
/*
 * http_server: the agent's readings by HTTP, and a page that shows them: only to read.
 *
 * As with socket_server, nothing here waits, and all of it hangs on one descriptor that the agent's
 * main thread polls. A client has HTTP_DEADLINE_S for its one request and the answer together.
 */
#ifndef IPFW_AGENT_HTTP_SERVER_H
#define IPFW_AGENT_HTTP_SERVER_H

#include "agent/socket_reply.h"
#include "base/why.h"

#define HTTP_CLIENTS    16 /* others wait to be accepted */
#define HTTP_DEADLINE_S 10 /* as long as Prometheus waits */

struct http_server;

struct http_server_config {
	const char *listen; /* HOST:PORT, see address.h */
	struct socket_replies *replies;
	/* What there is to say now, a fresh reading if possible; valid until the next call. */
	const struct socket_contents *(*contents)(void *arg);
	void *arg;
};

/*
 * Start to listen. Returns 0; or -errno, with a sentence in `why`: -EOPNOTSUPP if this program was
 * built without it, or its library is missing.
 */
int http_server_open(struct http_server **out, const struct http_server_config *config,
		     struct why *why);
void http_server_close(struct http_server *s); /* accepts NULL */

/* The descriptor to poll for input; -1 if s is NULL. */
int http_server_fd(const struct http_server *s);

/* Accept, read, answer, end what takes too long; `verbose`: log each request. */
void http_server_serve(struct http_server *s, bool verbose);

#endif
