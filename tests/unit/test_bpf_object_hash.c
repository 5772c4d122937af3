/* SPDX-License-Identifier: MIT */
/* bpf/object_hash: what of the compiled objects is part of the number, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/object_hash.h"

static const unsigned char netfilter[] __attribute__((aligned(8))) = {
#include "netfilter.bpf.inc"
};
static const unsigned char fentry[] __attribute__((aligned(8))) = {
#include "fentry.bpf.inc"
};

static unsigned char object[sizeof(fentry)] __attribute__((aligned(8)));
static uint64_t number;

static int setup(void **state)
{
	(void)state;
	memcpy(object, fentry, sizeof(object));
	number = bpf_hash_object(fentry, sizeof(fentry));
	return 0;
}

/* Whether the number is another one with another byte there. */
static bool matters(size_t place)
{
	uint64_t changed;

	object[place] ^= 1;
	changed = bpf_hash_object(object, sizeof(object));
	object[place] ^= 1;
	return changed != number;
}

static const Elf64_Shdr *sections(size_t *n)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)object;

	*n = header->e_shnum;
	return (const Elf64_Shdr *)(object + header->e_shoff);
}

static const char *name_of(const Elf64_Shdr *section)
{
	size_t n;
	const Elf64_Shdr *all = sections(&n);
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)object;

	return (const char *)object + all[header->e_shstrndx].sh_offset + section->sh_name;
}

static void test_two_objects(void **state)
{
	(void)state;
	assert_int_equal(bpf_hash_object(object, sizeof(object)), number);
	assert_int_not_equal(bpf_hash_object(netfilter, sizeof(netfilter)), number);
}

static void test_what_is_loaded(void **state)
{
	size_t n, seen = 0;
	const Elf64_Shdr *all = sections(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		if (!(all[i].sh_flags & SHF_ALLOC))
			continue;
		for (size_t at = 0; at < all[i].sh_size; at += 31)
			assert_true(matters(all[i].sh_offset + at));
		seen += all[i].sh_size > 0;
	}
	assert_true(seen >= 4); /* programs, maps, data */
}

/* Not those of debug information. */
static void test_relocations(void **state)
{
	size_t n, seen = 0;
	const Elf64_Shdr *all = sections(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool loaded = all[i].sh_type == SHT_REL && all[all[i].sh_info].sh_flags & SHF_ALLOC;

		for (size_t at = 0; loaded && at < all[i].sh_size; at += sizeof(Elf64_Rel)) {
			const Elf64_Rel *r = (const Elf64_Rel *)(object + all[i].sh_offset + at);
			const Elf64_Shdr *table = &all[all[i].sh_link];
			size_t symbol =
				table->sh_offset + ELF64_R_SYM(r->r_info) * sizeof(Elf64_Sym);

			assert_true(matters(all[i].sh_offset + at)); /* where it is put */
			assert_true(matters(symbol + offsetof(Elf64_Sym, st_value)));
			assert_true(matters(symbol + offsetof(Elf64_Sym, st_name)) ||
				    matters(symbol + offsetof(Elf64_Sym, st_shndx)));
			seen++;
		}
	}
	assert_true(seen > 0);
}

/* The strings of BTF: names of types count, lines of the source do not. */
static void test_strings(void **state)
{
	static const char *const lines[] = {"fentry.bpf.c", "ipfw_core.h", "if (!is_ours(skb))"};
	static const char *const names[] = {"nd_net", "ipfw_if_counters", "max_entries"};
	size_t n;
	const Elf64_Shdr *all = sections(&n), *btf = NULL;

	(void)state;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(name_of(&all[i]), ".BTF"))
			btf = &all[i];
	assert_non_null(btf);
	for (size_t i = 0; i < 3; i++) {
		const unsigned char *line =
			memmem(object + btf->sh_offset, btf->sh_size, lines[i], strlen(lines[i]));
		const unsigned char *name = memmem(object + btf->sh_offset, btf->sh_size, names[i],
						   strlen(names[i]) + 1);

		assert_non_null(line);
		assert_false(matters(line - object));
		assert_non_null(name);
		assert_true(matters(name - object));
	}
}

/* What is to be relocated to the running kernel's types; its lines and functions are not. */
static void test_extension(void **state)
{
	size_t n, counts = 0, others = 0;
	const Elf64_Shdr *all = sections(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const uint32_t *header = (const uint32_t *)(object + all[i].sh_offset);
		size_t begin, end;

		if (strcmp(name_of(&all[i]), ".BTF.ext") != 0)
			continue;
		begin = header[1] + header[6];
		end = begin + header[7];
		for (size_t at = header[1]; at < end; at += 4) {
			bool changes = matters(all[i].sh_offset + at);

			assert_int_equal(changes, at >= begin);
			counts += changes;
			others += !changes;
		}
	}
	assert_true(counts > 0 && others > 0);
}

static void test_pieces(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof(object); size += 61) {
		unsigned char *piece = aligned_alloc(8, (size + 8) / 8 * 8);

		assert_non_null(piece);
		memcpy(piece, object, size);
		assert_int_not_equal(bpf_hash_object(piece, size), number);
		free(piece);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_objects), cmocka_unit_test(test_what_is_loaded),
		cmocka_unit_test(test_relocations), cmocka_unit_test(test_strings),
		cmocka_unit_test(test_extension),   cmocka_unit_test(test_pieces),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
