/* SPDX-License-Identifier: MIT */
#include "selftest/master.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agentx/protocol.h"
#include "agentx/thread.h"
#include "base/clock.h"
#include "base/units.h"

#define PDU_MAX      65536
#define SESSION      1
#define PREFIX_LEN   5     /* an OID begins with 1.3.6.1 and the prefix (5.1) */
#define PATIENCE_MS  60000 /* to load the library can take long, and whether it fails is told */
#define STEP_MS      50
#define INTERVAL_MS  10000
#define REGISTER     3       /* h.type, 6.1 */
#define CACHE_FOR_MS 3600000 /* what was published is fresh enough */

/* A PDU in the making, in network byte order. It has room for what is asked here. */
struct pdu {
	uint8_t octets[PDU_MAX];
	size_t size;
};

static void put_u32(struct pdu *p, uint32_t n)
{
	n = htobe32(n);
	if (p->size + sizeof(n) <= sizeof(p->octets)) {
		memcpy(p->octets + p->size, &n, sizeof(n));
		p->size += sizeof(n);
	}
}

static void put_header(struct pdu *p, uint8_t type, uint32_t transaction, uint32_t packet)
{
	p->size = 0;
	put_u32(p, AGENTX_VERSION << 24 | (uint32_t)type << 16 | AGENTX_NETWORK_BYTE_ORDER << 8);
	put_u32(p, SESSION);
	put_u32(p, transaction);
	put_u32(p, packet);
	put_u32(p, 0); /* how much follows, see send_pdu() */
}

static int send_pdu(struct master *m, struct pdu *p)
{
	uint32_t length = htobe32(p->size - sizeof(struct agentx_header));

	memcpy(p->octets + offsetof(struct agentx_header, length), &length, sizeof(length));
	return send(m->connection, p->octets, p->size, MSG_NOSIGNAL) == (ssize_t)p->size ? 0
											 : -EPIPE;
}

static uint32_t get_u32(const uint8_t *at, bool network_order)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return network_order ? be32toh(n) : le32toh(n);
}

/* The subagent's next PDU. Returns its size or -errno. */
static ssize_t receive(struct master *m, uint8_t *pdu)
{
	const size_t header = sizeof(struct agentx_header);
	struct pollfd p = {.fd = m->connection, .events = POLLIN};
	size_t have = 0, wanted = header;

	while (have < wanted) {
		ssize_t n;

		if (poll(&p, 1, PATIENCE_MS) != 1)
			return -ETIMEDOUT;
		n = recv(m->connection, pdu + have, wanted - have, 0);
		if (n <= 0)
			return -ECONNRESET;
		have += n;
		if (have == header) {
			bool network_order = pdu[2] & AGENTX_NETWORK_BYTE_ORDER;

			wanted += get_u32(pdu + offsetof(struct agentx_header, length),
					  network_order);
			if (wanted > PDU_MAX)
				return -EPROTO;
		}
	}
	return have;
}

/* The numbers of a PDU of the subagent's. */
static uint32_t field(const uint8_t *pdu, size_t offset)
{
	return get_u32(pdu + offset, pdu[2] & AGENTX_NETWORK_BYTE_ORDER);
}

/* Whatever it asks for, it gets. */
static int grant(struct master *m, const uint8_t *pdu)
{
	static struct pdu p;

	put_header(&p, AGENTX_RESPONSE, field(pdu, offsetof(struct agentx_header, transaction)),
		   field(pdu, offsetof(struct agentx_header, packet)));
	put_u32(&p, clock_now_ns() / NS_PER_CS); /* sysUpTime */
	put_u32(&p, AGENTX_NO_ERROR << 16);
	return send_pdu(m, &p);
}

/* Until a PDU of that type is there; what else comes is granted. Returns its size or -errno. */
static ssize_t await(struct master *m, uint8_t type, uint8_t *pdu)
{
	for (;;) {
		ssize_t n = receive(m, pdu);
		int r = n < 0 || pdu[1] == AGENTX_RESPONSE ? 0 : grant(m, pdu);

		if (n < 0 || r)
			return n < 0 ? n : r;
		if (pdu[1] == type)
			return n;
	}
}

/* Wait for the connection. The subagent may fail before. */
static int await_connection(struct master *m, struct why *why)
{
	struct pollfd p = {.fd = m->listening, .events = POLLIN};
	const char *failed;

	for (int waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (agentx_failed(m->subagent, &failed))
			return why_set(why, -EOPNOTSUPP, "%s", failed);
		if (poll(&p, 1, STEP_MS) != 1)
			continue;
		m->connection = accept4(m->listening, NULL, NULL, SOCK_CLOEXEC);
		return m->connection < 0 ? why_errno(why, -errno, "AgentX") : 0;
	}
	return why_set(why, -ETIMEDOUT, "the AgentX subagent does not connect");
}

/* Wait until it has registered, and knows its master: then it answers. */
static int await_subagent(struct master *m)
{
	static uint8_t pdu[PDU_MAX];
	struct pollfd p = {.fd = m->connection, .events = POLLIN};
	ssize_t n = await(m, REGISTER, pdu);

	for (int waited = 0; n >= 0 && waited < PATIENCE_MS; waited += STEP_MS) {
		if (agentx_master(m->subagent))
			return 0;
		if (poll(&p, 1, STEP_MS) == 1) {
			n = receive(m, pdu);
			if (n >= 0 && pdu[1] != AGENTX_RESPONSE)
				n = grant(m, pdu);
		}
	}
	return n < 0 ? n : -ETIMEDOUT;
}

