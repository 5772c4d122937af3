/* SPDX-License-Identifier: MIT */
/*
 * library: libnetsnmpagent, opened when the agent starts rather than with the program. With what
 * it depends on (perl, TLS, Kerberos) it takes the dynamic loader three times as long as a whole
 * reading, which the command line would pay for nothing.
 *
 * For session.c, framing.c and notify.c, and the only place that includes net-snmp's headers.
 */
#ifndef IPFW_AGENTX_LIBRARY_H
#define IPFW_AGENTX_LIBRARY_H

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/agent_sysORTable.h>
#include <net-snmp/library/large_fd_set.h>

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Every function of the library that is called; the types come from its own headers. */
#define AGENTX_LIBRARY_FUNCTIONS(F)                                                                \
	F(init_agent)                                                                              \
	F(init_snmp)                                                                               \
	F(netsnmp_create_handler_registration)                                                     \
	F(netsnmp_ds_set_boolean)                                                                  \
	F(netsnmp_ds_set_int)                                                                      \
	F(netsnmp_ds_set_string)                                                                   \
	F(netsnmp_enable_subagent)                                                                 \
	F(netsnmp_get_agent_uptime)                                                                \
	F(netsnmp_large_fd_clr)                                                                    \
	F(netsnmp_large_fd_is_set)                                                                 \
	F(netsnmp_large_fd_set_cleanup)                                                            \
	F(netsnmp_large_fd_set_init)                                                               \
	F(netsnmp_large_fd_set_select)                                                             \
	F(netsnmp_large_fd_setfd)                                                                  \
	F(netsnmp_register_handler)                                                                \
	F(netsnmp_tdomain_register)                                                                \
	F(netsnmp_unregister_handler)                                                              \
	F(register_sysORTable)                                                                     \
	F(run_alarms)                                                                              \
	F(set_configuration_directory)                                                             \
	F(set_persistent_directory)                                                                \
	F(shutdown_agent)                                                                          \
	F(snmp_async_send)                                                                         \
	F(snmp_disable_stderrlog)                                                                  \
	F(snmp_enable_calllog)                                                                     \
	F(snmp_free_pdu)                                                                           \
	F(snmp_pdu_add_variable)                                                                   \
	F(snmp_pdu_create)                                                                         \
	F(snmp_read2)                                                                              \
	F(snmp_register_callback)                                                                  \
	F(snmp_select_info2)                                                                       \
	F(snmp_set_var_typed_value)                                                                \
	F(snmp_shutdown)                                                                           \
	F(snmp_timeout)

struct agentx_library {
#define SNMP_LIB_MEMBER(name) __typeof__(name) *name;
	AGENTX_LIBRARY_FUNCTIONS(SNMP_LIB_MEMBER)
#undef SNMP_LIB_MEMBER
};

extern struct agentx_library agentx_library; /* filled by session_start() */

/* What the dynamic loader misses and which packages have it, in static storage. */
static inline const char *agentx_library_fail(void *library)
{
	static char why[512];
	const char *error = dlerror(); /* valid until the next call, or the thread's end */
	const char *number = strstr(SNMP_AGENT_SONAME, ".so.");

	number = number ? number + strlen(".so.") : "";
	snprintf(why, sizeof(why),
		 "cannot load " SNMP_AGENT_SONAME ", which this ipfwagent was built for (package "
		 "libsnmp%s or libsnmp%st64 in Debian and Ubuntu, net-snmp-agent-libs in Fedora): "
		 "%s",
		 number, number, error ? error : "no reason is known");
	if (library)
		dlclose(library);
	return why;
}

/*
 * Open the library for good and fill `lib`. Returns NULL, or a sentence about what is missing, in
 * static storage; then nothing of the library may be called. No other soname is tried: the number
 * changes with the layout of the library's structures, and the layout that this was built with is
 * that of the headers.
 */
static inline const char *agentx_library_load(struct agentx_library *lib)
{
	void *library = dlopen(SNMP_AGENT_SONAME, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return agentx_library_fail(NULL);
#define SNMP_LIB_LOAD(name)                                                                        \
	lib->name = (__typeof__(name) *)dlsym(library, #name);                                     \
	if (!lib->name)                                                                            \
		return agentx_library_fail(library);
	AGENTX_LIBRARY_FUNCTIONS(SNMP_LIB_LOAD)
#undef SNMP_LIB_LOAD
	return NULL;
}

#endif
