/* SPDX-License-Identifier: MIT */
/*
 * notify: hand notices to the master, each once.
 *
 * A notice is delivered when the master has acknowledged it, so that one is on its way at a time.
 * One that the master does not acknowledge before the connection ends may have arrived or not: it
 * is not sent again, but counted as dropped. One that could not be sent waits for the next
 * connection.
 *
 * For snmp_master.c, behind the net-snmp headers.
 */
#ifndef IPFW_AGENTX_NOTIFY_H
#define IPFW_AGENTX_NOTIFY_H

#include "mib/notification_queue.h"

/*
 * Send the next notice of the queue if none is on its way. `master_start_ns`: when the master's
 * sysUpTime was 0. The queue must live as long as the session.
 */
void snmp_notify_next(netsnmp_session *session, struct notice_queue *queue,
		      int64_t master_start_ns);

/* Nothing is sent any more: say how many wait in vain. */
void snmp_notify_end(struct notice_queue *queue);

#endif
