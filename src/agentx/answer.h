/* SPDX-License-Identifier: MIT */
/*
 * answer: answers the master's requests (RFC 2741, 7.2.2 to 7.2.4) from the engine. There is
 * nothing to set.
 */
#ifndef IPFW_AGENTX_ANSWER_H
#define IPFW_AGENTX_ANSWER_H

#include <stdbool.h>

#include "agentx/pdu.h"

/*
 * Called for each request that is to be answered from the engine, with the name of its SNMP context
 * ("": the default one). NULL: there is no such context.
 */
typedef struct mib_context *answer_context(const char *name);

struct answer_session {
	bool open;
	uint32_t id;
	answer_context *context;
};

/*
 * Answer the whole PDU at `pdu`, which is no Response and no Close. Writes the Response to `out`,
 * which has room for more than its header. Returns its length, or 0: none is due.
 */
size_t answer_request(const struct answer_session *session, const uint8_t *pdu, uint8_t *out,
		      size_t room);

/* The same for a request of which there is only the header, since it is too long. */
size_t answer_too_big(const struct agentx_header *h, uint8_t *out);

#endif
