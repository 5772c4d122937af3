/* SPDX-License-Identifier: MIT */
/*
 * table: keys with values, both of fixed size, found by key.
 */
#ifndef IPFW_BPF_TABLE_H
#define IPFW_BPF_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* The caller sets the sizes; a key is rows of uint32_t. The rest begins zeroed. */
struct table {
	size_t key_size, value_size;
	char *entries;    /* each a key and, aligned, a value */
	uint32_t *places; /* a hash of 2 * cap: index of the entry + 1, or 0 */
	size_t n, cap;
};

/* Append an entry. Returns 0 or -ENOMEM. Values that were found before may have moved. */
int table_add(struct table *t, const void *key, const void *value);
void table_empty(struct table *t); /* keeps the room */
void table_clear(struct table *t); /* frees it */

void *table_key(const struct table *t, size_t i);
void *table_value(const struct table *t, size_t i);
void *table_find(const struct table *t, const void *key); /* the value, or NULL */

#endif
