/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output/json_writer.h"

static void expect_text(struct json *j, const char *want)
{
	assert_false(j->failed);
	assert_int_equal(j->size, strlen(want));
	assert_memory_equal(j->text, want, j->size);
	free(j->text);
}

static void write_all(struct json *j)
{
	json_open(j, '{');
	json_key(j, "a");
	json_u64(j, UINT64_MAX);
	json_key(j, "b");
	json_open(j, '[');
	json_u64(j, 0);
	json_null(j);
	json_bool(j, true);
	json_bool(j, false);
	json_string(j, NULL);
	json_decimal(j, 0.5);
	json_open(j, '{');
	json_close(j, '}');
	json_close(j, ']');
	json_close(j, '}');
	json_end(j);
}

static void test_compact(void **state)
{
	struct json j = {.pretty = false};

	(void)state;
	write_all(&j);
	expect_text(&j, "{\"a\":18446744073709551615,"
			"\"b\":[0,null,true,false,null,0.500000,{}]}\n");
}

static void test_pretty(void **state)
{
	struct json j = {.pretty = true};

	(void)state;
	write_all(&j);
	expect_text(&j, "{\n  \"a\": 18446744073709551615,\n  \"b\": [\n    0,\n    null,\n"
			"    true,\n    false,\n    null,\n    0.500000,\n    {}\n  ]\n}\n");
}

static void test_escapes(void **state)
{
	struct json j = {.pretty = false};

	(void)state;
	json_open(&j, '{');
	json_name(&j, "a\"b\\c\x01\x1f\x7f\xc3\xa9/");
	json_string(&j, "\n\t\"");
	json_close(&j, '}');
	expect_text(&j, "{\"a\\\"b\\\\c\\u0001\\u001f\\u007f\xc3\xa9/\":\"\\u000a\\u0009\\\"\"}");
}

/* Nothing that a terminal obeys, and no broken UTF-8, whatever it is given. */
static void test_hostile(void **state)
{
	struct json j = {.pretty = false};

	(void)state;
	json_open(&j, '{');
	json_name(&j, "\xc2\x9b\xc2\xa0\xe2\x80\xae\xe2\x80\xa8\xf0\x9f\x98\x80");
	json_string(&j, "\xff\xe2\x82");
	json_close(&j, '}');
	expect_text(&j, "{\"\\u009b\xc2\xa0\\u202e\\u2028\xf0\x9f\x98\x80\":"
			"\"\\\\xff\\\\xe2\\\\x82\"}");
}

static void test_large(void **state)
{
	struct json j = {.pretty = false};
	const size_t n = 100000;

	(void)state;
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		json_u64(&j, 7);
	json_close(&j, ']');
	assert_false(j.failed);
	assert_int_equal(j.size, 2 * n + 1);
	for (size_t i = 1; i < j.size; i++)
		assert_int_equal(j.text[i], i % 2 ? '7' : i == j.size - 1 ? ']' : ',');
	free(j.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compact), cmocka_unit_test(test_pretty),
		cmocka_unit_test(test_escapes), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
