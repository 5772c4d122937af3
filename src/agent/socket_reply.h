/* SPDX-License-Identifier: MIT */
/*
 * socket_reply: what the reading socket and the HTTP endpoint send. Whoever asks for the same of
 * one reading shares one.
 */
#ifndef IPFW_AGENT_SOCKET_REPLY_H
#define IPFW_AGENT_SOCKET_REPLY_H

#include "agent/status_line.h"
#include "output/output.h"
#include "output/request.h"

struct socket_reply {
	unsigned references;
	uint64_t reading_ns; /* of which reading; 0: an error */
	char asked[REQUEST_MAX + 16];
	struct output_document out;
	struct socket_replies *of; /* NULL: it is not found there */
	struct socket_reply *next;
	bool marked;
	bool kept; /* by `of`, which has one of the references */
};

/* Those that somebody reads, and those that are kept for who comes next. Begins zeroed. */
struct socket_replies {
	struct socket_reply *first;
};

/* What the agent has to say of a network namespace. */
struct socket_content {
	uint64_t netns;                 /* its inode */
	const char *name;               /* its name; NULL: it is the agent's own */
	const struct snapshot *reading; /* NULL: there is none */
	const char *why;                /* if there is none */
	const char *note;               /* why the figures are not better, or "" */
	struct status_line about;       /* the agent itself */
};

/* Of all that it serves, its own first. */
struct socket_contents {
	struct socket_content *all;
	size_t n;
};

/* That of the namespace that is asked for, or that has the name, as JSON has it; NULL: the agent
 * does not serve it. */
const struct socket_content *socket_contents_find(const struct socket_contents *contents,
						  const struct request *r);
const struct socket_content *socket_contents_named(const struct socket_contents *contents,
						   const char *name);

/* A line, which nobody shares. No memory ends the program. The caller owns one reference. */
struct socket_reply *socket_reply_status(const struct socket_content *content,
					 const struct request *r);
struct socket_reply *socket_reply_error(const char *why);

/*
 * What `r` asks for, of that content, or of all: found (NULL: it is not there), or made. There is a
 * reading. The caller owns one reference.
 */
struct socket_reply *socket_replies_find(struct socket_replies *all,
					 const struct socket_content *content,
					 const struct request *r);
struct socket_reply *socket_replies_make(struct socket_replies *all,
					 const struct socket_contents *contents,
					 const struct socket_content *content,
					 const struct request *r);

/* False: readers still have so much to read that no other may be made. */
bool socket_replies_room(const struct socket_replies *all);

/* Keep it until there is another reading, though nobody may be reading it. */
void socket_replies_keep(struct socket_reply *d);
void socket_replies_forget(struct socket_replies *all); /* there is another reading */

struct socket_reply *socket_reply_share(struct socket_reply *d);
void socket_reply_free(struct socket_reply *d); /* gives one back; accepts NULL */

#endif
