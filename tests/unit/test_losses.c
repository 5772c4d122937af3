/* SPDX-License-Identifier: MIT */
/* What becomes of what comes in: the sums, and where they are not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/losses.h"

/* 100 received: 40 delivered, 50 handed over, of which 44 forwarded and 5 refused; 7 lost before.
 */
static struct ipfw_if_counters counted(void)
{
	struct ipfw_if_counters c = {.of = {{{0}}}};

	c.of[1][IPFW_IN].packets = 100;
	c.of[1][IPFW_LOCAL].packets = 40;
	c.of[1][IPFW_IN_FORW].packets = 50;
	c.of[1][IPFW_OUT_FORW].packets = 44;
	c.dropped[1][IPFW_DROP_LINK] = (struct ipfw_sum){1, 10};
	c.dropped[1][IPFW_DROP_INPUT] = (struct ipfw_sum){7, 700};
	c.dropped[1][IPFW_DROP_FORWARD] = (struct ipfw_sum){5, 500};
	c.dropped[1][IPFW_DROP_OUTPUT] = (struct ipfw_sum){20, 2000};
	c.dropped[1][IPFW_DROP_LOCAL] = (struct ipfw_sum){300, 30000};
	return c;
}

static void test_sums(void **state)
{
	const struct ipfw_if_counters c = counted();
	struct figures own = {.known = 0}, all = {.known = 0}, none = {.known = 0};

	(void)state;
	losses_of_if(&own, &c, 1);
	losses_of_system(&all, &c, 1);
	losses_of_system(&none, &c, 0);
	assert_int_equal(own.value[M_DROPPED_PACKETS], 333);
	assert_int_equal(own.value[M_DROPPED_OCTETS], 33210);
	assert_int_equal(own.value[M_REFUSED_PACKETS], 5);
	assert_int_equal(own.value[M_REFUSED_OCTETS], 500);
	assert_int_equal(own.value[M_UNACCOUNTED_PACKETS], 3);
	assert_int_equal(all.value[M_DROPPED_PACKETS], 333);
	assert_int_equal(all.value[M_REFUSED_OCTETS], 500);
	assert_int_equal(all.value[M_UNACCOUNTED_PACKETS], 3 + 1);
	assert_int_equal(own.known, all.known);
	/* A rest is no counter; the others are. */
	assert_int_equal(own.derived, 1u << M_UNACCOUNTED_PACKETS);
	assert_int_equal(none.value[M_DROPPED_PACKETS] + none.value[M_UNACCOUNTED_PACKETS], 0);
}

static void test_copies(void **state)
{
	struct ipfw_if_counters c = counted();
	struct figures own = {.known = 0}, all = {.known = 0};

	(void)state;
	c.of[1][IPFW_IN_FORW].packets = 54; /* one more than came in */
	losses_of_if(&own, &c, 1);
	losses_of_system(&all, &c, 1);
	assert_false(figures_known(&own, M_UNACCOUNTED_PACKETS));
	assert_true(figures_known(&own, M_DROPPED_PACKETS));
	/* Of the system, what was handed over is on both sides. */
	assert_int_equal(all.value[M_UNACCOUNTED_PACKETS], 4);
	c.of[1][IPFW_OUT_FORW].packets = 49;
	all = (struct figures){.known = 0};
	losses_of_system(&all, &c, 1);
	assert_false(figures_known(&all, M_UNACCOUNTED_PACKETS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
