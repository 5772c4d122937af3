/* SPDX-License-Identifier: MIT */
#include "bpf/object_hash.h"

#include <bpf/btf.h>
#include <elf.h>
#include <stdbool.h>
#include <string.h>

#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)

struct object {
	const unsigned char *bytes;
	size_t size;
	const Elf64_Shdr *sections;
	size_t n_sections;
	size_t names; /* the section with their names */
	uint64_t hash;
};

uint64_t bpf_hash_add(uint64_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static void add(struct object *o, const void *data, size_t size)
{
	o->hash = bpf_hash_add(o->hash, data, size);
}

static void add_number(struct object *o, uint64_t number)
{
	add(o, &number, sizeof(number));
}

/* With its end, so that two strings are not another pair. NULL: there is none. */
static bool add_string(struct object *o, const char *string)
{
	if (string)
		add(o, string, strlen(string) + 1);
	return string;
}

/* NULL: it is not all there, or not aligned as what is in it. */
static const void *part(const struct object *o, uint64_t offset, uint64_t size)
{
	return offset <= o->size && size <= o->size - offset && offset % 4 == 0 ? o->bytes + offset
										: NULL;
}

static const void *contents(const struct object *o, const Elf64_Shdr *section)
{
	return part(o, section->sh_offset, section->sh_size);
}

static const Elf64_Shdr *section_at(const struct object *o, size_t index)
{
	return index < o->n_sections ? &o->sections[index] : NULL;
}

/* A string of a table of strings, with its end; NULL: it is not there. */
static const char *string_at(const struct object *o, const Elf64_Shdr *table, uint64_t offset)
{
	if (!table || table->sh_offset > o->size || table->sh_size > o->size - table->sh_offset ||
	    offset >= table->sh_size)
		return NULL;
	return memchr(o->bytes + table->sh_offset + offset, 0, table->sh_size - offset)
		       ? (const char *)o->bytes + table->sh_offset + offset
		       : NULL;
}

static const char *name_of(const struct object *o, const Elf64_Shdr *section)
{
	return string_at(o, section_at(o, o->names), section->sh_name);
}

static const Elf64_Shdr *section_named(const struct object *o, const char *wanted)
{
	for (size_t i = 0; i < o->n_sections; i++) {
		const char *name = name_of(o, &o->sections[i]);

		if (name && !strcmp(name, wanted))
			return &o->sections[i];
	}
	return NULL;
}

/* What is loaded, with its name: that of a program's section says where it is attached. */
static bool add_section(struct object *o, const Elf64_Shdr *section)
{
	const void *data = section->sh_type == SHT_NOBITS ? "" : contents(o, section);

	if (!data || !add_string(o, name_of(o, section)))
		return false;
	add_number(o, section->sh_size);
	if (section->sh_type != SHT_NOBITS)
		add(o, data, section->sh_size);
	return true;
}

/* Which symbol is put where, by the symbol's name, its section's and the place in it. */
static bool add_relocations(struct object *o, const Elf64_Shdr *section)
{
	const Elf64_Shdr *table = section_at(o, section->sh_link);
	const Elf64_Sym *symbols = table ? contents(o, table) : NULL;
	const Elf64_Rel *relocations = contents(o, section);

	if (!relocations || !symbols || !add_string(o, name_of(o, section)))
		return false;
	for (size_t i = 0; i < section->sh_size / sizeof(*relocations); i++) {
		const Elf64_Rel *r = &relocations[i];
		const Elf64_Sym *symbol = &symbols[ELF64_R_SYM(r->r_info)];
		const Elf64_Shdr *where;

		if (ELF64_R_SYM(r->r_info) >= table->sh_size / sizeof(*symbol))
			return false;
		add_number(o, r->r_offset);
		add_number(o, ELF64_R_TYPE(r->r_info));
		add_number(o, symbol->st_value);
		where = section_at(o, symbol->st_shndx);
		if (!where || !add_string(o, name_of(o, where)) ||
		    !add_string(o, string_at(o, section_at(o, table->sh_link), symbol->st_name)))
			return false;
	}
	return true;
}

/* What follows a type in BTF: how much for it and for each of its members, and whether these begin
 * with a name. */
static const struct {
	unsigned char once, each;
	bool named;
} tails[] = {
	[BTF_KIND_INT] = {.once = 4},      [BTF_KIND_ARRAY] = {.once = 12},
	[BTF_KIND_STRUCT] = {0, 12, true}, [BTF_KIND_UNION] = {0, 12, true},
	[BTF_KIND_ENUM] = {0, 8, true},    [BTF_KIND_FUNC_PROTO] = {0, 8, true},
	[BTF_KIND_VAR] = {.once = 4},      [BTF_KIND_DATASEC] = {0, 12, false},
	[BTF_KIND_DECL_TAG] = {.once = 4}, [BTF_KIND_ENUM64] = {0, 12, true},
};

static bool add_type(struct object *o, const struct btf *btf, const struct btf_type *type)
{
	const unsigned char *tail = (const unsigned char *)(type + 1);
	unsigned kind = btf_kind(type);

	add_number(o, type->info);
	add_number(o, type->size);
	if (!add_string(o, btf__name_by_offset(btf, type->name_off)))
		return false;
	if (kind >= sizeof(tails) / sizeof(tails[0]))
		return true;
	add(o, tail, tails[kind].once);
	for (unsigned i = 0; i < btf_vlen(type) && tails[kind].each; i++) {
		size_t name = tails[kind].named ? sizeof(uint32_t) : 0;

		if (name && !add_string(o, btf__name_by_offset(btf, *(const uint32_t *)tail)))
			return false;
		add(o, tail + name, tails[kind].each - name);
		tail += tails[kind].each;
	}
	return true;
}

/*
 * The header of .BTF.ext, which libbpf has for itself. The part on CO-RE begins with the size of a
 * record. Then come, for each section of programs, its name, the number of its records, and these.
 */
struct extension {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_size;
	uint32_t functions, functions_size, lines, lines_size;
	uint32_t core, core_size;
};

enum { CORE_INSTRUCTION, CORE_TYPE, CORE_ACCESS /* a string */, CORE_KIND, CORE_WORDS };

static bool add_core(struct object *o, const struct btf *btf, const Elf64_Shdr *section)
{
	const struct extension *e = contents(o, section);
	const uint32_t *word, *end;

	if (!e || section->sh_size < sizeof(*e))
		return false;
	word = part(o, section->sh_offset + e->header_size + e->core, e->core_size);
	if (!word || e->core_size < sizeof(*word))
		return false;
	end = word + e->core_size / sizeof(*word);
	if (*word++ != CORE_WORDS * sizeof(*word))
		return false;
	while (end - word >= 2) {
		size_t n = word[1];

		if (!add_string(o, btf__name_by_offset(btf, word[0])) ||
		    n > (size_t)(end - word) / CORE_WORDS)
			return false;
		add_number(o, n);
		for (word += 2; n && end - word >= CORE_WORDS; n--, word += CORE_WORDS) {
			add_number(o, word[CORE_INSTRUCTION]);
			add_number(o, word[CORE_TYPE]);
			add_number(o, word[CORE_KIND]);
			if (!add_string(o, btf__name_by_offset(btf, word[CORE_ACCESS])))
				return false;
		}
		if (n)
			return false;
	}
	return true;
}

static bool add_types(struct object *o)
{
	const Elf64_Shdr *types = section_named(o, ".BTF"), *core = section_named(o, ".BTF.ext");
	const void *data = types ? contents(o, types) : NULL;
	struct btf *btf = data ? btf__new(data, types->sh_size) : NULL;
	bool whole = btf && core;

	for (unsigned id = 1; whole && id < btf__type_cnt(btf); id++)
		whole = add_type(o, btf, btf__type_by_id(btf, id));
	whole = whole && add_core(o, btf, core);
	btf__free(btf); /* accepts NULL */
	return whole;
}

static bool open_object(struct object *o)
{
	const Elf64_Ehdr *header = part(o, 0, sizeof(*header));

	if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) ||
	    header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_shentsize != sizeof(Elf64_Shdr))
		return false;
	o->n_sections = header->e_shnum;
	o->names = header->e_shstrndx;
	o->sections = part(o, header->e_shoff, o->n_sections * sizeof(Elf64_Shdr));
	return o->sections;
}

static bool add_object(struct object *o)
{
	if (!open_object(o))
		return false;
	for (size_t i = 0; i < o->n_sections; i++) {
		const Elf64_Shdr *section = &o->sections[i], *of = section_at(o, section->sh_info);

		if (section->sh_flags & SHF_ALLOC && !add_section(o, section))
			return false;
		if (section->sh_type == SHT_REL && of && of->sh_flags & SHF_ALLOC &&
		    !add_relocations(o, section))
			return false;
	}
	return add_types(o);
}

uint64_t bpf_hash_object(const void *object, size_t size)
{
	struct object o = {.bytes = object, .size = size, .hash = HASH_BEGIN};

	return add_object(&o) ? o.hash : bpf_hash_add(HASH_BEGIN, object, size);
}
