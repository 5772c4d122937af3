/* SPDX-License-Identifier: MIT */
#include "agentx/library.h" /* first: net-snmp's headers */

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agentx/dial.h"
#include "agentx/framing.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

/*
 * What one datagram of SNMP asks fits several times: 65,507 octets of variables with the shortest
 * names become 320 KiB of AgentX. What is longer is refused; what is longer than LENGTH_MAX is no
 * PDU.
 */
#define PDU_MAX      (1 << 20)
#define LENGTH_MAX   (1 << 24)
#define RESPONSE_MAX (1 << 16) /* net-snmp's master drops longer ones */
#define READ_MAX     (1 << 16) /* octets at once */

#define DIAL_PAUSE_NS (NS_PER_S / 2) /* shorter than between two tries */

/* A request of ours. */
struct asked {
	bool waiting; /* for the Response */
	struct agentx_header h;
};

static struct {
	struct framing_config config;
	struct answer_session session;
	const char *trouble;
	uint64_t began_ns, dial_at_ns;
	struct asked request;      /* one at a time, since the library waits for the answer */
	struct asked notification; /* and beside it one of these */
	struct asked registration; /* and one of these, of a context */
	bool over;
	size_t have; /* octets in `in` */
	size_t skip; /* and of those to come, so many are not wanted */
	uint8_t in[PDU_MAX], out[RESPONSE_MAX];
} self;

static void leave(const char *why)
{
	log_warning("leaving the SNMP master agent: %s", why);
	self.over = true;
}

/* The library will come back for the end, since there is something to read. */
static void end(netsnmp_transport *t)
{
	self.have = 0;
	shutdown(t->sock, SHUT_RDWR);
}

static void fill(netsnmp_transport *t)
{
	size_t room = sizeof(self.in) - self.have, drop;
	ssize_t n;

	do
		n = recv(t->sock, self.in + self.have, room < READ_MAX ? room : READ_MAX, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		self.over = true;
		return;
	}
	drop = self.skip < (size_t)n ? self.skip : (size_t)n;
	self.skip -= drop;
	memmove(self.in + self.have, self.in + self.have + drop, n - drop);
	self.have += n - drop;
}

static void send_all(netsnmp_transport *t, const uint8_t *octets, size_t n)
{
	while (n && !self.over) {
		ssize_t sent = send(t->sock, octets, n, MSG_NOSIGNAL);

		if (sent > 0) {
			octets += sent;
			n -= sent;
		} else if (errno != EINTR) {
			self.over = true;
		}
	}
}

/* The Response to a request of ours, without variables. Returns its length, or 0: it is none. */
static size_t take_response(const uint8_t *pdu, const struct agentx_header *h, uint8_t *data)
{
	struct asked *all[] = {&self.request, &self.notification, &self.registration};
	struct agentx_header kept = *h;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (!all[i]->waiting || all[i]->h.packet != h->packet)
			continue;
		all[i]->waiting = false;
		memcpy(data, pdu, sizeof(struct agentx_response));
		kept.length = sizeof(struct agentx_response) - sizeof(kept);
		pdu_set_header(data, kept);
		return sizeof(struct agentx_response);
	}
	return 0;
}

/* How many octets of the PDU have to be there before it can be dealt with. */
static size_t wanted(const struct agentx_header *h)
{
	size_t whole = sizeof(*h) + h->length;

	if (h->type == AGENTX_RESPONSE && whole > sizeof(struct agentx_response))
		return sizeof(struct agentx_response);
	return h->type == AGENTX_CLOSE || whole > PDU_MAX ? sizeof(*h) : whole;
}

/* Deal with a PDU. Returns how much of it is for the library, in `data`. */
static size_t deal_with(netsnmp_transport *t, const uint8_t *pdu, const struct agentx_header *h,
			uint8_t *data)
{
	if (h->type == AGENTX_RESPONSE)
		return wanted(h) < sizeof(struct agentx_response) ? 0 : take_response(pdu, h, data);
	if (h->type == AGENTX_CLOSE)
		leave("it closed the session");
	else if (h->length > PDU_MAX - sizeof(*h))
		send_all(t, self.out, answer_too_big(h, self.out));
	else
		send_all(t, self.out,
			 answer_request(&self.session, pdu, self.out, sizeof(self.out)));
	return 0;
}

