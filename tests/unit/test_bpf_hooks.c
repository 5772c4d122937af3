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

#include "bpf/maps.h"

/* As bpf/hooks.c and bpf/drop_hook.c have them. */
static const unsigned char netfilter_object[] __attribute__((aligned(8))) = {
#include "netfilter.bpf.inc"
};
static const unsigned char fentry_object[] __attribute__((aligned(8))) = {
#include "fentry.bpf.inc"
};
static const unsigned char drops_object[] __attribute__((aligned(8))) = {
#include "drops.bpf.inc"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
