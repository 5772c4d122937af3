/* SPDX-License-Identifier: MIT */
/*
 * dial: connects to the SNMP master agent. net-snmp's library would wait for ever where nobody
 * answers, and does not tell why it fails.
 */
#ifndef IPFW_AGENTX_DIAL_H
#define IPFW_AGENTX_DIAL_H

/*
 * Connect to an address (base/address.h), for at most two seconds and what a resolver takes.
 * Returns a socket that blocks, and notices within seconds that the other host is gone; or -1, and
 * why, in static storage.
 */
int dial_master(const char *address, const char **why);

#endif
