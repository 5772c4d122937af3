/* SPDX-License-Identifier: MIT */
/* thread: which reading a master is shown. This file is the master's side of the thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agentx/session.h"
#include "agentx/thread.h"
#include "base/clock.h"
#include "base/schedule.h"
#include "base/units.h"
#include "mib/notification_queue.h"

#define S UINT64_C(1000000000)

enum { IDLE, ASKED, ANSWERED };

static struct session_config master;
static atomic_int request;
static int64_t master_start_ns; /* with the request */
static const char *asked_context;
static struct mib_context *answer;
static int refresh_fd;
static struct notification_queue *notifications;
static const char *refusal; /* of the start */
static atomic_int stops;

const char *session_start(const struct session_config *config)
{
	master = *config;
	return refusal;
}

bool session_serve(int wake_fd)
{
	struct pollfd p = {.fd = wake_fd, .events = POLLIN};

	if (atomic_load(&request) == ASKED) {
		answer = master.prepare(master.arg, master_start_ns, asked_context);
		atomic_store(&request, ANSWERED);
	}
	return poll(&p, 1, 1) > 0;
}

static char contexts[128]; /* as told last */
static atomic_uint told;

void session_set_contexts(const struct mib_view *views)
{
	size_t n = 0;

	for (; views; views = views->next)
		n += snprintf(contexts + n, sizeof(contexts) - n, "[%s]", views->context);
	atomic_fetch_add(&told, 1);
}

int64_t session_began(void)
{
	return 0;
}

const char *session_failed(void)
{
	return NULL;
}

void session_stop(void)
{
	atomic_fetch_add(&stops, 1);
}

/* A reading of that moment, by an agent that learnt of the master then. */
static struct mib_view *reading(const char *context, uint64_t mono_ns, int64_t start_ns,
				uint64_t since_ns, struct mib_view *next)
{
	struct mib_view *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	v->next = next;
	strcpy(v->context, context);
	v->status = 1;
	v->master_start_ns = start_ns;
	v->master_since_ns = since_ns;
	v->snapshot = snapshot_new();
	assert_non_null(v->snapshot);
	v->snapshot->mono_ns = mono_ns;
	return v;
}

static void publish(struct agentx *a, uint64_t mono_ns, int64_t start_ns, uint64_t since_ns)
{
	agentx_publish(a, reading("", mono_ns, start_ns, since_ns, NULL));
}

/* What a request of that master is answered from; if `takes`, a reading is taken when asked for. */
static const struct mib_context *ask_in(struct agentx *a, const char *context, int64_t start_ns,
					bool takes)
{
	struct pollfd p = {.fd = refresh_fd, .events = POLLIN};
	uint64_t n;

	master_start_ns = start_ns;
	asked_context = context;
	atomic_store(&request, ASKED);
	while (atomic_load(&request) != ANSWERED)
		if (poll(&p, 1, 1) > 0 && takes && read(refresh_fd, &n, sizeof(n)) > 0) {
			uint64_t now_ns = clock_now_ns();

			publish(a, now_ns, agentx_master(a), now_ns);
		}
	atomic_store(&request, IDLE);
	return answer;
}

static const struct mib_context *ask(struct agentx *a, int64_t start_ns, bool takes)
{
	return ask_in(a, "", start_ns, takes);
}

static bool was_asked_to_read(void)
{
	uint64_t n;

	return read(refresh_fd, &n, sizeof(n)) > 0;
}

static struct agentx *start(void)
{
	struct agentx_config config = {.cache_ms = 3600 * 1000,
				       .refresh_fd = refresh_fd,
				       .stop_fd = refresh_fd,
				       .notifications = notifications};
	struct agentx *a;

	assert_int_equal(agentx_start(&a, &config), 0);
	return a;
}

