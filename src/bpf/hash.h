/* SPDX-License-Identifier: MIT */
/*
 * hash: all entries of a map that is a hash. It is searched from end to end, also where it is
 * empty.
 */
#ifndef IPFW_BPF_HASH_H
#define IPFW_BPF_HASH_H

#include <stddef.h>

#include "bpf/table.h"

/* What is done with each entry: `values` holds one value per CPU of a per-CPU map. */
typedef int (*hash_each)(struct table *out, const void *key, const void *values);

struct hash_form {
	size_t key_size, values_size; /* of all CPUs */
	hash_each each;
};

/* Hand each entry of a map to form->each. Returns 0 or -errno. A hash that changes meanwhile may
 * lack an entry. */
int hash_read(int fd, const struct hash_form *form, struct table *out);

/* All of a plain hash. `out` has key and value size set. Returns 0 or -errno. */
int hash_read_plain(int fd, struct table *out);

#endif
