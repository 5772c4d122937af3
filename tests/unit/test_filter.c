/* SPDX-License-Identifier: MIT */
/* filter: --include and --exclude. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/filter.h"

static void test_default(void **state)
{
	struct filter f = {0};

	(void)state;
	assert_true(filter_passes(&f, "eth0"));
	assert_true(filter_passes(&f, "lo0"));
	assert_true(filter_passes(&f, "hello"));
	assert_false(filter_passes(&f, "lo"));
}

static void test_include(void **state)
{
	struct filter f = {0};

	(void)state;
	assert_int_equal(filter_add(&f.include, "eth*"), 0);
	assert_int_equal(filter_add(&f.include, "lo"), 0);
	assert_true(filter_passes(&f, "eth0"));
	assert_true(filter_passes(&f, "eth0.10"));
	assert_true(filter_passes(&f, "lo"));
	assert_false(filter_passes(&f, "veth0"));
	assert_false(filter_passes(&f, "ppp0"));
	filter_clear(&f);
}

static void test_exclude(void **state)
{
	struct filter f = {0};

	(void)state;
	assert_int_equal(filter_add(&f.exclude, "veth*"), 0);
	assert_int_equal(filter_add(&f.exclude, "tun[0-3]"), 0);
	assert_true(filter_passes(&f, "eth0"));
	assert_true(filter_passes(&f, "tun4"));
	assert_false(filter_passes(&f, "veth1a2b"));
	assert_false(filter_passes(&f, "tun2"));
	assert_false(filter_passes(&f, "lo"));
	filter_clear(&f);
}

static void test_exclude_wins(void **state)
{
	struct filter f = {0};

	(void)state;
	assert_int_equal(filter_add(&f.include, "*"), 0);
	assert_int_equal(filter_add(&f.exclude, "eth1"), 0);
	assert_true(filter_passes(&f, "eth0"));
	assert_true(filter_passes(&f, "lo"));
	assert_false(filter_passes(&f, "eth1"));
	filter_clear(&f);
}

static void test_odd_patterns(void **state)
{
	struct filter f = {0};

	(void)state;
	assert_int_equal(filter_add(&f.include, "a?c"), 0);
	assert_int_equal(filter_add(&f.include, "\\*"), 0);
	assert_int_equal(filter_add(&f.include, "x[!0-9]"), 0);
	assert_int_equal(filter_add(&f.include, ""), 0);
	assert_true(filter_passes(&f, "abc"));
	assert_false(filter_passes(&f, "ac"));
	assert_true(filter_passes(&f, "*"));
	assert_false(filter_passes(&f, "b"));
	assert_true(filter_passes(&f, "xy"));
	assert_false(filter_passes(&f, "x1"));
	filter_clear(&f);
}

static void test_many(void **state)
{
	static char globs[100][8];
	struct filter f = {0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		globs[i][0] = 'e';
		globs[i][1] = (char)('0' + i / 10);
		globs[i][2] = (char)('0' + i % 10);
		assert_int_equal(filter_add(&f.include, globs[i]), 0);
		assert_int_equal(f.include.n, i + 1);
		assert_ptr_equal(f.include.globs[i], globs[i]); /* kept by reference */
	}
	assert_true(filter_passes(&f, "e00"));
	assert_true(filter_passes(&f, "e99"));
	assert_false(filter_passes(&f, "e100"));
	filter_clear(&f);
	assert_int_equal(f.include.n, 0);
	assert_true(filter_passes(&f, "e100"));
	filter_clear(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_default),      cmocka_unit_test(test_include),
		cmocka_unit_test(test_exclude),      cmocka_unit_test(test_exclude_wins),
		cmocka_unit_test(test_odd_patterns), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
