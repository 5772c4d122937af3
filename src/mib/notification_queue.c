/* SPDX-License-Identifier: MIT */
#include "mib/notification_queue.h"

#include <pthread.h>
#include <stdlib.h>

struct notice_queue {
	pthread_mutex_t mutex;
	struct notice notices[NOTICE_QUEUE_MAX]; /* a ring */
	size_t first, n;
	uint64_t dropped;
};

struct notice_queue *notice_queue_new(void)
{
	struct notice_queue *q = calloc(1, sizeof(*q));

	if (q)
		pthread_mutex_init(&q->mutex, NULL);
	return q;
}

void notice_queue_free(struct notice_queue *q)
{
	if (!q)
		return;
	pthread_mutex_destroy(&q->mutex);
	free(q);
}

static void remove_first(struct notice_queue *q)
{
	q->first = (q->first + 1) % NOTICE_QUEUE_MAX;
	q->n--;
}

void notice_queue_put(struct notice_queue *q, const struct notice *notice)
{
	pthread_mutex_lock(&q->mutex);
	if (q->n == NOTICE_QUEUE_MAX) {
		remove_first(q);
		q->dropped++;
	}
	q->notices[(q->first + q->n++) % NOTICE_QUEUE_MAX] = *notice;
	pthread_mutex_unlock(&q->mutex);
}

bool notice_queue_take(struct notice_queue *q, struct notice *out)
{
	bool there;

	pthread_mutex_lock(&q->mutex);
	there = q->n > 0;
	if (there) {
		*out = q->notices[q->first];
		remove_first(q);
	}
	pthread_mutex_unlock(&q->mutex);
	return there;
}

void notice_queue_drop(struct notice_queue *q)
{
	pthread_mutex_lock(&q->mutex);
	q->dropped++;
	pthread_mutex_unlock(&q->mutex);
}

uint64_t notice_queue_dropped(struct notice_queue *q)
{
	uint64_t n;

	pthread_mutex_lock(&q->mutex);
	n = q->dropped;
	pthread_mutex_unlock(&q->mutex);
	return n;
}
