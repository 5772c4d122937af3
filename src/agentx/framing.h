/* SPDX-License-Identifier: MIT */
/*
 * framing: stands between net-snmp's library and the connection to the master, and answers the
 * master's requests itself. The library would carry each through a session with itself, knows
 * GetBulk in part only, believes any length that a header states, and takes any PDU of a request's
 * number for the answer. It also goes on with memory that it has freed when the connection ends
 * before the answer to a registration.
 */
#ifndef IPFW_AGENTX_FRAMING_H
#define IPFW_AGENTX_FRAMING_H

#include "agentx/answer.h"

/* The address that stands for the connection through this module. */
#define FRAMING_ADDRESS "ipfwmaster:"

struct framing_config {
	const char *address; /* of the master */
	answer_context *context;
};

/*
 * Make that address known to the library. It gets the Responses to its own requests, without
 * variables, and nothing else. The connection ends, as if the master had closed it, at the master's
 * Close and at a header that is not of AgentX (RFC 2741, 6.1); the log says why. If it ends before
 * the answer to a request that the library waits for, that is answered here, with an error. There
 * is one connection at a time.
 */
void framing_register(const struct framing_config *config);

/* The master's requests in that session are answered from now on, until the connection ends. */
void framing_open(uint32_t session);

/* When the connection began, CLOCK_MONOTONIC: before the master was asked for anything. */
uint64_t framing_began_ns(void);

/* Why there was no session at the last try to connect. */
const char *framing_trouble(void);

#endif
