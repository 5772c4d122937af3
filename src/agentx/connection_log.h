/* SPDX-License-Identifier: MIT */
/*
 * connection_log: what the log says about the connection to the SNMP master agent: each change, and
 * each other reason why there is none, once.
 */
#ifndef IPFW_AGENTX_CONNECTION_LOG_H
#define IPFW_AGENTX_CONNECTION_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct connection_log { /* begins zeroed */
	bool connected;
	unsigned accepted;   /* looks that found a listener since one that did not */
	char trouble[64];    /* why there is no connection, as logged last */
	uint64_t look_at_ns; /* when to look for the reason again */
};

/* Call it again and again, at least once a second. */
void connection_log(struct connection_log *r, const char *address, bool connected);

#endif
