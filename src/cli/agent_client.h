/* SPDX-License-Identifier: MIT */
/*
 * agent_client: a reading that the running agent made, from its reading socket.
 */
#ifndef IPFW_CLI_AGENT_CLIENT_H
#define IPFW_CLI_AGENT_CLIENT_H

#include "output/output.h"
#include "output/request.h"

/*
 * Ask the agent at `path` (NULL: nobody), with the caller's network namespace in the request.
 * Returns 0 and the whole document, whose text the caller frees; -ENOENT: there is no socket; or
 * another -errno with a sentence in `why` that names the socket: nobody answers there within 2 s,
 * or the agent counts in another namespace, refuses this request, or has no complete reading.
 */
int agent_client_read(struct output_document *d, const char *path, const struct request *r,
		      struct why *why);

#endif
