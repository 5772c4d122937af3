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
	AGENTX_OPEN = 1,
	AGENTX_CLOSE,
	AGENTX_REGISTER,
	AGENTX_UNREGISTER,
	AGENTX_GET,
	AGENTX_GETNEXT,
	AGENTX_GETBULK,
	AGENTX_TESTSET,
	AGENTX_COMMITSET,
	AGENTX_UNDOSET,
	AGENTX_CLEANUPSET,
	AGENTX_NOTIFY,
	AGENTX_RESPONSE = 18
};

/* h.flags, 6.1 */
enum { AGENTX_NON_DEFAULT_CONTEXT = 0x08, AGENTX_NETWORK_BYTE_ORDER = 0x10 };

/* res.error, 6.2.16: of SNMP (RFC 3416) and of AgentX */
enum {
	AGENTX_NO_ERROR = 0,
	AGENTX_TOO_BIG = 1,
	AGENTX_COMMIT_FAILED = 14,
	AGENTX_UNDO_FAILED = 15,
	AGENTX_NOT_WRITABLE = 17,
	AGENTX_NOT_OPEN = 257,
	AGENTX_UNSUPPORTED_CONTEXT = 262,
	AGENTX_DUPLICATE_REGISTRATION = 263,
	AGENTX_PARSE_ERROR = 266,
	AGENTX_PROCESSING_ERROR = 268
};

/* v.type, 5.4 */
enum {
	AGENTX_INTEGER = 2,
	AGENTX_OCTET_STRING = 4,
	AGENTX_COUNTER32 = 65,
	AGENTX_GAUGE32 = 66,
	AGENTX_TIME_TICKS = 67,
	AGENTX_COUNTER64 = 70,
	AGENTX_NO_SUCH_OBJECT = 128,
	AGENTX_NO_SUCH_INSTANCE,
	AGENTX_END_OF_MIB_VIEW
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
