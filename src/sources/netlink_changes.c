/* SPDX-License-Identifier: MIT */
#include "sources/netlink_changes.h"

#include <errno.h>
#include <sys/socket.h>

int netlink_changes_open(struct netlink_changes *c, int bus, int group)
{
	int r = 0;

	if (c->socket)
		return 0;
	c->socket = mnl_socket_open2(bus, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!c->socket || mnl_socket_bind(c->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(c->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		r = -errno;
	if (r)
		netlink_changes_close(c);
	return r;
}

void netlink_changes_close(struct netlink_changes *c)
{
	if (c->socket)
		mnl_socket_close(c->socket);
	c->socket = NULL;
}

bool netlink_changes_any(struct netlink_changes *c)
{
	char buffer[4096];
	bool any = !c->socket;

	while (c->socket) {
		if (mnl_socket_recvfrom(c->socket, buffer, sizeof(buffer)) < 0 &&
		    (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		any = true;
	}
	return any;
}
