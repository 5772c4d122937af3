/* SPDX-License-Identifier: MIT */
/*
 * What the SNMP engine has to answer, found naively: the list of all instances, searched one by
 * one. For test_engine.c and the fuzz targets.
 */
#ifndef IPFW_MIB_REFERENCE_H
#define IPFW_MIB_REFERENCE_H

#include <stdlib.h>
#include <string.h>

#include "mib/engine.h"

struct instance {
	struct mib_oid oid;
	struct mib_value value;
};

struct instances {
	struct instance *list; /* in order; the caller frees it */
	size_t n;
};

static inline int compare_oids(const uint32_t *a, size_t a_len, const uint32_t *b, size_t b_len)
{
	for (size_t i = 0; i < a_len && i < b_len; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return a_len < b_len ? -1 : a_len > b_len;
}

static inline int compare_instances(const void *a, const void *b)
{
	const struct mib_oid *x = &((const struct instance *)a)->oid;
	const struct mib_oid *y = &((const struct instance *)b)->oid;

	return compare_oids(x->id, x->len, y->id, y->len);
}

static inline struct instances all_instances(const struct mib_context *ctx)
{
	struct instances tree = {0};

	for (size_t table = 0; table < MIB_TABLES; table++) {
		const struct mib_table *t = &mib_tables[table];
		const struct mib_root *root = &mib_roots[t->root];
		size_t rows = t->rows(ctx->view);
		size_t cells = (t->last_column - t->first_column + 1) * rows;

		if (root->standard && !(ctx->view && ctx->view->ip_mib))
			continue;

		tree.list = realloc(tree.list, (tree.n + cells + 1) * sizeof(*tree.list));
		if (!tree.list)
			abort();
		for (size_t row = 0; row < rows; row++) {
			for (unsigned c = t->first_column; c <= t->last_column; c++) {
				struct instance *i = &tree.list[tree.n];

				if (!t->cell(ctx, row, c, &i->value))
					continue;
				memcpy(i->oid.id, root->id, root->len * sizeof(root->id[0]));
				i->oid.len = root->len;
				for (size_t p = 0; p < t->prefix_len; p++)
					i->oid.id[i->oid.len++] = t->prefix[p];
				i->oid.id[i->oid.len++] = c;
				i->oid.len += t->index(ctx->view, row, i->oid.id + i->oid.len);
				tree.n++;
			}
		}
	}
	qsort(tree.list, tree.n, sizeof(*tree.list), compare_instances);
	return tree;
}

static inline bool same_value(const struct mib_value *a, const struct mib_value *b)
{
	if (a->type != b->type)
		return false;
	return a->type == MIB_STRING ? !strcmp(a->string, b->string) : a->number == b->number;
}

/* The instance itself and the one after it; NULL: there is none. */
static inline void instances_find(const struct instances *tree, const uint32_t *oid, size_t len,
				  const struct instance **same, const struct instance **after)
{
	*same = *after = NULL;
	for (size_t i = 0; i < tree->n && !*after; i++) {
		const struct mib_oid *o = &tree->list[i].oid;
		int order = compare_oids(o->id, o->len, oid, len);

		if (order == 0)
			*same = &tree->list[i];
		else if (order > 0)
			*after = &tree->list[i];
	}
}

/* What is found from `start` on, before `end` if that is not the null OID; NULL: nothing. */
static inline const struct instance *instances_next(const struct instances *tree,
						    const uint32_t *start, size_t len, bool include,
						    const uint32_t *end, size_t end_len)
{
	const struct instance *same, *after, *found;

	instances_find(tree, start, len, &same, &after);
	found = include && same ? same : after;
	if (found && end_len && compare_oids(found->oid.id, found->oid.len, end, end_len) >= 0)
		return NULL;
	return found;
}

/* What is wrong with the engine's answers about that OID, or NULL. */
static inline const char *instances_check(struct mib_context *ctx, const struct instances *tree,
					  const uint32_t *oid, size_t len)
{
	const struct instance *same, *after;
	struct mib_value value;
	struct mib_oid next;
	enum mib_result r;

	instances_find(tree, oid, len, &same, &after);
	r = mib_get(ctx, oid, len, &value);
	if ((r == MIB_FOUND) != (same != NULL))
		return same ? "GET misses an instance" : "GET finds one that is not there";
	if (same && !same_value(&value, &same->value))
		return "GET: another value";
	r = mib_getnext(ctx, oid, len, &next, &value);
	if (r != (after ? MIB_FOUND : MIB_END))
		return after ? "GETNEXT misses an instance" : "GETNEXT goes beyond the end";
	if (after && compare_oids(next.id, next.len, after->oid.id, after->oid.len))
		return "GETNEXT: another instance";
	if (after && !same_value(&value, &after->value))
		return "GETNEXT: another value";
	return NULL;
}

#endif
