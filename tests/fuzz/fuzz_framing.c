/* SPDX-License-Identifier: MIT */
/*
 * What the master sends, in pieces, and requests of ours in between: the library gets the Responses
 * to them and nothing else, each request of the master gets one Response, and the connection ends
 * exactly where the rules say. The input is steps: 0 to 250 is a piece of so many bytes that
 * arrives, more is a request of ours, whose number is the next byte; 255 is a Notify, and 254 a
 * Register in a context.
 */
#include "agentx/library.h"

#include <sys/socket.h>
#include <unistd.h>

#include "agentx/dial.h"
#include "agentx/framing.h"
#include "base/log.h"
#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CLOSE = 2, REGISTER = 3, CLEANUPSET = 11, NOTIFY = 12, RESPONSE = 18 };

#define PDU_MAX    (1 << 20)
#define LENGTH_MAX (1 << 24)

struct agentx_library agentx_library;

static netsnmp_tdomain *domain;
static struct mib_context ctx;
static int here, there; /* the ends of the connection */

/* In place of log.c: quiet. */
void log_warning(const char *fmt, ...)
{
	(void)fmt;
}

void log_fatal(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

static int take_domain(netsnmp_tdomain *d)
{
	domain = d;
	return 1;
}

/* In place of dial.c. */
int dial_master(const char *address, const char **why)
{
	(void)address;
	(void)why;
	return here;
}

static struct mib_context *context(const char *name)
{
	(void)name;
	return &ctx;
}

static uint32_t number(const uint8_t *h, size_t at)
{
	const uint8_t *p = h + at;

	return h[2] & 0x10 ? (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]
			   : (uint32_t)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0];
}

/* What the rules say. */
struct rules {
	struct {
		bool waiting; /* for the Response to that number */
		uint32_t number;
	} asked[3];       /* by the library, a notification, a registration */
	size_t answers;   /* that are due to the master */
	size_t responses; /* for the library */
	size_t skip;
	bool over;
};

/* The rules for what has arrived. Returns how much of it is done with. */
static size_t apply(struct rules *r, const uint8_t *stream, size_t n)
{
	size_t at = 0;

	while (n - at >= 20 && !r->over) {
		const uint8_t *h = stream + at;
		size_t length = number(h, 16), whole = 20 + length;
		size_t wanted = h[1] == RESPONSE && whole > 28     ? 28
				: h[1] == CLOSE || whole > PDU_MAX ? 20
								   : whole;

		if (h[0] != 1 || length % 4 || length > LENGTH_MAX) {
			r->over = true;
			break;
		}
		if (n - at < wanted)
			break;
		if (h[1] == CLOSE) {
			r->over = true;
		} else if (h[1] != RESPONSE) {
			r->answers += h[1] != CLEANUPSET;
		} else if (whole >= 28) {
			size_t i = 0;

			while (i < 3 &&
			       !(r->asked[i].waiting && number(h, 12) == r->asked[i].number))
				i++;
			if (i < 3) {
				r->asked[i].waiting = false;
				r->responses++;
			}
		}
		if (whole > n - at) {
			r->skip = whole - (n - at);
			whole = n - at;
		}
		at += whole;
	}
	return at;
}

/* Read what the master gets, and count the Responses; requests of ours stand between them. */
static void hear(struct rules *r)
{
	static uint8_t heard[1 << 20];
	static size_t n;
	ssize_t got;

	while ((got = recv(there, heard + n, sizeof(heard) - n, MSG_DONTWAIT)) > 0)
		n += got;
	for (size_t at = 0; at < n; at += 20 + number(heard + at, 16)) {
		if (n - at < 20 || n - at < 20 + number(heard + at, 16) || heard[at] != 1)
			abort();
		if (heard[at + 1] == RESPONSE && !r->answers--)
			abort();
	}
	n = 0;
	if (r->answers)
		abort();
}

/* The end: first an answer, if there was a question. */
static void check_end(netsnmp_transport *t, const struct rules *r)
{
	static uint8_t piece[65536];
	void *opaque = NULL;
	int opaque_len = 0;

	if (r->asked[0].waiting &&
	    (t->f_recv(t, piece, sizeof(piece), &opaque, &opaque_len) != 28 || piece[0] != 1 ||
	     piece[1] != RESPONSE || number(piece, 12) != r->asked[0].number ||
	     number(piece, 16) != 8 || !(piece[24] | piece[25])))
		abort();
	for (int i = 0; i < 2; i++)
		if (t->f_recv(t, piece, sizeof(piece), &opaque, &opaque_len) ||
		    t->flags & NETSNMP_TRANSPORT_FLAG_EMPTY_PKT)
			abort();
}

static void arrive(netsnmp_transport *t, struct rules *r, const uint8_t *octets, size_t step)
{
	static uint8_t stream[1 << 20], piece[65536];
	static size_t n;
	size_t drop, responses = r->responses, done;
	void *opaque = piece;
	int opaque_len = 1, got;

	if (!step)
		n = 0;
	if (!step)
		return;
	if (write(there, octets, step) != (ssize_t)step)
		abort();
	drop = r->skip < step ? r->skip : step;
	r->skip -= drop;
	memcpy(stream + n, octets + drop, step - drop);
	n += step - drop;
	done = apply(r, stream, n);
	n -= done;
	memmove(stream, stream + done, n);
	responses = r->responses - responses;
	if (!responses && r->over)
		return; /* see check_end() */
	got = t->f_recv(t, piece, sizeof(piece), &opaque, &opaque_len);
	if (opaque || opaque_len || got != (int)responses * 28 ||
	    (t->flags & NETSNMP_TRANSPORT_FLAG_EMPTY_PKT) == (responses > 0))
		abort();
	for (int at = 0; at < got; at += 28)
		if (piece[at + 1] != RESPONSE || number(piece + at, 16) != 8)
			abort();
	t->flags &= ~NETSNMP_TRANSPORT_FLAG_EMPTY_PKT;
}

static void ask(netsnmp_transport *t, struct rules *r, size_t which, uint8_t packet)
{
	uint8_t request[24] = {1, which == 1 ? NOTIFY : REGISTER,
			       which == 2 ? 0x18 : 0x10, [15] = packet, [19] = 4};

	r->asked[which].number = packet;
	r->asked[which].waiting = true;
	if (t->f_send(t, request, sizeof(request), NULL, NULL) != sizeof(request))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct framing_config config = {.address = "", .context = context};
	struct bytes b = {data, data + size};
	struct rules rules = {.over = false};
	netsnmp_tdomain_spec spec = {.target = ""};
	netsnmp_transport *t;
	int ends[2];

	if (size > 4096) /* the answers fit into the socket */
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		abort();
	here = ends[0];
	there = ends[1];
	if (!domain) {
		agentx_library.netsnmp_tdomain_register = take_domain;
		framing_register(&config);
		mib_context_init(&ctx, NULL);
	}
	t = domain->f_create_from_tspec(&spec);
	framing_open(0);
	arrive(t, &rules, NULL, 0);
	while (b.at < b.end && !rules.over) {
		size_t step = byte(&b);

		if (step > 250) {
			ask(t, &rules, step < 254 ? 0 : step == 255 ? 1 : 2, byte(&b));
		} else {
			if (step > (size_t)(b.end - b.at))
				step = b.end - b.at;
			if (step)
				arrive(t, &rules, b.at, step);
			b.at += step;
		}
		if (!rules.over)
			hear(&rules);
	}
	if (!rules.over)
		shutdown(there, SHUT_WR);
	check_end(t, &rules);
	hear(&rules);
	t->f_close(t);
	free(t);
	close(there);
	return 0;
}
