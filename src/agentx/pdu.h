/* SPDX-License-Identifier: MIT */
/*
 * pdu: reads and writes what AgentX PDUs are made of (RFC 2741, 5 and 6), in either byte order.
 */
#ifndef IPFW_AGENTX_PDU_H
#define IPFW_AGENTX_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agentx/protocol.h"
#include "mib/engine.h"

#define PDU_OID_MAX (5 + 255) /* a prefix stands for five, and one octet says how many follow */

/* The header at `octets`, its numbers in the byte order of this machine; and the reverse. */
struct agentx_header pdu_header(const void *octets);
void pdu_set_header(void *octets, struct agentx_header h);

/* Octets to be taken from the front. */
struct pdu_reader {
	const uint8_t *at, *end;
	bool network_order;
	bool bad; /* something was cut off; from then on all is 0 */
};

struct pdu_oid {
	uint32_t id[PDU_OID_MAX];
	size_t len;
	bool include;
	const uint8_t *octets; /* as it stands in the PDU */
	size_t n_octets;
};

struct pdu_string {
	const uint8_t *octets; /* NULL: they were cut off */
	size_t len;
};

uint16_t pdu_read_u16(struct pdu_reader *r);
void pdu_read_string(struct pdu_reader *r, struct pdu_string *string);
void pdu_read_oid(struct pdu_reader *r, struct pdu_oid *oid);

/* Room to be filled from the front. */
struct pdu_writer {
	uint8_t *at, *end;
	bool network_order;
	bool full; /* something did not fit; from then on nothing is written */
};

/* An instance and its value. */
void pdu_write_value(struct pdu_writer *w, const struct mib_oid *name,
		     const struct mib_value *value);

/* A variable binding without a value: `type` says why. The name is one that was read, or ours. */
void pdu_write_read_name(struct pdu_writer *w, uint16_t type, const struct pdu_oid *name);
void pdu_write_own_name(struct pdu_writer *w, uint16_t type, const struct mib_oid *name);

#endif