static void test_a_reading_for_another_master(void **state)
{
	struct agentx *a = start();
	uint64_t now_ns = clock_now_ns();
	int64_t old = (int64_t)(now_ns - 9 * S), young = (int64_t)(now_ns - S);
	const struct mib_context *ctx;

	(void)state;
	publish(a, now_ns - 2 * S, old, now_ns - 8 * S);
	ctx = ask(a, old, false);
	assert_non_null(ctx->view->snapshot);
	assert_false(was_asked_to_read());

	/* The same one, as it is learnt again: times do not move. */
	ctx = ask(a, old + (int64_t)S / 100, false);
	assert_non_null(ctx->view->snapshot);
	assert_int_equal(ctx->master_start_ns, old);

	/* Another one: the agent's state is shown, and no figure. */
	ctx = ask(a, young, false);
	assert_null(ctx->view->snapshot);
	assert_int_equal(ctx->view->status, 1);
	assert_int_equal(ctx->master_start_ns, young);
	assert_true(was_asked_to_read());

	/* The reading failed: the old one is not for the new master either. */
	publish(a, now_ns - 2 * S, young, now_ns);
	ctx = ask(a, young, false);
	assert_null(ctx->view->snapshot);

	publish(a, now_ns, young, now_ns);
	ctx = ask(a, young, false);
	assert_non_null(ctx->view->snapshot);
	assert_true(agentx_stop(a));
}

static void test_a_new_master_gets_a_new_reading(void **state)
{
	struct agentx *a = start();
	uint64_t now_ns = clock_now_ns();
	const struct mib_context *ctx;

	(void)state;
	publish(a, now_ns - 2 * S, (int64_t)(now_ns - 9 * S), now_ns - 8 * S);
	ctx = ask(a, (int64_t)(now_ns - S), true);
	assert_non_null(ctx->view->snapshot);
	assert_true(ctx->view->snapshot->mono_ns >= now_ns);
	assert_true(agentx_stop(a));
}

static const char *view_of(struct agentx *a, const char *context, int64_t start_ns)
{
	const struct mib_context *ctx = ask_in(a, context, start_ns, false);

	assert_true(!ctx || ctx->view->snapshot);
	return ctx ? ctx->view->context : NULL;
}

/* Each context has its own view, which is old or not by itself. */
static void test_contexts(void **state)
{
	struct agentx *a = start();
	uint64_t now_ns = clock_now_ns(), old_ns = now_ns - 7200 * S;
	int64_t begin = (int64_t)(now_ns - 9000 * S);
	const struct mib_context *ctx;

	(void)state;
	was_asked_to_read(); /* by another test */
	assert_null(ask_in(a, "a", begin, false));
	agentx_publish(a, reading("", now_ns, begin, 1,
				  reading("a", now_ns - 1, begin, 1,
					  reading("bb", now_ns - 2, begin, 1,
						  reading("c", old_ns, begin, 1, NULL)))));
	assert_string_equal(view_of(a, "", begin), "");
	assert_string_equal(view_of(a, "bb", begin), "bb");
	assert_string_equal(view_of(a, "a", begin), "a");
	assert_null(view_of(a, "b", begin));
	assert_null(view_of(a, "bbb", begin));
	assert_null(view_of(a, "d", begin));
	assert_false(was_asked_to_read());

	/* That one alone waits for a reading, and not again at once. */
	assert_string_equal(view_of(a, "c", begin), "c");
	assert_true(was_asked_to_read());
	assert_string_equal(view_of(a, "a", begin), "a");
	agentx_publish(
		a, reading("", now_ns, begin, 1,
			   reading("b", old_ns, begin, 1, reading("c", old_ns, begin, 1, NULL))));
	assert_string_equal(view_of(a, "c", begin), "c");
	assert_false(was_asked_to_read());
	assert_null(view_of(a, "a", begin));
	assert_string_equal(view_of(a, "b", begin), "b");
	assert_true(was_asked_to_read());

	/* Another master: the readings of one context are for it. */
	agentx_publish(a, reading("", now_ns, begin, 1,
				  reading("b", now_ns, begin + 60 * (int64_t)S, 1, NULL)));
	assert_string_equal(view_of(a, "b", begin + 60 * (int64_t)S), "b");
	ctx = ask(a, begin + 60 * (int64_t)S, false);
	assert_null(ctx->view->snapshot);
	assert_int_equal(ctx->view->status, 1);
	assert_true(agentx_stop(a));
}

