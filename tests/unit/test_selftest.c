/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "selftest/counts.h"
#include "selftest/json_reader.h"
#include "selftest/traffic.h"

static bool find(const char *text, const char *a, const char *b, uint64_t *out)
{
	const char *const path[JSON_READER_DEPTH + 1] = {a, b};

	return json_reader_u64(text, path, out);
}

static void json_numbers(void **state)
{
	static const char text[] = "{ \"x\": \"a\\\"b}]\", \"list\": [1, {\"n\": 2}, \"]\"],\n"
				   "  \"ab\": {\"n\": 3, \"none\": null}, \"a\": {\"m\": [],"
				   "\"n\": 18446744073709551615}, \"last\": 5 }";
	uint64_t value = 0;

	(void)state;
	assert_true(find(text, "last", NULL, &value));
	assert_int_equal(value, 5);
	assert_true(find(text, "ab", "n", &value));
	assert_int_equal(value, 3);
	assert_true(find(text, "a", "n", &value)); /* not that of "ab" */
	assert_true(value == UINT64_MAX);
	assert_false(find(text, "ab", "none", &value));
	assert_false(find(text, "ab", "m", &value));
	assert_false(find(text, "x", NULL, &value));
	assert_false(find(text, "list", "n", &value));
	assert_false(find(text, "n", NULL, &value));
	assert_false(find("", "n", NULL, &value));
}

/* What is known in `want` is compared, and what has to be known may not be absent. */
static void differences(void **state)
{
	static struct counts before, after;
	static struct expected e;
	struct figures *want = &e.counts.rows[ROW_DEVICE][FAMILY_IPV6];
	struct figures *was = &before.rows[ROW_DEVICE][FAMILY_IPV6];
	struct figures *is = &after.rows[ROW_DEVICE][FAMILY_IPV6];
	struct difference d[COUNTS_DIFFERENCES];

	(void)state;
	figures_set(was, M_IN_PACKETS, 1000);
	figures_set(is, M_IN_PACKETS, 1399);
	figures_set(is, M_OUT_PACKETS, 7); /* nobody asks for it */
	assert_int_equal(counts_compare(&before, &after, &e, d), 0);
	figures_set(want, M_IN_PACKETS, 399);
	assert_int_equal(counts_compare(&before, &after, &e, d), 0);
	figures_set(want, M_IN_PACKETS, 400);
	assert_int_equal(counts_compare(&before, &after, &e, d), 1);
	assert_int_equal(d[0].row, ROW_DEVICE);
	assert_int_equal(d[0].family, FAMILY_IPV6);
	assert_int_equal(d[0].metric, M_IN_PACKETS);
	assert_int_equal(d[0].sent, 400);
	assert_int_equal(d[0].counted, 399);
	assert_false(d[0].absent);

	figures_set(want, M_IN_PACKETS, 399);
	figures_set(want, M_IN_OCTETS, 0);
	assert_int_equal(counts_compare(&before, &after, &e, d), 0);
	e.must[ROW_DEVICE] = 1u << M_IN_OCTETS;
	assert_int_equal(counts_compare(&before, &after, &e, d), 1);
	assert_true(d[0].absent);

	/* It stepped back. */
	figures_set(was, M_IN_OCTETS, 5);
	figures_set(is, M_IN_OCTETS, 3);
	assert_int_equal(counts_compare(&before, &after, &e, d), 1);
	assert_int_equal(d[0].counted, -2);
}

/* As tests/netns/scenarios.sh has them. */
static void amounts(void **state)
{
	const struct datagrams fragments = {.count = 20, .size = 4000};
	const struct datagrams segments = {.count = 10, .size = 10000, .segment = 1400};
	struct amount a;

	(void)state;
	a = traffic_amount(&fragments, FAMILY_IPV4);
	assert_int_equal(a.packets, 60);
	assert_int_equal(a.octets, 20 * (4008 + 3 * 20));
	a = traffic_amount(&fragments, FAMILY_IPV6);
	assert_int_equal(a.packets, 60);
	assert_int_equal(a.octets, 20 * (4008 + 3 * 48));
	a = traffic_amount(&segments, FAMILY_IPV4);
	assert_int_equal(a.packets, 80);
	assert_int_equal(a.octets, 10 * (10000 + 8 * 28));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_numbers),
		cmocka_unit_test(differences),
		cmocka_unit_test(amounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
