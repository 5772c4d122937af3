/* SPDX-License-Identifier: MIT */
/* Which CPUs there may be; and their counters, read while somebody adds to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>

#include "bpf/counter.h"
#include "bpf/cpus.h"

static void test_lists(void **state)
{
	static const struct {
		const char *list;
		uint32_t count, ids;
	} good[] = {
		{"0\n", 1, 1},       {"0", 1, 1},
		{"0-1\n", 2, 2},     {"0-3,8-11\n", 8, 12}, /* cores that are not there */
		{"0,2,4,6\n", 4, 7}, {"8-15\n", 8, 16},     /* the first ones are not there */
		{"0-0,5\n", 2, 6},   {"1-3,7,16-8191\n", 4 + 8176, 8192},
	};
	static const char *const bad[] = {
		"",
		"\n",
		"-1\n",
		"0-\n",
		"0,\n",
		",0\n",
		"3-1\n",
		"0-3,3\n",
		"8-11,0-3\n",
		"a\n",
		"0x1\n",
		"0 1\n",
		"0\n1\n",
		"+1\n",
		" 1\n",
		"0-1-2\n",
		"99999999999999999999\n",
		"65536\n",
	};
	struct cpus cpus;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(cpus_parse(good[i].list, &cpus), 0);
		assert_int_equal(cpus.count, good[i].count);
		assert_int_equal(cpus.ids, good[i].ids);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cpus_parse(bad[i], &cpus) != -EBADMSG)
			fail_msg("accepted: '%s'", bad[i]);
}

static void test_this_machine(void **state)
{
	struct cpus cpus = cpus_possible();

	(void)state;
	assert_int_equal(cpus.count, libbpf_num_possible_cpus());
	assert_in_range(cpus.ids, cpus.count, 65536);
}

/* Both halves of the counter are always equal: a value of which they differ was never there. */
#define STEP  (UINT64_C(1) << 32 | 1)
#define STEPS 3000000

static void *count(void *counter)
{
	for (int i = 0; i < STEPS; i++)
		__atomic_fetch_add((uint64_t *)counter, STEP, __ATOMIC_RELAXED);
	return NULL;
}

static void expect_whole(uint64_t (*read)(const uint64_t *))
{
	uint64_t counter = 0, value = 0, previous;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, count, &counter), 0);
	do {
		previous = value;
		value = read(&counter);
		if (value % STEP || value < previous)
			fail_msg("%016llx after %016llx", (unsigned long long)value,
				 (unsigned long long)previous);
	} while (value != STEPS * STEP);
	pthread_join(thread, NULL);
}

static void test_counter(void **state)
{
	(void)state;
	expect_whole(counter_read);
}

static void test_counter_halves(void **state)
{
	(void)state;
	expect_whole(counter_read_halves);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_counter),
		cmocka_unit_test(test_counter_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
