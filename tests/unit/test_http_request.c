/* SPDX-License-Identifier: MIT */
/* http_request: who may ask for what by HTTP, and in which form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/http_request.h"
#include "base/hostname.h"

static struct http_verdict judge(const char *method, const char *path, const char *host,
				 const char *accept)
{
	const struct http_request r = {
		.method = method, .path = path, .host = host, .accept = accept};
	struct http_verdict v;

	http_request_judge(&v, &r, "router.example");
	return v;
}

static void test_hosts(void **state)
{
	static const char *const ours[] = {NULL,
					   "localhost",
					   "LocalHost:9469",
					   "127.0.0.1",
					   "127.0.0.1:9469",
					   "192.0.2.7:1",
					   "[::1]",
					   "[::1]:9469",
					   "[2001:db8::1]",
					   "[::ffff:192.0.2.1]:80",
					   "router.example",
					   "Router.Example:9469"};
	static const char *const others[] = {"",
					     ":9469",
					     "evil.example",
					     "localhost.evil.example",
					     "evil.example:9469",
					     "127.0.0.1.evil.example",
					     "127.0.0.1.",
					     "2130706433",
					     "127.1",
					     "[::1",
					     "::1",
					     "[]",
					     "[localhost]",
					     "[127.0.0.1]",
					     "[::1].evil.example",
					     "www.router.example",
					     "router.example.",
					     "localhos",
					     "router.example@evil.example"};
	char own[300];

	(void)state;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		assert_int_equal(judge("GET", "/", ours[i], NULL).status, HTTP_OK);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const struct http_verdict v = judge("GET", "/json", others[i], NULL);

		if (v.status != HTTP_MISDIRECTED)
			fail_msg("%s: %u", others[i], v.status);
		assert_false(v.page);
		assert_string_equal(v.type, HTTP_TEXT);
	}
	snprintf(own, sizeof(own), "%s:9469", hostname_get());
	assert_int_equal(judge("GET", "/", own, NULL).status, HTTP_OK);
	/* A long one is read as far as it goes. */
	memset(own, '1', sizeof(own) - 1);
	own[sizeof(own) - 1] = '\0';
	assert_int_equal(judge("GET", "/", own, NULL).status, HTTP_MISDIRECTED);
}

static void test_things(void **state)
{
	static const struct {
		const char *method, *path;
		unsigned status;
	} rows[] = {
		{"GET", "/", HTTP_OK},
		{"HEAD", "/", HTTP_OK},
		{"GET", "/json", HTTP_OK},
		{"HEAD", "/metrics", HTTP_OK},
		{"get", "/", HTTP_NO_METHOD},
		{"POST", "/", HTTP_NO_METHOD},
		{"PUT", "/json", HTTP_NO_METHOD},
		{"OPTIONS", "/metrics", HTTP_NO_METHOD},
		{"POST", "/nothing", HTTP_NOT_FOUND},
		{"OPTIONS", "*", HTTP_NOT_FOUND},
		{"GET", "", HTTP_NOT_FOUND},
		{"GET", "/json/", HTTP_NOT_FOUND},
		{"GET", "//json", HTTP_NOT_FOUND},
		{"GET", "/metrics2", HTTP_NOT_FOUND},
		{"GET", "/../etc/passwd", HTTP_NOT_FOUND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct http_verdict v =
			judge(rows[i].method, rows[i].path, "localhost", NULL);

		assert_int_equal(v.status, rows[i].status);
		assert_int_equal(v.page, v.status == HTTP_OK && !strcmp(rows[i].path, "/"));
		assert_int_equal(!v.sentence, v.status == HTTP_OK);
		assert_non_null(v.type);
	}
}

static unsigned with(const char *path, bool pretty, bool unknown, struct http_verdict *v)
{
	const struct http_request r = {
		.method = "GET", .path = path, .pretty = pretty, .unknown = unknown};

	http_request_judge(v, &r, "router.example");
	return v->status;
}

static void test_arguments(void **state)
{
	struct http_verdict v;

	(void)state;
	assert_int_equal(with("/json", false, false, &v), HTTP_OK);
	assert_false(v.request.pretty);
	assert_int_equal(with("/json", true, false, &v), HTTP_OK);
	assert_true(v.request.pretty);
	assert_int_equal(with("/json", true, true, &v), HTTP_BAD);
	assert_int_equal(with("/metrics", true, false, &v), HTTP_BAD);
	assert_int_equal(with("/metrics", false, true, &v), HTTP_BAD);
}

static void test_forms(void **state)
{
	static const struct {
		const char *accept;
		enum output_format format;
	} rows[] = {
		{NULL, OUTPUT_PROMETHEUS},
		{"", OUTPUT_PROMETHEUS},
		{",;,=;q", OUTPUT_PROMETHEUS},
		{"*/*", OUTPUT_PROMETHEUS},
		{"text/html, */*;q=0.8", OUTPUT_PROMETHEUS},
		{"application/openmetrics-text", OUTPUT_OPENMETRICS},
		{"Application/OpenMetrics-Text ; Version=1.0.0 ; charset=utf-8",
		 OUTPUT_OPENMETRICS},
		{"application/openmetrics-text; version=2.0.0, text/plain", OUTPUT_PROMETHEUS},
		{"application/openmetrics-text;q=0", OUTPUT_PROMETHEUS},
		{"application/openmetrics-text;q=0.2, text/plain;q=0.3", OUTPUT_PROMETHEUS},
		/* Prometheus 2 and 3 */
		{"application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
		 "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 OUTPUT_OPENMETRICS},
		{"application/"
		 "openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/"
		 "openmetrics-text;version=0.0.1;q=0.4,text/"
		 "plain;version=1.0.0;escaping=allow-utf-8;"
		 "q=0.3,text/plain;version=0.0.4;q=0.2,/;q=0.1",
		 OUTPUT_OPENMETRICS},
		{"text/plain;version=0.0.4;q=1,*/*;q=0.1", OUTPUT_PROMETHEUS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct http_verdict v = judge("GET", "/metrics", "[::1]", rows[i].accept);

		assert_int_equal(v.status, HTTP_OK);
		if (v.request.format != rows[i].format)
			fail_msg("%s: %s", rows[i].accept, v.type);
		assert_non_null(strstr(v.type, rows[i].format == OUTPUT_OPENMETRICS
						       ? "openmetrics-text; version=1.0.0;"
						       : "text/plain; version=0.0.4;"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_things),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