/* It goes while its request waits for a new reading. */
static void test_a_context_that_goes(void **state)
{
	struct agentx *a = start();
	uint64_t now_ns = clock_now_ns();

	(void)state;
	was_asked_to_read();
	agentx_publish(a, reading("", now_ns, 1, 1, reading("a", 1, 1, 1, NULL)));
	assert_null(ask_in(a, "a", 1, true)); /* the new reading is of the default one alone */
	assert_true(agentx_stop(a));
}

static void test_the_session_is_told(void **state)
{
	struct agentx *a = start();
	unsigned before = atomic_load(&told);

	(void)state;
	agentx_publish(a, reading("", 1, 1, 1, reading("a", 1, 1, 1, reading("b", 1, 1, 1, NULL))));
	while (atomic_load(&told) == before)
		poll(NULL, 0, 1);
	assert_string_equal(contexts, "[][a][b]");
	assert_true(agentx_stop(a));
}

static void test_the_same_master(void **state)
{
	const int64_t start = -12345 * (int64_t)S, wrap = INT64_C(10000000) << 32;

	(void)state;
	assert_true(mib_same_master(start, start));
	assert_true(mib_same_master(start, start + (int64_t)S / 50));
	assert_true(mib_same_master(start, start - (int64_t)S / 50));
	assert_false(mib_same_master(start, start + (int64_t)S));
	assert_false(mib_same_master(start, start - (int64_t)S));
	assert_true(mib_same_master(start, start + wrap)); /* sysUpTime went over */
	assert_true(mib_same_master(start + 3 * wrap, start + 1));
	assert_false(mib_same_master(start, start + wrap / 2));
	assert_false(mib_same_master(start, 0));
	assert_false(mib_same_master(0, 0));
	assert_false(mib_same_master(INT64_MAX, INT64_MIN));
	assert_false(mib_same_master(-1, INT64_MAX));
}

static void test_names_of_contexts(void **state)
{
	static const char *const bad[] = {
		"",
		"a\tb",
		"a\x7f",
		"\x80",
		"\xc3",
		("\xe2\x80\xae"
		 "gnp.exe"),
		"\xc2\x85",
		"123456789012345678901234567890123",
		"1234567890123456789012345678901\xc3\xa4",
	};
	static const char *const good[] = {
		"a",
		"12345678901234567890123456789012",
		"123456789012345678901234567890\xc3\xa4",
		"with space",
		"4026531840",
	};
	char name[MIB_CONTEXT_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(mib_context_name(name, bad[i]));
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(mib_context_name(name, good[i]));
		assert_string_equal(name, good[i]);
	}
}

static void test_nothing_published(void **state)
{
	struct agentx *a = start();

	(void)state;
	atomic_store(&stops, 0);
	assert_null(ask(a, 1, false)->view);
	assert_true(agentx_stop(a));
	assert_int_equal(atomic_load(&stops), 1);
}

/* What did not start is not stopped: the library may not even be there. */
static void test_a_start_that_is_refused(void **state)
{
	struct pollfd p = {.fd = refresh_fd, .events = POLLIN};
	struct agentx *a;
	const char *why = NULL;

	(void)state;
	atomic_store(&stops, 0);
	was_asked_to_read(); /* by another test */
	refusal = "no library";
	a = start();
	assert_int_equal(poll(&p, 1, -1), 1);
	assert_true(agentx_failed(a, &why));
	assert_string_equal(why, refusal);
	assert_true(agentx_stop(a));
	assert_int_equal(atomic_load(&stops), 0);
	refusal = NULL;
}

static int setup(void **state)
{
	(void)state;
	refresh_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	notifications = notification_queue_new();
	return refresh_fd < 0 || !notifications;
}

static int teardown(void **state)
{
	(void)state;
	notification_queue_free(notifications);
	return close(refresh_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reading_for_another_master),
		cmocka_unit_test(test_a_new_master_gets_a_new_reading),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_a_context_that_goes),
		cmocka_unit_test(test_the_session_is_told),
		cmocka_unit_test(test_the_same_master),
		cmocka_unit_test(test_names_of_contexts),
		cmocka_unit_test(test_nothing_published),
		cmocka_unit_test(test_a_start_that_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
