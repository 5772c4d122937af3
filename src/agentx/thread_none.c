/* SPDX-License-Identifier: MIT */
#include "agentx/thread.h"

#include <errno.h>
#include <stddef.h>

int snmp_agent_start(struct snmp_agent **out, const struct snmp_agent_config *config)
{
	(void)config;
	*out = NULL;
	return -EOPNOTSUPP;
}

void snmp_agent_publish(struct snmp_agent *a, struct mib_view *view)
{
	(void)a;
	mib_view_free(view);
}

bool snmp_agent_failed(struct snmp_agent *a, const char **why)
{
	(void)a;
	(void)why;
	return false;
}

int64_t snmp_agent_master(struct snmp_agent *a)
{
	(void)a;
	return 0;
}

bool snmp_agent_stop(struct snmp_agent *a)
{
	(void)a;
	return true;
}
