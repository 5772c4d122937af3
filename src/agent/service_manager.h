/* SPDX-License-Identifier: MIT */
/*
 * service_manager: tell the service manager how the daemon is, by the datagram protocol of
 * sd_notify(3).
 */
#ifndef IPFW_AGENT_SERVICE_MANAGER_H
#define IPFW_AGENT_SERVICE_MANAGER_H

/*
 * Look whether a manager asks for messages ($NOTIFY_SOCKET). Call it before entering a network
 * namespace: an abstract socket is in that of the manager.
 */
void service_manager_open(void);

/*
 * Send "READY=1", "STOPPING=1" or the like. Does nothing where no manager asked for it; one that
 * does not listen is its own trouble.
 */
void service_manager_notify(const char *state);

/* How often it wants to hear that the agent is alive, in ms: twice in the time it waits. -1: it
 * does not. */
int service_manager_watchdog_ms(void);

/* Report that the agent is alive, if half of that time has passed: call it as often as you like. */
void service_manager_alive(void);

#endif
