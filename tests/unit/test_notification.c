/* SPDX-License-Identifier: MIT */
/* notification: what is told, what waits, what is not told; the queue between two threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#include "mib/notification_queue.h"

#define S         UINT64_C(1000000000)
#define HOLD_DOWN (60 * S)

enum { FORWARDING = 1, SOURCE, STARTED };

static struct notification found[NOTIFICATION_SUBJECTS];

static struct mib_view *view(void)
{
	static struct mib_view v;

	snapshot_free(v.snapshot);
	v = (struct mib_view){.snapshot = snapshot_new(), .status = 1};
	assert_non_null(v.snapshot);
	v.snapshot->source = SOURCE_KERNEL;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		v.snapshot->system[f].forwarding_known = v.snapshot->system[f].forwarding = true;
	return &v;
}

static size_t find(struct notification_watch *w, const struct mib_view *v, uint64_t at_s)
{
	return notification_find(w, v, at_s * S, HOLD_DOWN, false, found);
}

static void test_started_once(void **state)
{
	struct notification_watch w = {0};
	struct mib_view *v = view();

	(void)state;
	assert_int_equal(find(&w, v, 100), 1);
	assert_int_equal(found[0].number, STARTED);
	assert_int_equal(found[0].at_ns, 100 * S);
	assert_int_equal(found[0].n, 1);
	assert_int_equal(found[0].values[0].type, MIB_STRING);
	assert_int_equal(find(&w, v, 200), 0);
	assert_int_equal(find(&w, v, 300), 0);
}

static void test_changes(void **state)
{
	struct notification_watch w = {0};
	struct mib_view *v = view();

	(void)state;
	find(&w, v, 100);
	v->snapshot->system[FAMILY_IPV6].forwarding = false;
	v->snapshot->source = SOURCE_EBPF;
	v->snapshot->hooks = HOOKS_NETFILTER;
	snprintf(v->status_text, sizeof(v->status_text), "why");
	assert_int_equal(find(&w, v, 200), 2);
	assert_int_equal(found[0].number, FORWARDING);
	assert_int_equal(found[0].names[0].id[found[0].names[0].len - 1], FAMILY_IPV6);
	assert_int_equal(found[0].values[0].number, 2);
	assert_int_equal(found[1].number, SOURCE);
	assert_int_equal(found[1].n, 3);
	assert_int_equal(found[1].values[0].number, SOURCE_EBPF);
	assert_string_equal(found[1].values[1].string, "netfilter");
	assert_string_equal(found[1].values[2].string, "why");

	/* another reason alone is no other way of counting */
	snprintf(v->status_text, sizeof(v->status_text), "another");
	assert_int_equal(find(&w, v, 300), 0);
	v->snapshot->hooks = HOOKS_FENTRY;
	assert_int_equal(find(&w, v, 400), 1);
	assert_string_equal(found[0].values[1].string, "fentry");
}

static void test_hold_down(void **state)
{
	struct notification_watch w = {0};
	struct mib_view *v = view();
	bool *forwarding = &v->snapshot->system[FAMILY_IPV4].forwarding;

	(void)state;
	find(&w, v, 100);
	*forwarding = false;
	assert_int_equal(find(&w, v, 101), 1); /* the first one does not wait */
	*forwarding = true;
	assert_int_equal(find(&w, v, 102), 0);
	assert_int_equal(find(&w, v, 160), 0);
	assert_int_equal(find(&w, v, 161), 1); /* late, and not lost */
	assert_int_equal(found[0].values[0].number, 1);
	*forwarding = false;
	assert_int_equal(find(&w, v, 170), 0);
	*forwarding = true;
	assert_int_equal(find(&w, v, 300), 0); /* as it was told */
	/* one subject does not hold up another */
	*forwarding = false;
	v->snapshot->system[FAMILY_IPV6].forwarding = false;
	assert_int_equal(find(&w, v, 301), 2);
}

static void test_absent_is_no_change(void **state)
{
	struct notification_watch w = {0};
	struct mib_view *v = view();
	struct mib_view nothing = {.status = 3};

	(void)state;
	find(&w, v, 100);
	v->snapshot->system[FAMILY_IPV4].forwarding_known = false;
	assert_int_equal(find(&w, v, 200), 0);
	v->snapshot->system[FAMILY_IPV4].forwarding_known = true;
	assert_int_equal(find(&w, v, 300), 0);
	assert_int_equal(find(&w, &nothing, 400), 0);
	assert_int_equal(find(&w, v, 500), 0);
	v->snapshot->system[FAMILY_IPV4].forwarding_known = false;
	find(&w, v, 600);
	v->snapshot->system[FAMILY_IPV4].forwarding_known = true;
	v->snapshot->system[FAMILY_IPV4].forwarding = false;
	assert_int_equal(find(&w, v, 700), 1);
}

static void test_quiet(void **state)
{
	struct notification_watch w = {0};
	struct mib_view *v = view();

	(void)state;
	assert_int_equal(notification_find(&w, v, 100 * S, HOLD_DOWN, true, found), 0);
	v->snapshot->source = SOURCE_EBPF;
	assert_int_equal(notification_find(&w, v, 101 * S, HOLD_DOWN, true, found), 0);
	assert_int_equal(find(&w, v, 102), 0); /* switched on: the past is not told */
	v->snapshot->source = SOURCE_KERNEL;
	assert_int_equal(find(&w, v, 103), 1);
}

static void put(struct notification_queue *q, uint64_t number)
{
	const struct notification n = {.at_ns = number};

	notification_queue_put(q, &n);
}

static void test_queue_is_bounded(void **state)
{
	struct notification_queue *q = notification_queue_new();
	struct notification n;

	(void)state;
	assert_false(notification_queue_take(q, &n));
	for (uint64_t i = 1; i <= NOTIFICATION_QUEUE_MAX + 3; i++)
		put(q, i);
	assert_int_equal(notification_queue_dropped(q), 3);
	for (uint64_t i = 4; i <= NOTIFICATION_QUEUE_MAX + 3; i++) {
		assert_true(notification_queue_take(q, &n));
		assert_int_equal(n.at_ns, i);
	}
	assert_false(notification_queue_take(q, &n));
	notification_queue_drop(q);
	assert_int_equal(notification_queue_dropped(q), 4);
	notification_queue_free(q);
}

#define MANY 100000

static void *put_many(void *arg)
{
	for (uint64_t i = 1; i <= MANY; i++)
		put(arg, i);
	return NULL;
}

/* Two threads: in order, none twice, and each either taken or counted. */
static void test_queue_of_two_threads(void **state)
{
	struct notification_queue *q = notification_queue_new();
	uint64_t taken = 0, last = 0;
	struct notification n;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, put_many, q), 0);
	while (last < MANY) {
		if (!notification_queue_take(q, &n))
			continue;
		assert_true(n.at_ns > last);
		last = n.at_ns;
		taken++;
	}
	pthread_join(thread, NULL);
	assert_int_equal(taken + notification_queue_dropped(q), MANY);
	notification_queue_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_started_once),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_hold_down),
		cmocka_unit_test(test_absent_is_no_change),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_queue_is_bounded),
		cmocka_unit_test(test_queue_of_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
