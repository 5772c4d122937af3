/* SPDX-License-Identifier: MIT */
/*
 * http_library: libmicrohttpd, opened when the endpoint is wanted rather than with the program: it
 * brings a TLS library along, for which the command line would wait at each start.
 *
 * For http_server.c, and the only place that includes its header.
 */
#ifndef IPFW_AGENT_HTTP_LIBRARY_H
#define IPFW_AGENT_HTTP_LIBRARY_H

#include <dlfcn.h>
#include <errno.h>
#include <microhttpd.h>

#include "base/why.h"

/* Every function of the library that is called; the types come from its own header. */
#define HTTP_LIBRARY_FUNCTIONS(F)                                                                  \
	F(MHD_add_response_header)                                                                 \
	F(MHD_create_response_from_buffer)                                                         \
	F(MHD_create_response_from_buffer_with_free_callback_cls)                                  \
	F(MHD_destroy_response)                                                                    \
	F(MHD_get_connection_info)                                                                 \
	F(MHD_get_connection_values)                                                               \
	F(MHD_get_daemon_info)                                                                     \
	F(MHD_get_timeout)                                                                         \
	F(MHD_lookup_connection_value)                                                             \
	F(MHD_queue_response)                                                                      \
	F(MHD_run)                                                                                 \
	F(MHD_start_daemon)                                                                        \
	F(MHD_stop_daemon)

struct http_library {
#define HTTP_LIB_MEMBER(name) __typeof__(name) *name;
	HTTP_LIBRARY_FUNCTIONS(HTTP_LIB_MEMBER)
#undef HTTP_LIB_MEMBER
};

static inline int http_library_fail(void *library, struct why *why)
{
	const char *error = dlerror();

	why_set(why, -EOPNOTSUPP,
		"cannot load " MHD_SONAME ", which this ipfwagent was built for (package "
		"libmicrohttpd12 or libmicrohttpd12t64 in Debian and Ubuntu, libmicrohttpd in "
		"Fedora): %s",
		error ? error : "no reason is known");
	if (library)
		dlclose(library);
	return -EOPNOTSUPP;
}

/* Open the library for good and fill `lib`. Returns 0, or -EOPNOTSUPP and a sentence in `why`. */
static inline int http_library_load(struct http_library *lib, struct why *why)
{
	void *library = dlopen(MHD_SONAME, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return http_library_fail(NULL, why);
#define HTTP_LIB_LOAD(name)                                                                        \
	lib->name = (__typeof__(name) *)dlsym(library, #name);                                     \
	if (!lib->name)                                                                            \
		return http_library_fail(library, why);
	HTTP_LIBRARY_FUNCTIONS(HTTP_LIB_LOAD)
#undef HTTP_LIB_LOAD
	return 0;
}

#endif
