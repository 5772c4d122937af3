/* SPDX-License-Identifier: MIT */
/*
 * object_hash: a number that says whether two eBPF objects count in the same way. Counters of
 * another number are replaced, so it must differ if anything does that could make another figure,
 * and should not for what could not: a package that was built anew would reset every router.
 *
 * So it is of what the kernel is given: the programs' instructions, the data and the maps (sections
 * that are loaded), what their relocations refer to (by name, since indexes move), the types (BTF,
 * which also holds the parameters of the maps), and what is to be taken from the running kernel's
 * types (CO-RE). It is not of line numbers, source lines, paths, symbols that nothing refers to,
 * the compiler's name, or the order of strings. Another compiler may make other instructions of the
 * same source. These count as another object, since nobody can tell that they are equivalent.
 */
#ifndef IPFW_BPF_OBJECT_HASH_H
#define IPFW_BPF_OBJECT_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The number of an object (ELF, aligned to 8). What cannot be read as one is hashed as bytes. */
uint64_t bpf_hash_object(const void *object, size_t size);

/* Make `data` part of that number (FNV-1a). */
uint64_t bpf_hash_add(uint64_t hash, const void *data, size_t size);

#endif
