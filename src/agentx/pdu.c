/* SPDX-License-Identifier: MIT */
#include "agentx/pdu.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/units.h"

static const uint32_t internet[] = {1, 3, 6, 1}; /* what an OID's prefix is below (5.1) */

#define PREFIX_LEN (ARRAY_SIZE(internet) + 1)

static_assert(PREFIX_LEN + UINT8_MAX == PDU_OID_MAX, "the longest OID fits");

static void swap_header(struct agentx_header *h)
{
	uint32_t *fields[] = {&h->session, &h->transaction, &h->packet, &h->length};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		*fields[i] = h->flags & AGENTX_NETWORK_BYTE_ORDER ? be32toh(*fields[i])
								  : le32toh(*fields[i]);
}

struct agentx_header pdu_header(const void *octets)
{
	struct agentx_header h;

	memcpy(&h, octets, sizeof(h));
	swap_header(&h);
	return h;
}

void pdu_set_header(void *octets, struct agentx_header h)
{
	swap_header(&h);
	memcpy(octets, &h, sizeof(h));
}

/* The next octets, or NULL. */
static const uint8_t *take(struct pdu_reader *r, size_t n)
{
	const uint8_t *at = r->at;

	r->bad |= (size_t)(r->end - r->at) < n;
	if (r->bad)
		return NULL;
	r->at += n;
	return at;
}

uint16_t pdu_read_u16(struct pdu_reader *r)
{
	const uint8_t *octets = take(r, sizeof(uint16_t));
	uint16_t n = 0;

	if (octets)
		memcpy(&n, octets, sizeof(n));
	return r->network_order ? be16toh(n) : le16toh(n);
}

static uint32_t read_u32(struct pdu_reader *r)
{
	const uint8_t *octets = take(r, sizeof(uint32_t));
	uint32_t n = 0;

	if (octets)
		memcpy(&n, octets, sizeof(n));
	return r->network_order ? be32toh(n) : le32toh(n);
}

/* How many octets follow a string (5.3). */
static size_t padding(size_t len)
{
	return -len % 4;
}

void pdu_read_string(struct pdu_reader *r, struct pdu_string *string)
{
	string->len = read_u32(r);
	string->octets = take(r, string->len);
	take(r, padding(string->len));
}

void pdu_read_oid(struct pdu_reader *r, struct pdu_oid *oid)
{
	const uint8_t *head = take(r, 4); /* n_subid, prefix, include, reserved (5.1) */

	oid->len = 0;
	oid->include = false;
	oid->octets = head;
	oid->n_octets = 0;
	if (!head)
		return;
	oid->include = head[2];
	if (head[1]) {
		memcpy(oid->id, internet, sizeof(internet));
		oid->id[PREFIX_LEN - 1] = head[1];
		oid->len = PREFIX_LEN;
	}
	for (unsigned i = 0; i < head[0]; i++)
		oid->id[oid->len++] = read_u32(r);
	oid->n_octets = r->at - head;
}

/* Room for the next octets, zeroed, or NULL. */
static uint8_t *put(struct pdu_writer *w, size_t n)
{
	uint8_t *at = w->at;

	w->full |= (size_t)(w->end - w->at) < n;
	if (w->full)
		return NULL;
	memset(at, 0, n);
	w->at += n;
	return at;
}

static void write_u32(struct pdu_writer *w, uint32_t n)
{
	uint8_t *octets = put(w, sizeof(n));

	n = w->network_order ? htobe32(n) : htole32(n);
	if (octets)
		memcpy(octets, &n, sizeof(n));
}

static void write_u64(struct pdu_writer *w, uint64_t n)
{
	uint8_t *octets = put(w, sizeof(n));

	n = w->network_order ? htobe64(n) : htole64(n);
	if (octets)
		memcpy(octets, &n, sizeof(n));
}

static void write_type(struct pdu_writer *w, uint16_t type)
{
	uint8_t *octets = put(w, 4); /* v.type and two reserved octets (5.4) */

	type = w->network_order ? htobe16(type) : htole16(type);
	if (octets)
		memcpy(octets, &type, sizeof(type));
}

/* Ours are below the prefix. */
static void write_oid(struct pdu_writer *w, const struct mib_oid *oid)
{
	uint8_t *head = put(w, 4);

	if (!head)
		return;
	head[0] = oid->len - PREFIX_LEN;
	head[1] = oid->id[PREFIX_LEN - 1];
	for (size_t i = PREFIX_LEN; i < oid->len; i++)
		write_u32(w, oid->id[i]);
}

static void write_string(struct pdu_writer *w, const char *string)
{
	size_t len = strlen(string);
	uint8_t *octets;

	write_u32(w, len);
	octets = put(w, len + padding(len));
	if (octets)
		memcpy(octets, string, len);
}

void pdu_write_value(struct pdu_writer *w, const struct mib_oid *name,
		     const struct mib_value *value)
{
	static const uint16_t types[] = {
		[MIB_INTEGER] = AGENTX_INTEGER,      [MIB_GAUGE32] = AGENTX_GAUGE32,
		[MIB_COUNTER32] = AGENTX_COUNTER32,  [MIB_COUNTER64] = AGENTX_COUNTER64,
		[MIB_TIMETICKS] = AGENTX_TIME_TICKS, [MIB_STRING] = AGENTX_OCTET_STRING,
	};

	write_type(w, types[value->type]);
	write_oid(w, name);
	if (value->type == MIB_STRING)
		write_string(w, value->string);
	else if (value->type == MIB_COUNTER64)
		write_u64(w, value->number);
	else
		write_u32(w, value->number);
}

void pdu_write_read_name(struct pdu_writer *w, uint16_t type, const struct pdu_oid *name)
{
	uint8_t *octets;

	write_type(w, type);
	octets = put(w, name->n_octets);
	if (!octets)
		return;
	memcpy(octets, name->octets, name->n_octets);
	octets[2] = 0; /* a name does not include */
}

void pdu_write_own_name(struct pdu_writer *w, uint16_t type, const struct mib_oid *name)
{
	write_type(w, type);
	write_oid(w, name);
}
