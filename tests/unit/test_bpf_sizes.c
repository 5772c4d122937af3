/* SPDX-License-Identifier: MIT */
/* Sizes of maps by what a network namespace has, and whether maps are known by them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"
#include "bpf/maps.h"

static void test_by_need(void **state)
{
	static const struct {
		uint32_t n_ifs, highest, cpus;
		struct sizes wanted;
	} cases[] = {
		{1, 1, 2, {{16, 8}, 4096, 4096}},
		{2, 2, 64, {{16, 8}, 4096, 4096}},
		{4, 15, 64, {{16, 8}, 4096, 4096}},
		/* with the tunnels that some kernels make in each namespace */
		{10, 11, 64, {{32, 16}, 4096, 4096}},
		{4, 7, 2, {{16, 8}, 4096, 4096}},
		{4, 8, 2, {{32, 16}, 4096, 4096}},
		/* a device that was made elsewhere: its ifindex is of there */
		{2, 300, 2, {{256, 32}, 4096, 4096}},
		{2, 300, 64, {{16, 8}, 4096, 4096}},
		{2, 70000, 8, {{64, 16}, 4096, 4096}},
		{8, 20, 64, {{32, 16}, 4096, 4096}},
		{32, 40, 64, {{128, 32}, 4096, 4096}},
		{33, 40, 64, {{128, 32}, 4096, 8192}},
		{256, 256, 64, {{1024, 32}, 4096, 18432}},
		{257, 257, 64, {{1024, 32}, 8192, 18432}},
		{513, 513, 64, {{1024, 32}, 17408, 18432}},
		{UINT32_MAX, UINT32_MAX, 4096, {{1024, 32}, 17408, 18432}},
		{0, 0, 4096, {{16, 8}, 4096, 4096}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sizes s = sizes_for(cases[i].n_ifs, cases[i].highest, cases[i].cpus);

		assert_int_equal(s.low.ifs, cases[i].wanted.low.ifs);
		assert_int_equal(s.low.path_ifs, cases[i].wanted.low.path_ifs);
		assert_int_equal(s.ifs, cases[i].wanted.ifs);
		assert_int_equal(s.paths, cases[i].wanted.paths);
	}
	assert_int_equal(sizes_full.ifs, IPFW_LOW_IFS + IPFW_HIGH_IFS);
	assert_int_equal(sizes_full.paths, IPFW_LOW_PATHS + IPFW_HIGH_PATHS);
}

/* Whatever there is, the sets are ones that another process takes for its own, and hold all of it
 * that full ones hold. */
static void test_valid(void **state)
{
	(void)state;
	assert_true(sizes_valid(&sizes_full));
	for (uint32_t cpus = 1; cpus <= 4096; cpus *= 4)
		for (uint32_t n = 0; n < 20000; n += 1 + n / 8)
			for (uint32_t highest = n; highest < 100000; highest += 1 + highest / 8) {
				struct sizes s = sizes_for(n, highest, cpus);
				bool all_ifs = s.ifs > n || s.ifs == sizes_full.ifs;
				bool all_paths = s.paths >= 2 * (uint64_t)n * n ||
						 s.paths == sizes_full.paths;

				assert_true(sizes_valid(&s));
				assert_true(all_ifs && all_paths);
			}
}

static void test_invalid(void **state)
{
	static const struct sizes none[] = {
		{{0, 8}, 4096, 4096},   {{16, 0}, 4096, 4096},   {{16, 8}, 16, 4096},
		{{16, 8}, 4096, 128},   {{1025, 8}, 4096, 4096}, {{16, 33}, 4096, 4096},
		{{16, 8}, 17409, 4096}, {{16, 8}, 4096, 18433},  {{0, 0}, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_false(sizes_valid(&none[i]));
}

/* Each key has a place, in an array or a hash, and a record: none is full before the other. */
static void test_entries(void **state)
{
	const struct sizes s = sizes_for(3, 3, 64);

	(void)state;
	assert_int_equal(s.low.ifs + maps_entries(MAP_IF_HIGH, &s) - 1,
			 maps_entries(MAP_IF_RECORDS, &s));
	assert_int_equal(sizes_low_paths(&s) + maps_entries(MAP_PATH_HIGH, &s),
			 maps_entries(MAP_PATH_RECORDS, &s));
	assert_int_equal(maps_entries(MAP_IF_HIGH, &sizes_full), IPFW_HIGH_IFS + 1);
	assert_int_equal(maps_entries(MAP_PATH_HIGH, &sizes_full), IPFW_HIGH_PATHS);
	assert_int_equal(maps_entries(MAP_FAST, &s), maps_entries(MAP_FAST_RECORDS, &s));
	assert_int_equal(maps_entries(MAP_DROPS, &s), maps_entries(MAP_DROP_RECORDS, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_need),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
