/* SPDX-License-Identifier: MIT */
/*
 * notification_queue: notifications on their way from the thread that finds them to the one that
 * sends them. There is room for a few; when more wait, the oldest is dropped and counted.
 */
#ifndef IPFW_MIB_NOTIFICATION_QUEUE_H
#define IPFW_MIB_NOTIFICATION_QUEUE_H

#include "mib/notification.h"

#define NOTICE_QUEUE_MAX 16

struct notice_queue;

struct notice_queue *notice_queue_new(void);    /* NULL: no memory */
void notice_queue_free(struct notice_queue *q); /* accepts NULL */

/* From any thread. */
void notice_queue_put(struct notice_queue *q, const struct notice *notice);
bool notice_queue_take(struct notice_queue *q, struct notice *out); /* false: it is empty */

/* Count one that was taken and could not be delivered; read how many were dropped in all. */
void notice_queue_drop(struct notice_queue *q);
uint64_t notice_queue_dropped(struct notice_queue *q);

#endif
