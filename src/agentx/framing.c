/* SPDX-License-Identifier: MIT */
#include "agentx/library.h" /* first: net-snmp's headers */

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agentx/framing.h"
#include "agentx/protocol.h"
#include "base/log.h"
#include "base/units.h"
#include "mib/engine.h"

#define PDU_MAX 65536 /* the library reads and parses no longer ones */

static struct {
	int (*send)(netsnmp_transport *, const void *, int, void **, int *);
	bool waiting;               /* a request of ours is without answer */
	struct agentx_header asked; /* the last one's header, in the byte order of this machine */
	bool over;
	uint8_t buffer[PDU_MAX];
	size_t have;
} self;

static struct agentx_header header_of(const void *bytes)
{
	struct agentx_header h;
	uint32_t *fields[] = {&h.session, &h.transaction, &h.packet, &h.length};

	memcpy(&h, bytes, sizeof(h));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		*fields[i] = h.flags & AGENTX_NETWORK_BYTE_ORDER ? be32toh(*fields[i])
								 : le32toh(*fields[i]);
	return h;
}

/*
 * How long the whole PDU at `bytes` is, or 0: not all of it is here, or *why the connection has to
 * end. `waiting`: the library waits for an answer, as it does from our request to the end of what
 * it gets together with that answer.
 */
static size_t whole_pdu(const uint8_t *bytes, size_t n, bool waiting, const char **why)
{
	struct agentx_header h;
	bool answers;

	if (n < sizeof(h))
		return 0;
	h = header_of(bytes);
	answers = h.type == AGENTX_RESPONSE && h.packet == self.asked.packet;
	if (h.version != AGENTX_VERSION || h.length % 4 || h.length > PDU_MAX - sizeof(h) ||
	    (answers && h.length < sizeof(struct agentx_response) - sizeof(h))) {
		*why = "it sent something that is not AgentX";
		return 0;
	}
	if (n < sizeof(h) + h.length)
		return 0;
	if (answers)
		self.waiting = false;
	else if (h.type == AGENTX_CLOSE)
		*why = "it closed the session";
	else if (h.type != AGENTX_RESPONSE &&
		 (h.packet == self.asked.packet ||
		  (waiting && ((h.type != AGENTX_GET && h.type != AGENTX_GETNEXT) ||
			       h.flags & AGENTX_NON_DEFAULT_CONTEXT))))
		*why = "it sent another request in place of an answer";
	return *why ? 0 : sizeof(h) + h.length;
}

/*
 * Read what there is, up to `room` in the buffer. The library's own also asks for the socket's
 * name, and loses it on errors.
 */
static void fill(netsnmp_transport *t, size_t room)
{
	ssize_t n;

	if (room > sizeof(self.buffer))
		room = sizeof(self.buffer);
	room -= room > self.have ? self.have : room;
	do
		n = recv(t->sock, self.buffer + self.have, room, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		self.have += n;
	else
		self.over = true;
}

/* Move the whole PDUs of the buffer to `data`, which has room for them. Returns their length. */
static size_t take(netsnmp_transport *t, void *data)
{
	const bool waiting = self.waiting;
	const char *why = NULL;
	size_t n = 0, pdu;

	while ((pdu = whole_pdu(self.buffer + n, self.have - n, waiting, &why)))
		n += pdu;
	memcpy(data, self.buffer, n);
	self.have -= n;
	memmove(self.buffer, self.buffer + n, self.have);
	if (why) {
		log_warning("leaving the SNMP master agent: %s", why);
		self.over = true;
		self.have = 0;
		shutdown(t->sock, SHUT_RDWR); /* so that the library comes back for the end */
	}
	return n;
}

/* In place of the master. */
static size_t answer(void *data)
{
	struct agentx_response r = {.header = self.asked,
				    .error = htobe16(AGENTX_PROCESSING_ERROR)};

	r.header.type = AGENTX_RESPONSE;
	r.header.flags = AGENTX_NETWORK_BYTE_ORDER;
	r.header.session = htobe32(self.asked.session);
	r.header.transaction = htobe32(self.asked.transaction);
	r.header.packet = htobe32(self.asked.packet);
	r.header.length = htobe32(sizeof(r) - sizeof(r.header));
	memcpy(data, &r, sizeof(r));
	self.waiting = false;
	return sizeof(r);
}

static int on_recv(netsnmp_transport *t, void *data, int size, void **opaque, int *opaque_len)
{
	size_t n = 0;

	*opaque = NULL;
	*opaque_len = 0;
	if (!self.over) {
		fill(t, size);
		n = take(t, data);
	}
	if (!n && !self.over)
		t->flags |= NETSNMP_TRANSPORT_FLAG_EMPTY_PKT; /* 0 is not the end this time */
	else if (!n && self.waiting)
		n = answer(data);
	return n;
}

static int on_send(netsnmp_transport *t, const void *data, int size, void **opaque, int *opaque_len)
{
	if (size >= (int)sizeof(struct agentx_header)) {
		const struct agentx_header h = header_of(data);

		if (h.type != AGENTX_RESPONSE && h.type != AGENTX_NOTIFY) {
			self.waiting = true;
			self.asked = h;
		}
	}
	return self.send(t, data, size, opaque, opaque_len);
}

static netsnmp_transport *create(netsnmp_tdomain_spec *spec)
{
	netsnmp_transport *t = agentx_library.netsnmp_tdomain_transport_tspec(spec);

	if (!t)
		return NULL;
	self.send = t->f_send;
	self.waiting = self.over = false;
	self.asked = (struct agentx_header){.packet = 0};
	self.have = 0;
	t->f_recv = on_recv;
	t->f_send = on_send;
	return t;
}

void framing_register(void)
{
	static const oid name[] = {MIB_ROOT};
	static netsnmp_tdomain domain = {
		.name = name, .name_length = OID_LENGTH(name), .f_create_from_tspec = create};

	domain.prefix = calloc(2, sizeof(*domain.prefix)); /* the library frees it */
	if (!domain.prefix)
		log_fatal("%s", strerror(ENOMEM));
	domain.prefix[0] = SNMP_GUARD;
	agentx_library.netsnmp_tdomain_register(&domain);
}
