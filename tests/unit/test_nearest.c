/* SPDX-License-Identifier: MIT */
/* nearest: what somebody meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "options/nearest.h"

static void test_distance(void **state)
{
	(void)state;
	assert_int_equal(nearest_distance("monitor", "monitor"), 0);
	assert_int_equal(nearest_distance("monitr", "monitor"), 1);
	assert_int_equal(nearest_distance("monittor", "monitor"), 1);
	assert_int_equal(nearest_distance("mpnitor", "monitor"), 1);
	assert_int_equal(nearest_distance("mointor", "monitor"), 1); /* two that were swapped */
	assert_int_equal(nearest_distance("mnoitro", "monitor"), 2);
	assert_int_equal(nearest_distance("", "ab"), 2);
	assert_int_equal(nearest_distance("agent", "attach"), NEAREST_MAX + 1);
	assert_int_equal(nearest_distance("x", "a-word-that-is-far-longer-than-any-of-ours"),
			 NEAREST_MAX + 1);
}

static const char *nearest(const char *word)
{
	struct nearest n = {.word = word};

	nearest_try(&n, NULL);
	nearest_try(&n, "detach");
	nearest_try(&n, "attach");
	nearest_try(&n, "agent");
	return n.found;
}

static void test_try(void **state)
{
	(void)state;
	assert_string_equal(nearest("atach"), "attach"); /* detach is two away */
	assert_string_equal(nearest("dettach"), "detach");
	assert_string_equal(nearest("agnet"), "agent");
	assert_null(nearest("nonsense"));
	assert_null(nearest("x")); /* all of a word would have to change */
	assert_null(nearest(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_try),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
