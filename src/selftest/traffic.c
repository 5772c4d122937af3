/* SPDX-License-Identifier: MIT */
#include "selftest/traffic.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"

#define MTU            1500
#define UDP_HEADER     8
#define TCP_HEADER     20
#define SYN_OPTIONS    4 /* the maximum segment size, since the router's sysctls leave no other */
#define FRAGMENT6      8 /* the header of IPv6 fragments */
#define PATIENCE_MS    5000
#define PAUSE_US       100
#define BURST_SEGMENTS 2
#define SERVER_PORT    7

static const unsigned ip_header[] = {[FAMILY_IPV4] = 20, [FAMILY_IPV6] = 40};

static char payload[TRAFFIC_SIZE_MAX];

static int domain_of(enum family family)
{
	return family == FAMILY_IPV6 ? AF_INET6 : AF_INET;
}

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

/* `fd`, or with an error none. */
static int opened(int fd, int error)
{
	if (error && fd >= 0)
		close(fd);
	return error ? error : fd;
}

/* Both families where there are two. */
static int listener(const struct router *r, enum router_place place, int type, unsigned port)
{
	const enum family family = r->has[FAMILY_IPV6] ? FAMILY_IPV6 : FAMILY_IPV4;
	union router_address any = {.any = {.sa_family = domain_of(family)}};
	int fd = router_socket(r, place, any.any.sa_family, type), error = 0;

	if (fd < 0)
		return fd;
	if (family == FAMILY_IPV6)
		error = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	any.in.sin_port = htons(port); /* in the same place in both */
	if (!error && bind(fd, &any.any, family == FAMILY_IPV6 ? sizeof(any.in6) : sizeof(any.in)))
		error = -errno;
	if (!error && type == SOCK_STREAM && listen(fd, 1))
		error = -errno;
	return opened(fd, error);
}

int traffic_receiver(const struct router *r, enum router_place place)
{
	return listener(r, place, SOCK_DGRAM, TRAFFIC_PORT);
}

void traffic_drain(int receiver)
{
	static char ignored[TRAFFIC_SIZE_MAX];

	while (recv(receiver, ignored, sizeof(ignored), MSG_DONTWAIT) >= 0)
		;
}

int traffic_sender(const struct router *r, const struct datagrams *d, enum family family)
{
	const bool v6 = family == FAMILY_IPV6;
	int fd = router_socket(r, PLACE_CLIENT, domain_of(family), SOCK_DGRAM), error;

	if (fd < 0)
		return fd;
	/* Cut by the device's MTU, if at all, never by what the path reports. */
	error = v6 ? set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT)
		   : set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER,
			     d->whole ? IP_PMTUDISC_PROBE : IP_PMTUDISC_OMIT);
	if (!error && d->ttl)
		error = v6 ? set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, d->ttl)
			   : set_int(fd, IPPROTO_IP, IP_TTL, d->ttl);
	if (!error && d->segment)
		error = set_int(fd, IPPROTO_UDP, UDP_SEGMENT, d->segment);
	return opened(fd, error);
}

int traffic_send(int sender, const struct datagrams *d, enum family family, unsigned count)
{
	const unsigned burst = d->segment ? BURST_SEGMENTS : TRAFFIC_BURST;
	union router_address to;
	socklen_t length = router_address(&to, d->to, family, TRAFFIC_PORT);

	for (unsigned i = 0; i < count; i++) {
		if (sendto(sender, payload, d->size, 0, &to.any, length) != (ssize_t)d->size)
			return -errno;
		if (i % burst == burst - 1)
			usleep(PAUSE_US);
	}
	return 0;
}

struct amount traffic_amount(const struct datagrams *d, enum family family)
{
	unsigned header = ip_header[family], octets = d->size, room = MTU - header, pieces = 1;

	if (d->segment) {
		pieces = (d->size + d->segment - 1) / d->segment;
		header += UDP_HEADER;
	} else {
		octets += UDP_HEADER;
		if (octets > room) {
			header += family == FAMILY_IPV6 ? FRAGMENT6 : 0;
			room = (MTU - header) & ~7u;
			pieces = (octets + room - 1) / room;
		}
	}
	return (struct amount){.packets = (uint64_t)d->count * pieces,
			       .octets = (uint64_t)d->count * (octets + pieces * header)};
}

