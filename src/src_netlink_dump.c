/* SPDX-License-Identifier: MIT */
#include "src_netlink_dump.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#define TRIES 50

int dumper_open(struct netlink_dumper *d)
{
	int r = 0;

	dumper_close(d);
	d->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!d->socket || mnl_socket_bind(d->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		r = -errno;
	if (r)
		dumper_close(d);
	return r;
}

void dumper_close(struct netlink_dumper *d)
{
	if (d->socket)
		mnl_socket_close(d->socket);
	d->socket = NULL;
}

/* -EINTR: the dump was interrupted. */
static int run_once(struct netlink_dumper *d, struct nlmsghdr *request, mnl_cb_t each, void *arg)
{
	unsigned port = mnl_socket_get_portid(d->socket);
	int r;

	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = ++d->seq;
	if (mnl_socket_sendto(d->socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t size = mnl_socket_recvfrom(d->socket, d->buffer, sizeof(d->buffer));

		if (size < 0)
			return -errno;
		r = mnl_cb_run(d->buffer, size, d->seq, port, each, arg);
	} while (r > 0);
	return r < 0 ? -errno : 0;
}

int dumper_run(struct netlink_dumper *d, struct nlmsghdr *request, mnl_cb_t each, void *arg,
	       void (*reset)(void *arg))
{
	int r = -EINTR;

	for (int i = 0; i < TRIES && r == -EINTR; i++) {
		r = d->socket ? 0 : dumper_open(d);
		if (r)
			return r;
		if (reset)
			reset(arg);
		r = run_once(d, request, each, arg);
		/* Its rest is still on the way, and must not be taken for the next one's answer. */
		if (r)
			dumper_close(d);
	}
	return r;
}
