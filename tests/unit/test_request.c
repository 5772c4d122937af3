/* SPDX-License-Identifier: MIT */
/* request: the line that clients of the reading socket send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "output/request.h"

static char line[REQUEST_MAX + 1];
static struct why why;

static int parse(struct request *r, const char *text)
{
	memset(line, 'x', sizeof(line));
	memcpy(line, text, strlen(text));
	why.text[0] = 0;
	return request_parse(r, line, strlen(text), &why);
}

static void test_forms(void **state)
{
	static const struct {
		const char *text;
		enum output_format format;
		bool pretty, verbose;
	} rows[] = {
		{"", OUTPUT_JSON, false, false},
		{" \t\r", OUTPUT_JSON, false, false},
		{"json", OUTPUT_JSON, false, false},
		{"json\r", OUTPUT_JSON, false, false},
		{"json pretty", OUTPUT_JSON, true, false},
		{"text", OUTPUT_TEXT, false, false},
		{"prometheus", OUTPUT_PROMETHEUS, false, false},
		{"openmetrics\r", OUTPUT_OPENMETRICS, false, false},
		{"system netns 1", OUTPUT_SYSTEM, false, false},
		{"  text \t verbose ", OUTPUT_TEXT, false, true},
		{"status", OUTPUT_JSON, false, false},
		{"json pretty netns all", OUTPUT_JSON, true, false},
	};
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(&r, rows[i].text), 0);
		assert_int_equal(r.format, rows[i].format);
		assert_int_equal(r.pretty, rows[i].pretty);
		assert_int_equal(r.verbose, rows[i].verbose);
		assert_int_equal(r.netns, r.format == OUTPUT_SYSTEM);
		assert_int_equal(r.all, !!strstr(rows[i].text, "netns all"));
		assert_int_equal(r.marked, !!strstr(rows[i].text, "netns"));
		assert_int_equal(r.status, !strcmp(rows[i].text, "status"));
		request_clear(&r);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"xml", "unknown word 'xml'"},
		{"js", "unknown word 'js'"},
		{"json verbose", "unknown word 'verbose'"},
		{"text pretty", "unknown word 'pretty'"},
		{"prometheus pretty", "unknown word 'pretty'"},
		{"status pretty", "unknown word 'pretty'"},
		{"openmetrics verbose", "unknown word 'verbose'"},
		{"GET / HTTP/1.1\r", "unknown word 'GET'"},
		{"\033[2J", "unknown word '\\x1b[2J'"},
		{"netns", "nothing follows 'netns'"},
		{"json include", "nothing follows 'include'"},
		{"netns -1", "no inode number: '-1'"},
		{"netns 0", "no inode number: '0'"},
		{"netns 12x", "no inode number: '12x'"},
		{"netns 99999999999999999999", "no inode number: '999999999999999'"},
		{"include ***", "too many asterisks in '***'"},
		{"include a include b include c include d exclude e exclude f exclude g "
		 "exclude h exclude i",
		 "at most 8 globs"},
	};
	struct request r;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(parse(&r, rows[i].text) < 0);
		assert_string_equal(why.text, rows[i].why);
		request_clear(&r);
	}
	memcpy(line, "json\0x", 6);
	assert_true(request_parse(&r, line, 6, &why) < 0);
	assert_string_equal(why.text, "a request is a line of text");
}

static void test_format(void **state)
{
	static const char text[] = "json pretty netns 4026531833 include eth* exclude veth*";
	static const char plain[] = "openmetrics netns 1\n";
	struct request r;
	char again[REQUEST_MAX + 1];
	int n;

	(void)state;
	assert_int_equal(parse(&r, text), 0);
	assert_int_equal(r.netns, 4026531833);
	assert_true(filter_passes(&r.filter, "eth0"));
	assert_false(filter_passes(&r.filter, "ppp0"));
	n = request_format(again, sizeof(again), &r);
	assert_int_equal(n, strlen(text) + 1);
	assert_memory_equal(again, text, n - 1);
	assert_int_equal(again[n - 1], '\n');
	assert_true(request_format(again, n, &r) < 0);
	assert_int_equal(request_format(again, n + 1, &r), n);
	assert_int_equal(filter_add(&r.filter.include, "a b"), 0);
	assert_true(request_format(again, sizeof(again), &r) < 0);
	request_clear(&r);
	r = (struct request){.format = OUTPUT_OPENMETRICS, .pretty = true, .netns = 1};
	assert_int_equal(request_format(again, sizeof(again), &r), strlen(plain));
	assert_string_equal(again, plain); /* it is no JSON: pretty is not for it */
	r = (struct request){.status = true, .netns = 7};
	request_format(again, sizeof(again), &r);
	assert_string_equal(again, "status netns 7\n");
}

static void test_fits(void **state)
{
	struct filter none = {0}, own = {0}, asked = {0}, all = {0};

	(void)state;
	assert_int_equal(filter_add(&own.exclude, "veth*"), 0);
	assert_int_equal(filter_add(&asked.include, "eth0"), 0);
	assert_int_equal(filter_add(&all.include, "*"), 0);
	assert_true(request_fits(&none, &none));
	assert_true(request_fits(&own, &none));
	assert_true(request_fits(&none, &asked));
	assert_false(request_fits(&none, &all)); /* lo */
	assert_false(request_fits(&own, &asked));
	filter_clear(&own);
	filter_clear(&asked);
	filter_clear(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
