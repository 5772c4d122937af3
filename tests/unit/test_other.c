/* SPDX-License-Identifier: MIT */
/* What the device counted and IP did not see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bpf/other.h"

/* lo: software, and it is everywhere. */
static struct snapshot_if device(uint64_t packets, uint64_t octets)
{
	struct snapshot_if row = {.ifindex = 1, .name = "lo", .rx_header = 14, .tx_header = 14};
	struct figures *total = &row.figures[FAMILY_TOTAL];

	figures_set(total, M_IN_PACKETS, packets);
	figures_set(total, M_IN_OCTETS, octets);
	figures_set(total, M_OUT_PACKETS, packets);
	figures_set(total, M_OUT_OCTETS, octets);
	return row;
}

static struct ipfw_if_counters counted(uint64_t packets, uint64_t octets, uint64_t extra)
{
	struct ipfw_if_counters c = {0};

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		c.of[ipv6][IPFW_IN] = c.of[ipv6][IPFW_OUT] =
			(struct ipfw_counter){packets, octets, extra, extra * 40};
	}
	return c;
}

static void expect_other(const struct snapshot_if *row, uint64_t packets, uint64_t octets)
{
	const struct figures *other = &row->figures[FAMILY_OTHER];

	for (int m = M_IN_PACKETS; m <= M_OUT_OCTETS; m++) {
		bool is_packets = m == M_IN_PACKETS || m == M_OUT_PACKETS;

		assert_true(figures_known(other, m));
		assert_int_equal(other->value[m], is_packets ? packets : octets);
		assert_true(other->derived >> m & 1);
	}
}

static void test_rest(void **state)
{
	const struct ipfw_if_counters none = counted(0, 0, 0), some = counted(10, 1000, 0);
	struct snapshot_if begin = device(500, 70000), row;
	struct ipfw_if_record record = {.name = "lo"};

	(void)state;
	other_begin(&record, &begin, &none);
	other_fill(&begin, &record, &none);
	expect_other(&begin, 0, 0); /* what was before does not count */
	row = device(500 + 20, 70000 + 2 * 10 * 114);
	other_fill(&row, &record, &some);
	expect_other(&row, 0, 0); /* all of it is IP, with its headers */
	row = device(500 + 20 + 3, 70000 + 2 * 10 * 114 + 3 * 42);
	other_fill(&row, &record, &some);
	expect_other(&row, 3, 3 * 42); /* three ARP frames */
	row = device(500 + 19, 70000 + 2 * 10 * 114 - 114);
	other_fill(&row, &record, &some);
	expect_other(&row, 0, 0); /* one is still queued: never below 0 */
}

static void test_counted_before(void **state)
{
	const struct ipfw_if_counters some = counted(10, 1000, 0), more = counted(20, 2000, 0);
	struct snapshot_if begin = device(100, 12000), row;
	struct ipfw_if_record record = {.name = "lo"};

	(void)state;
	other_begin(&record, &begin, &some);
	row = device(100 + 20 + 1, 12000 + 20 * 114 + 60);
	other_fill(&row, &record, &more);
	expect_other(&row, 1, 60);
}

/* A flowtable took them from the device below, and gave others to it. */
static void test_beside(void **state)
{
	struct ipfw_if_counters none = counted(0, 0, 0), some = counted(10, 1000, 0);
	struct snapshot_if begin = device(100, 12000), row;
	struct ipfw_if_record record = {.name = "lo"};

	(void)state;
	some.beside[0] = some.beside[1] = (struct ipfw_sum){8, 800};
	other_begin(&record, &begin, &none);
	row = device(100 + 12 + 1, 12000 + 12 * 114 + 60);
	other_fill(&row, &record, &some);
	expect_other(&row, 1, 60);
}

static void test_unknown(void **state)
{
	const struct ipfw_if_counters none = counted(0, 0, 0), gso = counted(10, 1000, 5);
	struct snapshot_if begin = device(0, 0), row;
	struct ipfw_if_record record = {.name = "lo"};

	(void)state;
	other_begin(&record, &begin, &none);
	row = device(20, 20 * 114);
	other_fill(&row, &record, &gso); /* segments of a software device: who knows */
	assert_int_equal(row.figures[FAMILY_OTHER].known, 0);
	record.bypassed = true;
	row = device(20, 20 * 114);
	other_fill(&row, &record, &none); /* so may be those of a flowtable */
	assert_int_equal(row.figures[FAMILY_OTHER].known, 0);
	record.bypassed = false;
	row = device(5, 500);
	row.rx_header = row.tx_header = -1;
	other_fill(&row, &record, &none);
	assert_true(figures_known(&row.figures[FAMILY_OTHER], M_IN_PACKETS));
	assert_false(figures_known(&row.figures[FAMILY_OTHER], M_IN_OCTETS));
	row = device(5, 4); /* fewer octets than packets: the device counts them otherwise */
	other_fill(&row, &record, &none);
	assert_true(figures_known(&row.figures[FAMILY_OTHER], M_OUT_PACKETS));
	assert_false(figures_known(&row.figures[FAMILY_OTHER], M_OUT_OCTETS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_counted_before),
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
