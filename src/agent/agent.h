/* SPDX-License-Identifier: MIT */
/*
 * agent: samples on an absolute schedule and whenever a request wants a fresh reading, and hands
 * the readings to the SNMP thread.
 */
#ifndef IPFW_AGENT_AGENT_H
#define IPFW_AGENT_AGENT_H

#include "options/options.h"

/*
 * Runs until SIGINT or SIGTERM. SIGHUP reads the configuration file again, SIGUSR1 logs a line on
 * the agent's state. Returns the program's exit status.
 */
int agent_run(const struct options *o);

#endif
