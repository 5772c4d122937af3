/* SPDX-License-Identifier: MIT */
#include "mib/notification_queue.h"

#include <pthread.h>
#include <stdlib.h>

struct notification_queue {
	pthread_mutex_t mutex;
	struct notification notifications[NOTIFICATION_QUEUE_MAX]; /* a ring */
	size_t first, n;
	uint64_t dropped;
};

struct notification_queue *notification_queue_new(void)
{
	struct notification_queue *q = calloc(1, sizeof(*q));

	if (q)
		pthread_mutex_init(&q->mutex, NULL);
	return q;
}

void notification_queue_free(struct notification_queue *q)
{
	if (!q)
		return;
	pthread_mutex_destroy(&q->mutex);
	free(q);
}

static void remove_first(struct notification_queue *q)
{
	q->first = (q->first + 1) % NOTIFICATION_QUEUE_MAX;
	q->n--;
}

void notification_queue_put(struct notification_queue *q, const struct notification *notification)
{
	pthread_mutex_lock(&q->mutex);
	if (q->n == NOTIFICATION_QUEUE_MAX) {
		remove_first(q);
		q->dropped++;
	}
	q->notifications[(q->first + q->n++) % NOTIFICATION_QUEUE_MAX] = *notification;
	pthread_mutex_unlock(&q->mutex);
}

bool notification_queue_take(struct notification_queue *q, struct notification *out)
{
	bool there;

	pthread_mutex_lock(&q->mutex);
	there = q->n > 0;
	if (there) {
		*out = q->notifications[q->first];
		remove_first(q);
	}
	pthread_mutex_unlock(&q->mutex);
	return there;
}

void notification_queue_drop(struct notification_queue *q)
{
	pthread_mutex_lock(&q->mutex);
	q->dropped++;
	pthread_mutex_unlock(&q->mutex);
}

uint64_t notification_queue_dropped(struct notification_queue *q)
{
	uint64_t n;

	pthread_mutex_lock(&q->mutex);
	n = q->dropped;
	pthread_mutex_unlock(&q->mutex);
	return n;
}
