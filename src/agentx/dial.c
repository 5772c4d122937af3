/* SPDX-License-Identifier: MIT */
#include "agentx/dial.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"

#define WAIT_NS (2 * NS_PER_S)

/* The kernel probes a host that is silent; that costs a packet each way in so many seconds. */
#define PROBE_AFTER_S 3
#define PROBE_EACH_S  1
#define PROBES        3
#define GONE_AFTER_MS ((PROBE_AFTER_S + PROBE_EACH_S * PROBES) * 1000)

static const char default_port[] = "705"; /* "agentx" of the IANA */

struct address {
	const char *path; /* of a local socket; else NULL */
	int family;       /* of the others */
	char host[256], port[8];
};

/* The rest of `address` behind one of net-snmp's words for a kind of address, or NULL. */
static const char *behind(const char *address, const char *const words[])
{
	for (; *words; words++)
		if (!strncmp(address, *words, strlen(*words)))
			return address + strlen(*words);
	return NULL;
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

/* HOST, HOST:PORT, [HOST]:PORT or PORT. Returns what is wrong, or NULL. */
static const char *parse_host(struct address *a, const char *text)
{
	const char *colon = strrchr(text, ':'), *port = default_port;
	size_t len = strlen(text);

	if (is_number(text)) {
		port = text;
		text = "localhost";
		len = strlen(text);
	} else if (colon && !strchr(colon, ']')) {
		port = colon + 1;
		len = colon - text;
	}
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (!len || len >= sizeof(a->host))
		return "it has no host";
	if (!is_number(port) || strlen(port) > 5 || atoi(port) < 1 || atoi(port) > UINT16_MAX)
		return "its port is not a number from 1 to 65535";
	memcpy(a->host, text, len);
	a->host[len] = '\0';
	snprintf(a->port, sizeof(a->port), "%s", port);
	return NULL;
}

static const char *parse(struct address *a, const char *address)
{
	static const char *const local[] = {"unix:", "local:", NULL};
	static const char *const tcp6[] = {"tcp6:", "tcpv6:", "tcpipv6:", NULL};
	static const char *const tcp[] = {"tcp:", NULL};
	const char *rest;

	memset(a, 0, sizeof(*a));
	a->path = address[0] == '/' ? address : behind(address, local);
	if (a->path)
		return strlen(a->path) >= sizeof(((struct sockaddr_un *)0)->sun_path)
			       ? "its path is too long"
		       : a->path[0] ? NULL
				    : "it has no path";
	a->family = AF_INET6;
	rest = behind(address, tcp6);
	if (rest)
		return parse_host(a, rest);
	a->family = AF_UNSPEC;
	rest = behind(address, tcp);
	return rest ? parse_host(a, rest) : "it is neither unix:PATH nor tcp:HOST:PORT";
}

const char *dial_check(const char *address)
{
	struct address a;

	return parse(&a, address);
}

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

	*why = parse(&a, address);
	if (*why)
		return -1;
	return a.path ? dial_path(a.path, why) : dial_host(&a, why);
}
