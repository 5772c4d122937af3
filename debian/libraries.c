/* SPDX-License-Identifier: MIT */
/*
 * The agent opens net-snmp's library and libmicrohttpd when it runs (src/agentx/library.h,
 * src/agent/http_library.h), so that no program shows the need for them. This one calls the same
 * functions, and is linked for dpkg-shlibdeps to see the packages and their versions; it is neither
 * run nor installed.
 */
#include "../src/agent/http_library.h"
#include "../src/agentx/library.h"

#define ADDRESS(name) (void *)name,
void *const needed[] = {AGENTX_LIBRARY_FUNCTIONS(ADDRESS) HTTP_LIBRARY_FUNCTIONS(ADDRESS)};

int main(void)
{
	return 0;
}
