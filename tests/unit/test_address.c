/* SPDX-License-Identifier: MIT */
/* address: what is one, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/units.h"

static void test_local(void **state)
{
	static const char *const texts[] = {"/run/agentx/master", "unix:/run/agentx/master",
					    "local:/run/agentx/master"};
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_null(address_parse(&a, texts[i]));
		assert_string_equal(a.path, "/run/agentx/master");
	}
}

static void test_hosts(void **state)
{
	static const struct {
		const char *text;
		int family;
		const char *host, *port;
	} hosts[] = {
		{"tcp:127.0.0.1:7050", AF_UNSPEC, "127.0.0.1", "7050"},
		{"tcp:router.example:1", AF_UNSPEC, "router.example", "1"},
		{"tcp:router.example", AF_UNSPEC, "router.example", "705"},
		{"tcp:65535", AF_UNSPEC, "localhost", "65535"},
		{"tcp:[fe80::1%eth0]:705", AF_UNSPEC, "fe80::1%eth0", "705"},
		{"tcp:[::1]", AF_UNSPEC, "::1", "705"},
		{"tcp6:[::1]:7050", AF_INET6, "::1", "7050"},
		{"tcp6:::1:7050", AF_INET6, "::1", "7050"},
		{"tcpv6:router.example", AF_INET6, "router.example", "705"},
	};
	struct address a;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		assert_null(address_parse(&a, hosts[i].text));
		assert_null(a.path);
		assert_int_equal(a.family, hosts[i].family);
		assert_string_equal(a.host, hosts[i].host);
		assert_string_equal(a.port, hosts[i].port);
	}
}

static void test_wrong(void **state)
{
	static const char *const wrong[][2] = {
		{"unix:", "no path"},
		{"run/agentx/master", "neither unix:PATH nor tcp:HOST:PORT"},
		{"tls:10.0.0.1:705", "neither"},
		{"127.0.0.1:705", "neither"},
		{"", "neither"},
		{"tcp:", "no host"},
		{"tcp::705", "no host"},
		{"tcp:[]:705", "no host"},
		{"tcp:a:", "its port is not a number from 1 to 65535"},
		{"tcp:a:0", "its port"},
		{"tcp:a:65536", "its port"},
		{"tcp:a:4294967297", "its port"},
		{"tcp:a:-1", "its port"},
		{"tcp:a:agentx", "its port"},
		{"tcp:70000", "its port"},
	};
	struct address a;
	char text[400];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		const char *why = address_parse(&a, wrong[i][0]);

		assert_non_null(why);
		assert_non_null(strstr(why, wrong[i][1]));
	}
	snprintf(text, sizeof(text), "/%0107d", 0);
	assert_non_null(strstr(address_parse(&a, text), "too long"));
	text[107] = '\0';
	assert_null(address_parse(&a, text));
	snprintf(text, sizeof(text), "tcp:%0256d:1", 0);
	assert_non_null(strstr(address_parse(&a, text), "no host"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