static int listen_outside(struct master *m, char *address, size_t size)
{
	struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(own);

	m->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (m->listening < 0 || bind(m->listening, (struct sockaddr *)&own, sizeof(own)) ||
	    listen(m->listening, 1) || getsockname(m->listening, (struct sockaddr *)&own, &length))
		return -errno;
	snprintf(address, size, "tcp:127.0.0.1:%u", ntohs(own.sin_port));
	return 0;
}

/* Its thread stays in the namespace where it is started. */
static int start_outside(struct master *m, const struct router *r)
{
	char address[32];
	struct agentx_config config = {.socket = address,
				       .interval_ms = INTERVAL_MS,
				       .cache_ms = CACHE_FOR_MS,
				       .refresh_fd = -1,
				       .stop_fd = -1,
				       .notifications = m->notifications};
	int result = router_enter(r, PLACE_OUTSIDE), home;

	if (result)
		return result;
	result = listen_outside(m, address, sizeof(address));
	if (!result)
		result = agentx_start(&m->subagent, &config);
	home = router_enter(r, PLACE_ROUTER);
	return result ? result : home;
}

int master_open(struct master *m, const struct router *r, struct why *why)
{
	int result;

	m->notifications = notification_queue_new();
	result = m->notifications ? start_outside(m, r) : -ENOMEM;
	if (result == -EOPNOTSUPP)
		return why_set(why, result, "this ipfwagent was built without SNMP");
	if (result)
		return why_errno(why, result, "AgentX");
	result = await_connection(m, why);
	if (result)
		return result;
	result = await_subagent(m);
	return result ? why_errno(why, result, "AgentX, registration") : 0;
}

void master_close(struct master *m)
{
	if (m->subagent && !agentx_stop(m->subagent))
		return; /* it hangs in the library, and ends with the process */
	if (m->connection > 0)
		close(m->connection);
	if (m->listening > 0)
		close(m->listening);
	notification_queue_free(m->notifications);
}

static int publish(struct master *m, struct snapshot *s)
{
	struct mib_view *view = calloc(1, sizeof(*view));

	if (!view)
		return -ENOMEM;
	view->snapshot = snapshot_share(s);
	view->status = MIB_STATUS_OK;
	view->interval_ms = INTERVAL_MS;
	view->samples = 1;
	view->master_start_ns = agentx_master(m->subagent);
	agentx_publish(m->subagent, view);
	return 0;
}

static void put_oid(struct pdu *p, const struct mib_oid *oid)
{
	put_u32(p, (uint32_t)(oid->len - PREFIX_LEN) << 24 | oid->id[PREFIX_LEN - 1] << 16);
	for (size_t i = PREFIX_LEN; i < oid->len; i++)
		put_u32(p, oid->id[i]);
}

/* The value of a variable at `at`, and where the next one begins; NULL: it is cut off, or of a type
 * that no figure has. */
static const uint8_t *take_value(const uint8_t *at, const uint8_t *end, bool network_order,
				 struct master_object *o)
{
	size_t head = 8; /* type, and what an OID begins with */
	uint32_t first, type;

	if (end - at < (ptrdiff_t)head)
		return NULL;
	first = get_u32(at, network_order);
	type = network_order ? first >> 16 : first & 0xffff;
	head += at[4] * sizeof(uint32_t);
	o->known = type == AGENTX_COUNTER64 || type == AGENTX_GAUGE32 || type == AGENTX_COUNTER32;
	if (type == AGENTX_NO_SUCH_OBJECT || type == AGENTX_NO_SUCH_INSTANCE)
		return at + head;
	if (!o->known || end - at < (ptrdiff_t)(head + sizeof(uint64_t)))
		return NULL;
	if (type != AGENTX_COUNTER64) {
		o->value = get_u32(at + head, network_order);
		return at + head + sizeof(uint32_t);
	}
	memcpy(&o->value, at + head, sizeof(o->value));
	o->value = network_order ? be64toh(o->value) : le64toh(o->value);
	return at + head + sizeof(uint64_t);
}

int master_ask(struct master *m, struct snapshot *s, struct master_object *objects, size_t n,
	       struct why *why)
{
	static struct pdu p;
	static uint8_t pdu[PDU_MAX];
	const uint8_t *at = pdu + sizeof(struct agentx_response), *end;
	ssize_t size;
	int r = publish(m, s);

	m->packet++;
	put_header(&p, AGENTX_GET, m->packet, m->packet);
	for (size_t i = 0; i < n; i++) {
		put_oid(&p, &objects[i].name);
		put_u32(&p, 0); /* no end */
	}
	if (!r)
		r = send_pdu(m, &p);
	size = r ? r : await(m, AGENTX_RESPONSE, pdu);
	if (size < 0)
		return why_errno(why, size, "AgentX, an answer");
	end = pdu + size;
	if (size < (ssize_t)sizeof(struct agentx_response) ||
	    field(pdu, offsetof(struct agentx_response, error)) ||
	    field(pdu, offsetof(struct agentx_header, packet)) != m->packet)
		return why_set(why, -EPROTO, "AgentX: the answer is an error");
	for (size_t i = 0; i < n && at; i++)
		at = take_value(at, end, pdu[2] & AGENTX_NETWORK_BYTE_ORDER, &objects[i]);
	return at == end ? 0
			 : why_set(why, -EPROTO, "AgentX: the answer is not what was asked for");
}
