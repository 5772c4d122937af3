/* SPDX-License-Identifier: MIT */
/*
 * agent_client: a reading that the running agent made, from its reading socket.
 */
#ifndef IPFW_CLI_AGENT_CLIENT_H
#define IPFW_CLI_AGENT_CLIENT_H

#include "output/output.h"
#include "output/request.h"

/*
 * Ask the agent at `path` (NULL: nobody, -ENOENT), with the caller's network namespace in the
 * request. Returns 0 and the whole document, whose text is the caller's; or -errno: nobody answers
 * there within 2 s, the agent counts in another namespace, cannot answer just this, or has no
 * complete reading.
 */
int agent_client_read(struct output_document *d, const char *path, const struct request *r);

#endif
