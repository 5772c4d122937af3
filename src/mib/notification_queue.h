/* SPDX-License-Identifier: MIT */
/*
 * notification_queue: notifications on their way from the thread that finds them to the one that
 * sends them. There is room for a few; when more wait, the oldest gives way and is counted.
 */
#ifndef IPFW_MIB_NOTIFICATION_QUEUE_H
#define IPFW_MIB_NOTIFICATION_QUEUE_H

#include "mib/notification.h"

#define NOTIFICATION_QUEUE_MAX 16

struct notification_queue;

struct notification_queue *notification_queue_new(void);    /* NULL: no memory */
void notification_queue_free(struct notification_queue *q); /* accepts NULL */

/* From any thread. */
void notification_queue_put(struct notification_queue *q, const struct notification *notification);
bool notification_queue_take(struct notification_queue *q,
			     struct notification *out); /* false: it is empty */

/* Count one that was taken and could not be delivered; how many were not, of all. */
void notification_queue_drop(struct notification_queue *q);
uint64_t notification_queue_dropped(struct notification_queue *q);

#endif