/* Deal with what is in the buffer. Returns how much is for the library, in `data`. */
static size_t take(netsnmp_transport *t, uint8_t *data)
{
	size_t at = 0, n = 0;

	while (!self.over && self.have - at >= sizeof(struct agentx_header)) {
		const struct agentx_header h = pdu_header(self.in + at);
		size_t whole = sizeof(h) + h.length;

		if (h.version != AGENTX_VERSION || h.length % 4 || h.length > LENGTH_MAX) {
			leave("it sent something that is not AgentX");
			break;
		}
		if (self.have - at < wanted(&h))
			break;
		n += deal_with(t, self.in + at, &h, data + n);
		if (whole > self.have - at) {
			self.skip = whole - (self.have - at);
			whole = self.have - at;
		}
		at += whole;
	}
	self.have -= at;
	memmove(self.in, self.in + at, self.have);
	return n;
}

static struct asked *slot_of(const struct agentx_header *h)
{
	if (h->type == AGENTX_NOTIFY)
		return &self.notification;
	return h->flags & AGENTX_NON_DEFAULT_CONTEXT ? &self.registration : &self.request;
}

/* In place of the master. */
static size_t answer(uint8_t *data)
{
	struct agentx_response r = {.header = self.request.h,
				    .error = htobe16(AGENTX_PROCESSING_ERROR)};

	r.header.type = AGENTX_RESPONSE;
	r.header.flags = AGENTX_NETWORK_BYTE_ORDER;
	r.header.length = sizeof(r) - sizeof(r.header);
	memcpy(data, &r, sizeof(r));
	pdu_set_header(data, r.header);
	self.request.waiting = false;
	return sizeof(r);
}

static int on_recv(netsnmp_transport *t, void *data, int size, void **opaque, int *opaque_len)
{
	size_t n = 0;

	(void)size; /* there is room for three Responses */
	*opaque = NULL;
	*opaque_len = 0;
	if (!self.over) {
		fill(t);
		n = take(t, data);
		if (self.over)
			end(t);
	}
	if (!n && !self.over)
		t->flags |= NETSNMP_TRANSPORT_FLAG_EMPTY_PKT; /* 0 is not the end this time */
	else if (!n && self.request.waiting)
		n = answer(data);
	return n;
}

static int on_send(netsnmp_transport *t, const void *data, int size, void **opaque, int *opaque_len)
{
	(void)opaque;
	(void)opaque_len;
	if (size >= (int)sizeof(struct agentx_header)) {
		const struct agentx_header h = pdu_header(data);

		*slot_of(&h) = (struct asked){.waiting = true, .h = h};
	}
	send_all(t, data, size);
	if (self.over)
		end(t);
	return size; /* the end comes with the answer, in one way */
}

static int on_close(netsnmp_transport *t)
{
	int r = t->sock < 0 ? 0 : close(t->sock);

	t->sock = -1;
	self.session.open = false;
	return r;
}

static netsnmp_transport *create(netsnmp_tdomain_spec *spec)
{
	netsnmp_transport *t;
	int fd;

	(void)spec;
	/* The library makes up for tries that were due meanwhile, and does nothing else. */
	if (clock_now_ns() < self.dial_at_ns)
		return NULL;
	fd = dial_master(self.config.address, &self.trouble);
	if (fd < 0) {
		self.dial_at_ns = clock_now_ns() + DIAL_PAUSE_NS;
		return NULL;
	}
	self.trouble = "no answer";
	t = calloc(1, sizeof(*t)); /* the library frees it */
	if (!t) {
		close(fd);
		return NULL;
	}
	t->sock = fd;
	t->flags = NETSNMP_TRANSPORT_FLAG_STREAM;
	t->msgMaxSize = RESPONSE_MAX;
	t->f_recv = on_recv;
	t->f_send = on_send;
	t->f_close = on_close;
	self.session = (struct answer_session){.context = self.config.context};
	self.request.waiting = self.notification.waiting = self.registration.waiting = false;
	self.over = false;
	self.have = self.skip = 0;
	self.began_ns = clock_now_ns();
	return t;
}

void framing_register(const struct framing_config *config)
{
	static const oid name[] = {MIB_ROOT};
	static netsnmp_tdomain domain = {
		.name = name, .name_length = OID_LENGTH(name), .f_create_from_tspec = create};

	self.config = *config;
	self.trouble = "no answer";
	domain.prefix = calloc(2, sizeof(*domain.prefix)); /* the library frees it */
	if (!domain.prefix)
		log_fatal("%s", strerror(ENOMEM));
	domain.prefix[0] = "ipfwmaster";
	agentx_library.netsnmp_tdomain_register(&domain);
}

void framing_open(uint32_t session)
{
	self.session.id = session;
	self.session.open = true;
}

uint64_t framing_began_ns(void)
{
	return self.began_ns;
}

const char *framing_trouble(void)
{
	return self.trouble;
}
