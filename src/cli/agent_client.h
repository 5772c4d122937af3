/* SPDX-License-Identifier: MIT */
/*
 * agent_client: what the running agent answers on its reading socket.
 */
#ifndef IPFW_CLI_AGENT_CLIENT_H
#define IPFW_CLI_AGENT_CLIENT_H

#include "base/units.h"
#include "output/output.h"
#include "output/request.h"

/* A request and the answer to it, without waiting for either. */
struct agent_call {
	int fd; /* readable when there is more of the answer; -1: not connected, ask again soon */
	const char *path;
	char line[REQUEST_MAX + 1];
	int size;
	bool sent;
	uint64_t until_ns; /* CLOCK_MONOTONIC: then it is over */
	struct output_document document;
	size_t room;
};

#define AGENT_PATIENCE_NS (2 * NS_PER_S)
#define AGENT_ROOM_MS     20 /* between two attempts, while the agent has no room for a client */

/*
 * Ask the agent at `path` (NULL: nobody), kept by reference, for what `r` says, of the network
 * namespace in `r`. Nobody waits longer than until then; 0: AGENT_PATIENCE_NS. Returns 0; -ENOENT:
 * there is no socket; or another -errno with a sentence in `why` that names it. End it either way.
 */
int agent_call_begin(struct agent_call *c, const char *path, const struct request *r,
		     uint64_t until_ns, struct why *why);

/*
 * Take what has come. Returns 0: the answer is whole; -EAGAIN: not yet; or as agent_call_begin(),
 * if nobody answers in time, or the agent counts in another namespace, refuses this request, or has
 * no complete reading.
 */
int agent_call_go_on(struct agent_call *c, struct why *why);

/* Wait until there is more, or it is time to go on; and how long that is at most. */
int agent_call_left_ms(const struct agent_call *c);
void agent_call_wait(const struct agent_call *c);

/*
 * Make a reading of the whole answer, which has a form that output/plain.h reads back. Returns 0, a
 * snapshot that the caller owns, and in `note` why eBPF does not count, or ""; or -errno with a
 * sentence in `why`.
 */
int agent_call_reading(const struct agent_call *c, struct snapshot **s, struct why *note,
		       struct why *why);
void agent_call_end(struct agent_call *c);

/*
 * Ask how the agent is: one line of text in `line`, from `size` octets, with what no terminal takes
 * escaped. Returns as the calls above.
 */
int agent_client_status(char *line, size_t size, const char *path, uint64_t netns, struct why *why);

#endif
