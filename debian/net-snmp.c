/* SPDX-License-Identifier: MIT */
/*
 * The agent opens net-snmp's library when it runs (src/agentx/library.h), so that no program shows the
 * need for it. This one calls the same functions, and is linked for dpkg-shlibdeps to see the
 * package and its version; it is neither run nor installed.
 */
#include "../src/agentx/library.h"

#define ADDRESS(name) (void *)name,
void *const needed[] = {AGENTX_LIBRARY_FUNCTIONS(ADDRESS)};

int main(void)
{
	return 0;
}