static int await(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n = poll(&p, 1, PATIENCE_MS);

	return n > 0 ? 0 : n ? -errno : -ETIMEDOUT;
}

/* Wait until one end can send or the other has something. */
static int await_either(int from, bool is_sending, int to)
{
	struct pollfd p[] = {{.fd = to, .events = POLLIN},
			     {.fd = is_sending ? from : -1, .events = POLLOUT}};
	int n = poll(p, ARRAY_SIZE(p), PATIENCE_MS);

	return n > 0 ? 0 : n ? -errno : -ETIMEDOUT;
}

/* Send all of it while the other end takes it. */
static int pump(int from, int to, size_t octets)
{
	static char taken[65536];
	size_t sent = 0, got = 0;

	while (got < octets) {
		size_t left = octets - sent;
		int r = await_either(from, left, to);
		ssize_t n;

		if (r)
			return r;
		n = left ? send(from, payload, left < sizeof(payload) ? left : sizeof(payload),
				MSG_DONTWAIT | MSG_NOSIGNAL)
			 : 0;
		if (n < 0 && errno != EAGAIN)
			return -errno;
		sent += n > 0 ? n : 0;
		n = recv(to, taken, sizeof(taken), MSG_DONTWAIT);
		if (!n || (n < 0 && errno != EAGAIN))
			return n ? -errno : -ECONNRESET;
		got += n > 0 ? n : 0;
	}
	return 0;
}

/* One end says that it is done, and the other has heard it. */
static int finish(int from, int to)
{
	char nothing;
	int r;

	if (shutdown(from, SHUT_WR))
		return -errno;
	r = await(to, POLLIN);
	if (r)
		return r;
	return recv(to, &nothing, 1, 0) == 0 ? 0 : -EPROTO;
}

/*
 * What that end sent, as it counted itself: segments, and octets of payload, those that were sent
 * again too. The answer to a SYN is not among them, since it is sent before there is a connection.
 */
static int ask_end(int fd, enum family family, bool is_server, struct amount *out)
{
	const unsigned header = ip_header[family] + TCP_HEADER;
	struct tcp_info info = {.tcpi_state = 0};
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size))
		return -errno;
	if (size < offsetof(struct tcp_info, tcpi_bytes_sent) + sizeof(info.tcpi_bytes_sent))
		return -EOPNOTSUPP;
	out->packets = info.tcpi_segs_out + is_server;
	out->octets = out->packets * header + info.tcpi_bytes_sent + SYN_OPTIONS;
	return 0;
}

static int connect_to(int client, int listening, enum family family, int *server)
{
	union router_address to;
	socklen_t length = router_address(&to, TO_SERVER, family, SERVER_PORT);
	int r = 0;

	if (fcntl(client, F_SETFL, O_NONBLOCK) ||
	    (connect(client, &to.any, length) && errno != EINPROGRESS))
		return -errno;
	r = await(listening, POLLIN);
	if (r)
		return r;
	*server = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	return *server < 0 ? -errno : await(client, POLLOUT);
}

/* Close it; if the transfer failed, without trying any longer to bring it to its end. */
static void give_back(int fd, int error)
{
	const struct linger at_once = {.l_onoff = 1};

	if (fd < 0)
		return;
	if (error)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
}

int traffic_tcp(const struct router *r, enum family family, unsigned octets, struct amount *there,
		struct amount *back, struct why *why)
{
	int listening = listener(r, PLACE_SERVER, SOCK_STREAM, SERVER_PORT), server = -1;
	int client = router_socket(r, PLACE_CLIENT, domain_of(family), SOCK_STREAM);
	int result = listening < 0 ? listening : client < 0 ? client : 0;

	if (!result)
		result = connect_to(client, listening, family, &server);
	if (!result)
		result = pump(client, server, octets);
	if (!result)
		result = finish(client, server);
	if (!result)
		result = finish(server, client);
	if (!result) {
		router_settle();
		result = ask_end(client, family, false, there);
	}
	if (!result)
		result = ask_end(server, family, true, back);
	give_back(client, result);
	give_back(server, result);
	if (listening >= 0)
		close(listening);
	return result ? why_errno(why, result, "TCP") : 0;
}
