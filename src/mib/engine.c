/* SPDX-License-Identifier: MIT */
#include "mib/engine.h"

#include "base/units.h"
#include <assert.h>
#include <string.h>

#define FEW_ROWS 64

static_assert(MIB_ROOT_MAX + 2 + 1 + MIB_INDEX_MAX <= MIB_OID_MAX, "the longest OID fits");
static_assert(MIB_COLUMN_MAX < 64, "there is a bit for each column");

/* What is left of an OID after the parts that were matched. */
struct rest {
	const uint32_t *id;
	size_t len;
};

enum order { BEFORE, WITHIN, AFTER };

/* Where an OID lies relative to the subtree `prefix`; WITHIN removes the prefix. */
static enum order match(struct rest *oid, const uint32_t *prefix, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (i == oid->len || oid->id[i] < prefix[i])
			return BEFORE;
		if (oid->id[i] > prefix[i])
			return AFTER;
	}
	oid->id += len;
	oid->len -= len;
	return WITHIN;
}

/* The same for the table's root and then its prefix. */
static enum order match_table(struct rest *oid, const struct mib_table *t)
{
	const struct mib_root *root = &mib_roots[t->root];
	enum order order = match(oid, root->id, root->len);

	return order == WITHIN ? match(oid, t->prefix, t->prefix_len) : order;
}

static bool is_served(const struct mib_context *ctx, const struct mib_table *t)
{
	return !mib_roots[t->root].standard || (ctx->view && ctx->view->ip_mib);
}

static void write_ids(struct mib_oid *oid, const uint32_t *ids, size_t n)
{
	memcpy(oid->id + oid->len, ids, n * sizeof(ids[0]));
	oid->len += n;
}

/* OIDs' order (RFC 2741, 2.1): a proper prefix comes first. */
static int compare(const uint32_t *a, size_t a_len, const struct rest *b)
{
	for (size_t i = 0; i < a_len && i < b->len; i++)
		if (a[i] != b->id[i])
			return a[i] < b->id[i] ? -1 : 1;
	return a_len < b->len ? -1 : a_len > b->len;
}

/* The first row whose index is not before `index`, or (`after`) comes after it. */
static size_t find_row(const struct mib_table *t, const struct mib_view *v,
		       const struct rest *index, bool after)
{
	size_t low = 0, high = t->rows(v);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint32_t id[MIB_INDEX_MAX];
		size_t len = t->index(v, middle, id);

		if (compare(id, len, index) < (after ? 1 : 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * The first present cell of a column at or after `row`, or the number of rows. Rows that turn
 * out to be absent are remembered, so a walk over an empty column looks at each of them once.
 */
static size_t find_cell(struct mib_context *ctx, size_t table, unsigned column, size_t row,
			struct mib_value *out)
{
	const struct mib_table *t = &mib_tables[table];
	struct mib_gap *gap = ctx->gaps ? &ctx->gaps->of[table][column] : NULL;
	size_t n = t->rows(ctx->view), from = row;

	if (ctx->empty[table] >> column & 1)
		return n;
	if (gap && row >= gap->from && row < gap->to) {
		from = gap->from;
		row = gap->to;
	}
	while (row < n && !t->cell(ctx, row, column, out))
		row++;
	if (from == 0 && row == n) {
		ctx->empty[table] |= UINT64_C(1) << column;
	} else if (gap && row > from) {
		gap->from = from;
		gap->to = row;
	}
	return row;
}

static bool find_next(struct mib_context *ctx, size_t table, struct rest after,
		      struct mib_oid *next, struct mib_value *out)
{
	const struct mib_table *t = &mib_tables[table];
	const struct mib_root *root = &mib_roots[t->root];
	unsigned column = t->first_column;
	size_t row = 0;

	switch (match_table(&after, t)) {
	case AFTER:
		return false;
	case WITHIN:
		if (!after.len || after.id[0] < column)
			break;
		if (after.id[0] > t->last_column)
			return false;
		column = after.id[0];
		after.id++;
		after.len--;
		row = find_row(t, ctx->view, &after, true);
		break;
	case BEFORE:
		break;
	}

	for (; column <= t->last_column; column++, row = 0) {
		row = find_cell(ctx, table, column, row, out);
		if (row == t->rows(ctx->view))
			continue;
		next->len = 0;
		write_ids(next, root->id, root->len);
		write_ids(next, t->prefix, t->prefix_len);
		next->id[next->len++] = column;
		next->len += t->index(ctx->view, row, next->id + next->len);
		return true;
	}
	return false;
}

enum mib_result mib_getnext(struct mib_context *ctx, const uint32_t *oid, size_t len,
			    struct mib_oid *next, struct mib_value *out)
{
	const struct rest after = {oid, len};

	for (size_t table = 0; table < MIB_TABLES; table++)
		if (is_served(ctx, &mib_tables[table]) && find_next(ctx, table, after, next, out))
			return MIB_FOUND;
	return MIB_END;
}

void mib_context_init(struct mib_context *ctx, const struct mib_view *view)
{
	ctx->view = view;
	memset(ctx->empty, 0, sizeof(ctx->empty));
	if (ctx->gaps)
		*ctx->gaps = (struct mib_gaps){0};
}

bool mib_wants_gaps(const struct mib_view *view)
{
	for (size_t table = 0; table < MIB_TABLES; table++)
		if (mib_tables[table].rows(view) > FEW_ROWS)
			return true;
	return false;
}

enum mib_result mib_get(struct mib_context *ctx, const uint32_t *oid, size_t len,
			struct mib_value *out)
{
	for (size_t table = 0; table < MIB_TABLES; table++) {
		const struct mib_table *t = &mib_tables[table];
		struct rest rest = {oid, len};
		uint32_t id[MIB_INDEX_MAX];
		unsigned column;
		size_t row, id_len;

		if (!is_served(ctx, t) || match_table(&rest, t) != WITHIN)
			continue;
		if (!rest.len || rest.id[0] < t->first_column || rest.id[0] > t->last_column)
			return MIB_NO_OBJECT;
		column = rest.id[0];
		rest.id++;
		rest.len--;
		row = find_row(t, ctx->view, &rest, false);
		if (row == t->rows(ctx->view))
			return MIB_NO_INSTANCE;
		id_len = t->index(ctx->view, row, id);
		if (compare(id, id_len, &rest) || !t->cell(ctx, row, column, out))
			return MIB_NO_INSTANCE;
		return MIB_FOUND;
	}
	return MIB_NO_OBJECT;
}
