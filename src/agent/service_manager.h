/* SPDX-License-Identifier: MIT */
/*
 * service_manager: tell the service manager how the daemon is, by the datagram protocol of
 * sd_notify(3).
 */
#ifndef IPFW_AGENT_SERVICE_MANAGER_H
#define IPFW_AGENT_SERVICE_MANAGER_H

/*
 * Send "READY=1", "STOPPING=1" or the like. Does nothing where no manager asked for
 * it ($NOTIFY_SOCKET); a manager that does not listen is its own trouble.
 */
void notify(const char *state);

/* How often it wants to hear that we live, in ms: twice in the time it waits. -1: it does not. */
int notify_watchdog_ms(void);

/* Say that we live, if it is half as long ago: call it as often as you like. */
void notify_alive(void);

#endif
