/* SPDX-License-Identifier: MIT */
#include "agent/http_server.h"

#include <errno.h>

int http_server_open(struct http_server **out, const struct http_server_config *config,
		     struct why *why)
{
	(void)config;
	*out = NULL;
	return why_set(why, -EOPNOTSUPP, "this ipfwagent was built without it");
}

void http_server_close(struct http_server *s)
{
	(void)s;
}

int http_server_fd(const struct http_server *s)
{
	(void)s;
	return -1;
}

void http_server_serve(struct http_server *s, bool verbose)
{
	(void)s;
	(void)verbose;
}
