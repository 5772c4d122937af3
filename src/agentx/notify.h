/* SPDX-License-Identifier: MIT */
/*
 * notify: hand notifications to the master, each once.
 *
 * A notification is delivered when the master has acknowledged it, so that one is on its way at a
 * time. One that the master does not acknowledge before the connection ends may have arrived or
 * not: it is not sent again, but counted as dropped. One that could not be sent waits for the next
 * connection.
 *
 * For session.c, behind the net-snmp headers.
 */
#ifndef IPFW_AGENTX_NOTIFY_H
#define IPFW_AGENTX_NOTIFY_H

#include "mib/notification_queue.h"

/*
 * Send the next notification of the queue if none is on its way. `master_start_ns`: when the
 * master's sysUpTime was 0. The queue must live as long as the session.
 */
void notify_next(netsnmp_session *session, struct notification_queue *queue,
		 int64_t master_start_ns);

/* Nothing is sent any more: log how many were still waiting. */
void notify_end(struct notification_queue *queue);

#endif
