/* SPDX-License-Identifier: MIT */
/*
 * protocol: the numbers of AgentX (RFC 2741), as far as they are needed. net-snmp's public headers
 * do not have them.
 */
#ifndef IPFW_AGENTX_PROTOCOL_H
#define IPFW_AGENTX_PROTOCOL_H

#include <stdint.h>

enum { AGENTX_VERSION = 1 };

/* h.type, 6.1 */
enum {
	AGENTX_CLOSE = 2,
	AGENTX_GET = 5,
	AGENTX_GETNEXT = 6,
	AGENTX_GETBULK = 7,
	AGENTX_TESTSET = 8,
	AGENTX_COMMITSET = 9,
	AGENTX_UNDOSET = 10,
	AGENTX_NOTIFY = 12,
	AGENTX_RESPONSE = 18
};

/* h.flags, 6.1 */
enum { AGENTX_NON_DEFAULT_CONTEXT = 0x08, AGENTX_NETWORK_BYTE_ORDER = 0x10 };

/* res.error, 6.2.16 */
enum {
	AGENTX_UNSUPPORTED_CONTEXT = 262,
	AGENTX_DUPLICATE_REGISTRATION = 263,
	AGENTX_PROCESSING_ERROR = 268
};

/* What a PDU begins with, 6.1: in the byte order that its flags say. */
struct agentx_header {
	uint8_t version, type, flags, reserved;
	uint32_t session, transaction, packet, length; /* of what follows, in octets */
};

/* The beginning of a Response, 6.2.16. */
struct agentx_response {
	struct agentx_header header;
	uint32_t uptime;
	uint16_t error, index;
};

#endif
