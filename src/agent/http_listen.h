/* SPDX-License-Identifier: MIT */
/*
 * http_listen: the listening socket of the HTTP endpoint.
 */
#ifndef IPFW_AGENT_HTTP_LISTEN_H
#define IPFW_AGENT_HTTP_LISTEN_H

#include "base/address.h"
#include "base/why.h"

/*
 * Listen at the first address of `where` that can be had; one that this host does not have yet will
 * do. Returns the descriptor; or -errno, with a sentence in `why`.
 */
int http_listen(const struct address *where, struct why *why);

#endif
