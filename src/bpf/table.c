/* SPDX-License-Identifier: MIT */
#include "bpf/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t value_offset(const struct table *t)
{
	return (t->key_size + 7) & ~(size_t)7;
}

static size_t entry_size(const struct table *t)
{
	return value_offset(t) + t->value_size;
}

void *table_key(const struct table *t, size_t i)
{
	return t->entries + i * entry_size(t);
}

void *table_value(const struct table *t, size_t i)
{
	return t->entries + i * entry_size(t) + value_offset(t);
}

/* The place of a key in `places`: its own, or the free one that it would get. */
static uint32_t *place_of(const struct table *t, const void *key)
{
	size_t mask = 2 * t->cap - 1, place = 0;

	for (size_t i = 0; i < t->key_size; i += sizeof(uint32_t)) /* all keys are rows of them */
		place = (place ^ *(const uint32_t *)((const char *)key + i)) * 0x9e3779b1u;
	for (place >>= 7;; place++) {
		uint32_t *p = &t->places[place & mask];

		if (!*p || !memcmp(key, table_key(t, *p - 1), t->key_size))
			return p;
	}
}

void *table_find(const struct table *t, const void *key)
{
	uint32_t place = t->n ? *place_of(t, key) : 0;

	return place ? table_value(t, place - 1) : NULL;
}

void table_clear(struct table *t)
{
	free(t->entries);
	free(t->places);
	t->entries = NULL;
	t->places = NULL;
	t->n = t->cap = 0;
}

void table_empty(struct table *t)
{
	if (t->places)
		memset(t->places, 0, 2 * t->cap * sizeof(*t->places));
	t->n = 0;
}

static int table_grow(struct table *t)
{
	size_t cap = t->cap ? t->cap * 2 : 64; /* a power of two: see place_of() */
	char *entries = reallocarray(t->entries, cap, entry_size(t));
	uint32_t *places = calloc(2 * cap, sizeof(*places));

	if (entries)
		t->entries = entries;
	if (!entries || !places) {
		free(places);
		return -ENOMEM;
	}
	free(t->places);
	t->places = places;
	t->cap = cap;
	for (size_t i = 0; i < t->n; i++)
		*place_of(t, table_key(t, i)) = i + 1;
	return 0;
}

int table_add(struct table *t, const void *key, const void *value)
{
	int r = t->n == t->cap ? table_grow(t) : 0;

	if (r)
		return r;
	memcpy(table_key(t, t->n), key, t->key_size);
	memcpy(table_value(t, t->n), value, t->value_size);
	t->n++;
	*place_of(t, key) = t->n;
	return 0;
}
