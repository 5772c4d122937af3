/* SPDX-License-Identifier: MIT */
/* ip6_order: the numbering out of a hand-made blob, cut and garbled, and of this kernel. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <linux/btf.h>

#include "sources/ip6_order.h"

#define KIND_INT    1
#define KIND_ENUM   6
#define KIND_ENUM64 19

struct blob {
	uint32_t types[256];
	size_t n_types;
	char strings[1024];
	size_t n_strings;
	unsigned char data[3072];
	size_t size;
};

static uint32_t add_string(struct blob *b, const char *s)
{
	size_t at = b->n_strings;

	strcpy(b->strings + at, s);
	b->n_strings += strlen(s) + 1;
	return (uint32_t)at;
}

static void add_word(struct blob *b, uint32_t word)
{
	b->types[b->n_types++] = word;
}

static void add_type(struct blob *b, const char *name, uint32_t kind, uint32_t vlen, uint32_t size)
{
	add_word(b, *name ? add_string(b, name) : 0);
	add_word(b, kind << 24 | vlen);
	add_word(b, size);
}

static void finish(struct blob *b)
{
	uint32_t types = (uint32_t)(b->n_types * 4);
	const struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = types,
		.str_off = types,
		.str_len = (uint32_t)b->n_strings,
	};

	memcpy(b->data, &header, sizeof(header));
	memcpy(b->data + sizeof(header), b->types, types);
	memcpy(b->data + sizeof(header) + types, b->strings, b->n_strings);
	b->size = sizeof(header) + types + b->n_strings;
}

/* An INT, an ENUM64 and another ENUM, then the one that counts, in an order of no kernel. */
static struct blob *build(bool with_enum)
{
	static const char *const names[] = {
		"IPSTATS_MIB_NUM",       "IPSTATS_MIB_CEPKTS",
		"IPSTATS_MIB_OUTOCTETS", "IPSTATS_MIB_OUTFORWDATAGRAMS",
		"IPSTATS_MIB_INPKTS",    "__IPSTATS_MIB_MAX",
	};
	struct blob *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	add_string(b, "");
	add_type(b, "int", KIND_INT, 0, 4);
	add_word(b, 32);
	add_type(b, "wide", KIND_ENUM64, 2, 8);
	for (uint32_t i = 0; i < 2; i++) {
		add_word(b, add_string(b, i ? "WIDE_B" : "WIDE_A"));
		add_word(b, i);
		add_word(b, 0);
	}
	add_type(b, "other", KIND_ENUM, 1, 4);
	add_word(b, add_string(b, "OTHER"));
	add_word(b, 9);
	if (with_enum) {
		add_type(b, "", KIND_ENUM, 6, 4);
		for (uint32_t i = 0; i < 6; i++) {
			add_word(b, add_string(b, names[i]));
			add_word(b, i);
		}
	}
	finish(b);
	return b;
}

static void test_other_order(void **state)
{
	struct blob *b = build(true);
	struct ip6_order n;

	(void)state;
	assert_int_equal(ip6_order_parse(b->data, b->size, &n), 0);
	assert_int_equal(n.count, 5);
	assert_int_equal(n.index[K_IN_CE], 1);
	assert_int_equal(n.index[K_OUT_OCTETS], 2);
	assert_int_equal(n.index[K_FORW_DATAGRAMS], 3);
	assert_int_equal(n.index[K_IN_RECEIVES], 4);
	assert_int_equal(n.index[K_OUT_TRANSMITS], -1);
	free(b);
}

static void test_no_enum(void **state)
{
	struct blob *b = build(false);
	struct ip6_order n;

	(void)state;
	assert_int_equal(ip6_order_parse(b->data, b->size, &n), -ENOENT);
	free(b);
}

static void test_garbled(void **state)
{
	struct blob *b = build(true);
	struct ip6_order n;

	(void)state;
	for (size_t size = 0; size < b->size; size++) {
		void *cut = malloc(size ? size : 1); /* exact, so that sanitizers see */

		memcpy(cut, b->data, size);
		if (ip6_order_parse(cut, size, &n) == 0)
			fail_msg("cut at %zu of %zu bytes and accepted", size, b->size);
		free(cut);
	}
	b->types[1] = KIND_ENUM << 24 | 0xffff; /* more than there are */
	finish(b);
	assert_int_equal(ip6_order_parse(b->data, b->size, &n), -EBADMSG);
	free(b);
	b = build(true);
	assert_int_equal(ip6_order_parse(b->data, b->size, &n), 0);
	b->data[0] ^= 1; /* of the magic number */
	assert_int_equal(ip6_order_parse(b->data, b->size, &n), -EBADMSG);
	free(b);
}

/* Whatever this kernel numbers, it numbers each counter once and within the array. */
static void test_this_kernel(void **state)
{
	struct ip6_order n;
	uint16_t magic = 0;
	FILE *f = fopen("/sys/kernel/btf/vmlinux", "r");

	(void)state;
	if (!f)
		skip();
	assert_int_equal(fread(&magic, sizeof(magic), 1, f), 1);
	fclose(f);
	if (magic == __builtin_bswap16(BTF_MAGIC))
		skip(); /* an emulated program, and a kernel of the other byte order */
	assert_int_equal(ip6_order_read(&n), 0);
	assert_true(n.count >= 30 && n.count <= 100);
	for (int c = 0; c < K_COUNT; c++) {
		if (!kernel_names[c].btf) {
			assert_int_equal(n.index[c], -1);
			continue;
		}
		if (c != K_OUT_TRANSMITS)
			assert_true(n.index[c] >= 1 && (unsigned)n.index[c] < n.count);
		for (int d = 0; d < c; d++)
			assert_true(n.index[c] == -1 || n.index[c] != n.index[d]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_order),
		cmocka_unit_test(test_no_enum),
		cmocka_unit_test(test_garbled),
		cmocka_unit_test(test_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
