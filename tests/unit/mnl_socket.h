/* SPDX-License-Identifier: MIT */
/*
 * mnl_socket: a socket of libmnl's that opens and is bound to port 1. Who includes this, in one
 * file of a program, sends and receives in the kernel's place. A socket that does not wait is one
 * of changes, and can be opened only where mnl_socket_changes is set.
 */
#ifndef IPFW_TESTS_MNL_SOCKET_H
#define IPFW_TESTS_MNL_SOCKET_H

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <sys/socket.h>

static bool mnl_socket_changes;
static int mnl_sockets[2];

static inline bool mnl_socket_is_of_changes(const struct mnl_socket *s)
{
	return s == (const struct mnl_socket *)&mnl_sockets[1];
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	if (!(flags & SOCK_NONBLOCK))
		return (struct mnl_socket *)&mnl_sockets[0];
	if (mnl_socket_changes)
		return (struct mnl_socket *)&mnl_sockets[1];
	errno = EMFILE;
	return NULL;
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
