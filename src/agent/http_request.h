/* SPDX-License-Identifier: MIT */
/*
 * http_request: what a request of HTTP asks for, and whether it may have it.
 */
#ifndef IPFW_AGENT_HTTP_REQUEST_H
#define IPFW_AGENT_HTTP_REQUEST_H

#include <stdbool.h>

#include "output/request.h"

/* As it came, unescaped; what it does not have is NULL. */
struct http_request {
	const char *method, *path, *host, *accept;
	bool pretty;       /* the arguments that JSON has */
	const char *netns; /* "all", or a name */
	bool unknown;      /* it has another argument */
};

struct http_verdict {
	unsigned status;
	const char *sentence;   /* why not, if the status is not HTTP_OK */
	const char *type;       /* of the content */
	bool page;              /* the page; else the document that `request` asks for */
	const char *netns;      /* the network namespace of that name; NULL: as `request` says */
	struct request request; /* without a filter: it needs no clearing */
};

enum {
	HTTP_OK = 200,
	HTTP_BAD = 400,
	HTTP_NOT_FOUND = 404,
	HTTP_NO_METHOD = 405,
	HTTP_MISDIRECTED = 421,
	HTTP_UNAVAILABLE = 503
};

#define HTTP_TEXT "text/plain; charset=utf-8"

/*
 * `own_name`: by which it may be called besides localhost, the host's name and any address. A page
 * of somebody else's that lets its own name point here (DNS rebinding) is refused by that.
 */
void http_request_judge(struct http_verdict *v, const struct http_request *r, const char *own_name);

#endif
