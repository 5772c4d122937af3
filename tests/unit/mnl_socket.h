/* SPDX-License-Identifier: MIT */
/*
 * mnl_socket: a socket of libmnl's that opens and is bound to port 1. Who includes this, in one
 * file of a program, sends and receives in the kernel's place. It tells of no changes: one that
 * does not wait cannot be opened.
 */
#ifndef IPFW_TESTS_MNL_SOCKET_H
#define IPFW_TESTS_MNL_SOCKET_H

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/socket.h>

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	static int socket;

	(void)bus;
	if (flags & SOCK_NONBLOCK) {
		errno = EMFILE;
		return NULL;
	}
	return (struct mnl_socket *)&socket;
}

int mnl_socket_bind(struct mnl_socket *s, unsigned int groups, pid_t pid)
{
	(void)s;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *s)
{
	(void)s;
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *s)
{
	(void)s;
	return 1;
}

#endif
