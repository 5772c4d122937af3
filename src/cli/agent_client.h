/* SPDX-License-Identifier: MIT */
/*
 * agent_client: a reading that the running agent made, from its reading socket.
 */
#ifndef IPFW_CLI_AGENT_CLIENT_H
#define IPFW_CLI_AGENT_CLIENT_H

#include "output/output.h"
#include "output/request.h"

/*
 * Ask the agent at `path` (NULL: nobody) for a reading in the form of `r`, one that output/plain.h
 * reads back, of the network namespace in `r`. Returns 0, a snapshot that the caller owns, and in
 * `note` why eBPF does not count, or ""; -ENOENT: there is no socket; or another -errno with a
 * sentence in `why` that names the socket: nobody answers there within 2 s, or the agent counts in
 * another namespace, refuses this request, or has no complete reading.
 */
int agent_client_read(struct snapshot **s, struct why *note, const char *path,
		      const struct request *r, struct why *why);

/*
 * Ask how the agent is: one line of text in `line`, from `size` octets, with what no terminal takes
 * escaped. Returns as agent_client_read().
 */
int agent_client_status(char *line, size_t size, const char *path, uint64_t netns, struct why *why);

#endif
