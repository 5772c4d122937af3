/* SPDX-License-Identifier: MIT */
/* The eBPF objects that this program carries: libbpf refuses those of the other byte order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/libbpf.h>
#include <elf.h>
#include <endian.h>
#include <stdio.h>

#include "bpf/maps.h"

/* As bpf/hooks.c, bpf/drop_hook.c, bpf/fast_hook.c and bpf/dispatch.c have them. */
static const unsigned char netfilter_object[] __attribute__((aligned(8))) = {
#include "netfilter.bpf.inc"
};
static const unsigned char fentry_object[] __attribute__((aligned(8))) = {
#include "fentry.bpf.inc"
};
static const unsigned char drops_object[] __attribute__((aligned(8))) = {
#include "drops.bpf.inc"
};
static const unsigned char fastpath_object[] __attribute__((aligned(8))) = {
#include "fastpath.bpf.inc"
};
static const unsigned char fentry_dispatch[] __attribute__((aligned(8))) = {
#include "fentry_dispatch.bpf.inc"
};
static const unsigned char drops_dispatch[] __attribute__((aligned(8))) = {
#include "drops_dispatch.bpf.inc"
};
static const unsigned char fastpath_dispatch[] __attribute__((aligned(8))) = {
#include "fastpath_dispatch.bpf.inc"
};

static void expect_ours(const unsigned char *bytes, size_t size, int programs)
{
	struct bpf_object *object = bpf_object__open_mem(bytes, size, NULL);
	struct bpf_program *p;

	assert_int_equal(bytes[EI_DATA], BYTE_ORDER == BIG_ENDIAN ? ELFDATA2MSB : ELFDATA2LSB);
	assert_non_null(object);
	for (int i = 0; i < MAP_COUNT; i++)
		assert_non_null(bpf_object__find_map_by_name(object, maps_names[i]));
	bpf_object__for_each_program(p, object) programs--;
	assert_int_equal(programs, 0);
	bpf_object__close(object);
}

static void test_objects(void **state)
{
	(void)state;
	expect_ours(netfilter_object, sizeof(netfilter_object), 8);
	expect_ours(fentry_object, sizeof(fentry_object), 11);
	expect_ours(drops_object, sizeof(drops_object), 1);
}

/* Each program of ours has one at the same hook that leads to it, and a table for that. */
static void expect_led_to(const unsigned char *bytes, size_t size, const unsigned char *dispatch,
			  size_t dispatch_size)
{
	struct bpf_object *ours = bpf_object__open_mem(bytes, size, NULL);
	struct bpf_object *leading = bpf_object__open_mem(dispatch, dispatch_size, NULL);
	struct bpf_program *p;
	int programs = 0;

	assert_non_null(ours);
	assert_non_null(leading);
	assert_non_null(bpf_object__find_map_by_name(leading, "slots"));
	bpf_object__for_each_program(p, ours)
	{
		const char *name = bpf_program__name(p);
		const struct bpf_program *to = bpf_object__find_program_by_name(leading, name);
		char table[64];

		assert_non_null(to);
		assert_string_equal(bpf_program__section_name(p), bpf_program__section_name(to));
		snprintf(table, sizeof(table), "table_%s", name);
		assert_non_null(bpf_object__find_map_by_name(leading, table));
		programs++;
	}
	bpf_object__for_each_program(p, leading) programs--;
	assert_int_equal(programs, 0);
	bpf_object__close(ours);
	bpf_object__close(leading);
}

static void test_dispatch(void **state)
{
	(void)state;
	expect_led_to(fentry_object, sizeof(fentry_object), fentry_dispatch,
		      sizeof(fentry_dispatch));
	expect_led_to(drops_object, sizeof(drops_object), drops_dispatch, sizeof(drops_dispatch));
	expect_led_to(fastpath_object, sizeof(fastpath_object), fastpath_dispatch,
		      sizeof(fastpath_dispatch));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_dispatch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
