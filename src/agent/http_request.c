/* SPDX-License-Identifier: MIT */
#include "agent/http_request.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hostname.h"
#include "base/netns_find.h"

#define BLANKS " \t"

/* Whether the `size` octets at `text` are `word`, in capitals or not. */
static bool is(const char *text, size_t size, const char *word)
{
	return strlen(word) == size && !strncasecmp(text, word, size);
}

/* A name can be made to point here by whoever owns it; an address cannot. */
static bool is_address(const char *text, size_t size)
{
	unsigned char binary[sizeof(struct in6_addr)];
	char host[INET6_ADDRSTRLEN];
	bool ipv6 = size > 2 && text[0] == '[' && text[size - 1] == ']';

	if (ipv6) {
		text++;
		size -= 2;
	}
	if (size >= sizeof(host))
		return false;
	memcpy(host, text, size);
	host[size] = '\0';
	return inet_pton(ipv6 ? AF_INET6 : AF_INET, host, binary) == 1;
}

/* What no browser sends is no page's: a request without a host. */
static bool is_called(const char *host, const char *own_name)
{
	const char *colon = host ? strrchr(host, ':') : NULL;
	size_t size;

	if (!host)
		return true;
	size = colon && !strchr(colon, ']') ? (size_t)(colon - host) : strlen(host);
	return is_address(host, size) || is(host, size, "localhost") || is(host, size, own_name) ||
	       is(host, size, hostname_get());
}

/* The next part of `*text` up to a `separator`, without blanks around it; false at the end. */
static bool next_part(const char **text, char separator, const char **part, size_t *size)
{
	const char *end;

	if (!*text)
		return false;
	end = strchrnul(*text, separator);
	*part = *text + strspn(*text, BLANKS);
	*text = *end ? end + 1 : NULL;
	while (end > *part && strchr(BLANKS, end[-1]))
		end--;
	*size = end > *part ? end - *part : 0;
	return true;
}

/* One of the media types that a client accepts, with its parameters. */
static void weigh(const char *media, size_t size, double *openmetrics, double *text)
{
	char copy[128];
	const char *rest = copy, *part;
	size_t length;
	double quality = 1, *type = NULL;

	if (size >= sizeof(copy))
		return;
	memcpy(copy, media, size);
	copy[size] = '\0';
	next_part(&rest, ';', &part, &length);
	if (is(part, length, "application/openmetrics-text"))
		type = openmetrics;
	else if (is(part, length, "text/plain") || is(part, length, "text/*") ||
		 is(part, length, "*/*"))
		type = text;
	while (next_part(&rest, ';', &part, &length)) {
		if (length > 2 && !strncasecmp(part, "q=", 2))
			quality = strtod(part + 2, NULL);
		else if (length > 8 && !strncasecmp(part, "version=", 8) && type == openmetrics &&
			 !is(part + 8, length - 8, "1.0.0"))
			type = NULL;
	}
	if (type && quality > *type)
		*type = quality;
}

static bool prefers_openmetrics(const char *accept)
{
	double openmetrics = 0, text = 0;
	const char *media;
	size_t size;

	while (next_part(&accept, ',', &media, &size))
		weigh(media, size, &openmetrics, &text);
	return openmetrics > 0 && openmetrics >= text;
}

static void refuse(struct http_verdict *v, unsigned status, const char *sentence)
{
	*v = (struct http_verdict){.status = status, .sentence = sentence, .type = HTTP_TEXT};
}

void http_request_judge(struct http_verdict *v, const struct http_request *r, const char *own_name)
{
	*v = (struct http_verdict){.status = HTTP_OK};
	if (!strcmp(r->path, "/")) {
		v->page = true;
		v->type = "text/html; charset=utf-8";
	} else if (!strcmp(r->path, "/json")) {
		v->request = (struct request){.format = OUTPUT_JSON, .pretty = r->pretty};
		v->request.all = r->netns && !strcmp(r->netns, NETNS_ALL);
		v->netns = v->request.all ? NULL : r->netns;
		v->type = "application/json";
	} else if (!strcmp(r->path, "/metrics")) {
		bool openmetrics = prefers_openmetrics(r->accept);

		v->request.format = openmetrics ? OUTPUT_OPENMETRICS : OUTPUT_PROMETHEUS;
		v->request.all = true;
		v->type = openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
				      : "text/plain; version=0.0.4; charset=utf-8";
	}
	if (!is_called(r->host, own_name))
		refuse(v, HTTP_MISDIRECTED,
		       "This is not called so: use its address, localhost, the host's name, or the "
		       "name that --listen has.");
	else if (!v->type)
		refuse(v, HTTP_NOT_FOUND, "There are only /, /json and /metrics.");
	else if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "HEAD") != 0)
		refuse(v, HTTP_NO_METHOD,
		       "There are only GET and HEAD: nothing can be changed here.");
	else if (r->unknown || ((r->pretty || r->netns) && v->request.format != OUTPUT_JSON))
		refuse(v, HTTP_BAD,
		       "Only /json takes arguments: pretty, and netns=NAME or netns=all.");
}
