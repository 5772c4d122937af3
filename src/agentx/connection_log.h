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
	char seen[128];    /* why there is no connection */
	char logged[128];  /* the same, as logged last */
	uint64_t since_ns; /* since when it is seen */
};

/* Call it again and again, at least once a second. `trouble` is NULL while there is a connection.
 */
void connection_log(struct connection_log *r, const char *address, const char *trouble);

#endif
