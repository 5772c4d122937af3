/* SPDX-License-Identifier: MIT */
/* Interfaces of dumps that were interrupted and made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sources/netlink_links.h"

static void add(struct netlink_links *l, uint32_t ifindex, uint64_t rx_packets)
{
	struct netlink_link *link = netlink_links_add(l, ifindex);

	assert_non_null(link);
	link->dev.rx_packets = rx_packets;
}

/* Two tries: 3 has gone, 2 was left out of the second, 9 came; 7 came twice. */
static void two_tries(struct netlink_links *l)
{
	l->n = 0;
	l->try++;
	add(l, 7, 70);
	add(l, 2, 20);
	add(l, 3, 30);
	l->try++;
	add(l, 9, 91);
	add(l, 7, 71);
	add(l, 7, 71);
}

static void test_last_try_only(void **state)
{
	struct netlink_links l = {.rows = NULL};

	(void)state;
	two_tries(&l);
	netlink_links_sort(&l, false);
	assert_int_equal(l.n, 2);
	assert_int_equal(netlink_links_find(&l, 7)->dev.rx_packets, 71);
	assert_int_equal(netlink_links_find(&l, 9)->dev.rx_packets, 91);
	assert_null(netlink_links_find(&l, 2));
	assert_null(netlink_links_find(&l, 3));
	netlink_links_clear(&l);
}

static void test_any_try(void **state)
{
	struct netlink_links l = {.rows = NULL};

	(void)state;
	two_tries(&l);
	netlink_links_sort(&l, true);
	assert_int_equal(l.n, 4);
	for (size_t i = 1; i < l.n; i++)
		assert_true(l.rows[i - 1].ifindex < l.rows[i].ifindex);
	assert_int_equal(netlink_links_find(&l, 7)->dev.rx_packets, 71); /* the newest */
	assert_int_equal(netlink_links_find(&l, 2)->dev.rx_packets, 20);
	netlink_links_clear(&l);
}

/* The room is used again, what was in it is not. */
static void test_next_reading(void **state)
{
	struct netlink_links l = {.rows = NULL};
	struct netlink_link *rows;

	(void)state;
	for (uint32_t i = 200; i > 0; i--)
		add(&l, i, i);
	netlink_links_sort(&l, false);
	assert_int_equal(l.n, 200);
	netlink_links_find(&l, 5)->has_ip6 = true;
	rows = l.rows;
	two_tries(&l);
	netlink_links_sort(&l, false);
	assert_ptr_equal(l.rows, rows);
	assert_int_equal(l.n, 2);
	assert_false(l.rows[0].has_ip6 || l.rows[1].has_ip6);
	netlink_links_clear(&l);
	netlink_links_sort(&l, true);
	assert_null(netlink_links_find(&l, 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_try_only),
		cmocka_unit_test(test_any_try),
		cmocka_unit_test(test_next_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
