/* SPDX-License-Identifier: MIT */
#include "agent/http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128

static int listen_at(const struct addrinfo *a)
{
	const int on = 1;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), r = 0;

	if (fd < 0)
		return -errno;
	/* The addresses of a router come and go: this one may come after the agent. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) ||
	    bind(fd, a->ai_addr, a->ai_addrlen) || listen(fd, BACKLOG))
		r = -errno;
	if (!r)
		return fd;
	close(fd);
	return r;
}

int http_listen(const struct address *where, struct why *why)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found;
	int fd = -EADDRNOTAVAIL, r = getaddrinfo(where->host, where->port, &hints, &found);

	if (r)
		return why_set(why, -EINVAL, "%.200s: %s", where->host, gai_strerror(r));
	for (const struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
		fd = listen_at(a);
	freeaddrinfo(found);
	if (fd == -EAFNOSUPPORT) /* with a unit there is a sandbox */
		return why_set(why, fd, "%s (ipfwagent-listen.conf opens the unit's sandbox)",
			       strerror(-fd));
	return fd < 0 ? why_errno(why, fd, NULL) : fd;
}
