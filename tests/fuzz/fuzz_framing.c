/* SPDX-License-Identifier: MIT */
/*
 * What the master sends, in pieces, and requests of ours in between: the guard passes on whole PDUs
 * and ends the connection, exactly where the rules say. The input is steps: 0 to 250 is a piece of
 * so many bytes that arrives, more is a request of ours, whose number is the next byte.
 */
#include "agentx/library.h"

#include <sys/socket.h>
#include <unistd.h>

#include "agentx/framing.h"
#include "base/log.h"
#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CLOSE = 2, REGISTER = 3, GET = 5, GETNEXT = 6, RESPONSE = 18 };

struct agentx_library agentx_library;

static netsnmp_tdomain *domain;
static netsnmp_transport transport;

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

static netsnmp_transport *inner(netsnmp_tdomain_spec *spec)
{
	(void)spec;
	return &transport;
}

static int inner_send(netsnmp_transport *t, const void *data, int size, void **opaque,
		      int *opaque_len)
{
	(void)t;
	(void)data;
	(void)opaque;
	(void)opaque_len;
	return size;
}

static uint32_t number(const uint8_t *h, size_t at)
{
	const uint8_t *p = h + at;

	return h[2] & 0x10 ? (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]
			   : (uint32_t)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0];
}

/* The rules: how much of what is here may pass, and whether the connection goes on. */
static size_t may_pass(const uint8_t *stream, size_t n, bool *waiting, uint32_t asked, bool *over)
{
	const bool strict = *waiting;
	size_t at = 0;

	while (n - at >= 20) {
		const uint8_t *h = stream + at;
		uint32_t length = number(h, 16);
		bool same = number(h, 12) == asked, response = h[1] == RESPONSE;

		if (h[0] != 1 || length % 4 || length > 65536 - 20 ||
		    (response && same && length < 8)) {
			*over = true;
			break;
		}
		if (n - at < 20 + length)
			break;
		if (h[1] == CLOSE || (!response && same) ||
		    (strict && !response && ((h[1] != GET && h[1] != GETNEXT) || h[2] & 8))) {
			*over = true;
			break;
		}
		if (response && same)
			*waiting = false;
		at += 20 + length;
	}
	return at;
}

/* The end: first an answer, if there was a question. */
static void check_end(netsnmp_transport *t, bool waiting, uint32_t asked)
{
	static uint8_t piece[65536];
	void *opaque = NULL;
	int opaque_len = 0;

	if (waiting && (t->f_recv(t, piece, sizeof(piece), &opaque, &opaque_len) != 28 ||
			piece[0] != 1 || piece[1] != RESPONSE || number(piece, 12) != asked ||
			number(piece, 16) != 8 || !(piece[24] | piece[25])))
		abort();
	for (int i = 0; i < 2; i++)
		if (t->f_recv(t, piece, sizeof(piece), &opaque, &opaque_len) ||
		    t->flags & NETSNMP_TRANSPORT_FLAG_EMPTY_PKT)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {data, data + size};
	static uint8_t stream[1 << 20], piece[65536];
	netsnmp_tdomain_spec spec = {.target = ""};
	netsnmp_transport *t;
	uint32_t asked = 0;
	bool waiting = false, over = false;
	size_t n = 0;
	int ends[2];

	if (size > 32768)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		abort();
	if (!domain) {
		agentx_library.netsnmp_tdomain_register = take_domain;
		agentx_library.netsnmp_tdomain_transport_tspec = inner;
		framing_register();
	}
	transport = (netsnmp_transport){.sock = ends[0], .f_send = inner_send};
	t = domain->f_create_from_tspec(&spec);
	while (b.at < b.end && !over) {
		uint32_t step = byte(&b);
		void *opaque = &b;
		int opaque_len = 1;
		size_t pass, got;

		if (step > 250) {
			uint8_t request[24] = {1, REGISTER, 0x10, [19] = 4};

			asked = request[15] = byte(&b);
			t->f_send(t, request, sizeof(request), &opaque, &opaque_len);
			waiting = true;
			continue;
		}
		if (step > b.end - b.at)
			step = b.end - b.at;
		if (!step)
			continue;
		memcpy(stream + n, b.at, step);
		if (write(ends[1], b.at, step) != step)
			abort();
		b.at += step;
		n += step;
		pass = may_pass(stream, n, &waiting, asked, &over);
		if (!pass && over)
			break;
		got = t->f_recv(t, piece, sizeof(piece), &opaque, &opaque_len);
		if (opaque || opaque_len || got != pass || memcmp(piece, stream, pass) ||
		    (t->flags & NETSNMP_TRANSPORT_FLAG_EMPTY_PKT ? pass : !pass))
			abort();
		t->flags = 0;
		n -= pass;
		memmove(stream, stream + pass, n);
	}
	if (!over)
		shutdown(ends[1], SHUT_WR);
	check_end(t, waiting, asked);
	close(ends[0]);
	close(ends[1]);
	return 0;
}
