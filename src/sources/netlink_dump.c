/* SPDX-License-Identifier: MIT */
#include "sources/netlink_dump.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <sys/socket.h>

int netlink_dump_open(struct netlink_dump *d)
{
	int r = 0;

	netlink_dump_close(d);
	d->socket = mnl_socket_open2(d->bus, SOCK_CLOEXEC);
	if (!d->socket || mnl_socket_bind(d->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	if (r)
		netlink_dump_close(d);
	return r;
}

void netlink_dump_close(struct netlink_dump *d)
{
	if (d->socket)
		mnl_socket_close(d->socket);
	d->socket = NULL;
}

/* Whether the dump was interrupted so far; removes the flag, since libmnl would stop at it. */
static bool was_interrupted(char *buffer, int size)
{
	bool interrupted = false;

	for (struct nlmsghdr *m = (struct nlmsghdr *)buffer; mnl_nlmsg_ok(m, size);
	     m = mnl_nlmsg_next(m, &size)) {
		interrupted |= m->nlmsg_flags & NLM_F_DUMP_INTR;
		m->nlmsg_flags &= ~NLM_F_DUMP_INTR;
	}
	return interrupted;
}

static int run_once(struct netlink_dump *d, struct nlmsghdr *request, uint16_t flags, mnl_cb_t each,
		    void *arg)
{
	unsigned port = mnl_socket_get_portid(d->socket);
	bool interrupted = false;
	int r;

	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++d->seq;
	if (mnl_socket_sendto(d->socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t size = mnl_socket_recvfrom(d->socket, d->buffer, sizeof(d->buffer));

		if (size < 0)
			return -errno;
		interrupted |= was_interrupted(d->buffer, size);
		r = mnl_cb_run(d->buffer, size, d->seq, port, each, arg);
	} while (r > 0);
	if (r < 0)
		return -errno;
	return interrupted ? NETLINK_DUMP_INTERRUPTED : 0;
}

int netlink_dump_run(struct netlink_dump *d, struct nlmsghdr *request, unsigned tries,
		     mnl_cb_t each, void *arg, void (*begin)(void *arg))
{
	int r = NETLINK_DUMP_INTERRUPTED;

	for (unsigned i = 0; i < tries && r == NETLINK_DUMP_INTERRUPTED; i++) {
		r = d->socket ? 0 : netlink_dump_open(d);
		if (r)
			return r;
		if (begin)
			begin(arg);
		r = run_once(d, request, NLM_F_DUMP, each, arg);
		/* The rest of it is still on the way, and must not be taken for the next answer. */
		if (r < 0)
			netlink_dump_close(d);
	}
	return r;
}

struct whole {
	mnl_cb_t each;
	void *arg;
	size_t *found, before;
};

static void begin_again(void *arg)
{
	struct whole *w = arg;

	if (w->found)
		*w->found = w->before;
}

static int pass_on(const struct nlmsghdr *message, void *arg)
{
	struct whole *w = arg;

	return w->each(message, w->arg);
}

int netlink_dump_whole(struct netlink_dump *d, struct nlmsghdr *request, mnl_cb_t each, void *arg,
		       size_t *found)
{
	struct whole w = {each, arg, found, found ? *found : 0};
	int r = netlink_dump_run(d, request, NETLINK_DUMP_WHOLE, pass_on, &w, begin_again);

	return r == NETLINK_DUMP_INTERRUPTED ? -EINTR : r;
}

int netlink_dump_one(struct netlink_dump *d, struct nlmsghdr *request, mnl_cb_t each, void *arg)
{
	int r = d->socket ? 0 : netlink_dump_open(d);

	if (!r)
		r = run_once(d, request, NLM_F_ACK, each, arg);
	if (r < 0)
		netlink_dump_close(d);
	return r;
}
