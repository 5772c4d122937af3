/* SPDX-License-Identifier: MIT */
#include "agentx/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/units.h"

#define WAIT_NS (2 * NS_PER_S)

/* The kernel probes a host that is silent; that costs a packet each way in so many seconds. */
#define PROBE_AFTER_S 3
#define PROBE_EACH_S  1
#define PROBES        3
#define GONE_AFTER_MS ((PROBE_AFTER_S + PROBE_EACH_S * PROBES) * 1000)

/* Returns 0 or an error number. */
static int finish_connect(int fd, uint64_t until_ns)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	uint64_t now_ns;
	int error, n;

	do {
		now_ns = clock_now_ns();
		n = now_ns < until_ns ? poll(&p, 1, (until_ns - now_ns) / NS_PER_MS + 1) : 0;
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		return ETIMEDOUT;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? errno : error;
}

/* Returns a socket, or -1 and errno. */
static int connect_to(const struct sockaddr *address, socklen_t len, uint64_t until_ns)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -1;
	error = connect(fd, address, len) < 0 ? errno : 0;
	if (error == EINPROGRESS)
		error = finish_connect(fd, until_ns);
	if (!error && fcntl(fd, F_SETFL, 0) == 0)
		return fd;
	error = error ? error : errno;
	close(fd);
	errno = error;
	return -1;
}

static int dial_path(const char *path, const char **why)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd;

	memcpy(un.sun_path, path, strlen(path));
	fd = connect_to((struct sockaddr *)&un, sizeof(un), 0);
	if (fd < 0)
		*why = errno == EAGAIN ? "its queue is full" : strerror(errno);
	return fd;
}

static void probe_peer(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, PROBE_AFTER_S},
		{IPPROTO_TCP, TCP_KEEPINTVL, PROBE_EACH_S},
		{IPPROTO_TCP, TCP_KEEPCNT, PROBES},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, GONE_AFTER_MS}, /* for what was sent */
		{IPPROTO_TCP, TCP_NODELAY, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(int));
}

static int dial_host(const struct address *a, const char **why)
{
	const struct addrinfo hints = {.ai_family = a->family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	uint64_t until_ns;
	int r = getaddrinfo(a->host, a->port, &hints, &list), fd = -1;

	if (r) {
		*why = r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r);
		return -1;
	}
	until_ns = clock_now_ns() + WAIT_NS;
	for (const struct addrinfo *i = list; i && fd < 0; i = i->ai_next)
		fd = connect_to(i->ai_addr, i->ai_addrlen, until_ns);
	if (fd < 0)
		*why = strerror(errno);
	else
		probe_peer(fd);
	freeaddrinfo(list);
	return fd;
}

int dial_master(const char *address, const char **why)
{
	struct address a;

	*why = address_parse(&a, address);
	if (*why)
		return -1;
	return a.path ? dial_path(a.path, why) : dial_host(&a, why);
}
