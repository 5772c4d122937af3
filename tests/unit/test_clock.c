/* SPDX-License-Identifier: MIT */
/* clock: how a time is written, and waited for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>

#include "base/clock.h"

static void test_text(void **state)
{
	const struct timespec t = {1764039463, 490685999}, impossible = {LONG_MAX, 0};
	char text[CLOCK_TEXT_MAX];

	(void)state;
	assert_string_equal(clock_text(text, &t, CLOCK_ISO), "2025-11-25T02:57:43Z");
	assert_string_equal(clock_text(text, &t, CLOCK_ISO_US), "2025-11-25T02:57:43.490685Z");
	assert_string_equal(clock_text(text, &t, CLOCK_PLAIN), "2025-11-25 02:57:43");
	for (int form = CLOCK_ISO; form <= CLOCK_PLAIN && LONG_MAX > INT_MAX; form++)
		assert_string_equal(clock_text(text, &impossible, form), "");
}

static void test_now(void **state)
{
	uint64_t before = clock_now_ns(), between = clock_ns(CLOCK_MONOTONIC);

	(void)state;
	assert_true(before <= between && between <= clock_now_ns());
}

/* For a call that waits, in whatever time namespace this runs; 0 would disarm a timer. */
static void test_until(void **state)
{
	struct timespec before, until, after;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	until = clock_until(clock_now_ns());
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(before.tv_sec <= until.tv_sec && until.tv_sec <= after.tv_sec);
	until = clock_until(0);
	assert_true(until.tv_sec || until.tv_nsec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_now),
		cmocka_unit_test(test_until),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
