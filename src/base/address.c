/* SPDX-License-Identifier: MIT */
#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char default_port[] = "705"; /* "agentx" of the IANA */

/* The rest of the text behind one of net-snmp's words for a kind of address, or NULL. */
static const char *behind(const char *text, const char *const words[])
{
	for (; *words; words++)
		if (!strncmp(text, *words, strlen(*words)))
			return text + strlen(*words);
	return NULL;
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

/* HOST, HOST:PORT, [HOST]:PORT or PORT; `port`: if there is none. Returns what is wrong, or NULL.
 */
static const char *parse_host(struct address *a, const char *text, const char *port)
{
	const char *colon = strrchr(text, ':');
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
		return "it has no host, or one that is too long";
	if (!is_number(port) || strlen(port) > 5 || atoi(port) < 1 || atoi(port) > UINT16_MAX)
		return "its port is not a number from 1 to 65535";
	memcpy(a->host, text, len);
	a->host[len] = '\0';
	snprintf(a->port, sizeof(a->port), "%s", port);
	return NULL;
}

const char *address_parse(struct address *a, const char *text)
{
	static const char *const local[] = {"unix:", "local:", NULL};
	static const char *const tcp6[] = {"tcp6:", "tcpv6:", "tcpipv6:", NULL};
	static const char *const tcp[] = {"tcp:", NULL};
	const char *rest;

	memset(a, 0, sizeof(*a));
	a->path = text[0] == '/' ? text : behind(text, local);
	if (a->path)
		return strlen(a->path) >= sizeof(((struct sockaddr_un *)0)->sun_path)
			       ? "its path is too long"
		       : a->path[0] ? NULL
				    : "it has no path";
	a->family = AF_INET6;
	rest = behind(text, tcp6);
	if (rest)
		return parse_host(a, rest, default_port);
	a->family = AF_UNSPEC;
	rest = behind(text, tcp);
	return rest ? parse_host(a, rest, default_port)
		    : "it is neither unix:PATH nor tcp:HOST:PORT";
}

const char *address_parse_listen(struct address *a, const char *text)
{
	memset(a, 0, sizeof(*a));
	a->family = AF_UNSPEC;
	if (!strrchr(text, ':') || (text[0] != '[' && strchr(text, ':') != strrchr(text, ':')))
		return "want ADDR:PORT, as in 127.0.0.1:9469 or [::1]:9469";
	return parse_host(a, text, "");
}
