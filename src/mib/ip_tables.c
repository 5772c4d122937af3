/* SPDX-License-Identifier: MIT */
#include "mib/ip_tables.h"

#include "base/units.h"
#include <assert.h>

#include "mib/cells.h"
#include "mib/rows.h"
#include "model/ip_stats.h"

enum { DISCONTINUITY = 46, REFRESH_RATE = 47 };

/* The columns of an object: Counter32, and Counter64 ("HC") or 0. */
static const struct {
	unsigned char narrow, wide;
} columns[] = {
	[IP_IN_RECEIVES] = {3, 4},        [IP_IN_OCTETS] = {5, 6},
	[IP_IN_HDR_ERRORS] = {7, 0},      [IP_IN_NO_ROUTES] = {8, 0},
	[IP_IN_ADDR_ERRORS] = {9, 0},     [IP_IN_UNKNOWN_PROTOS] = {10, 0},
	[IP_IN_TRUNCATED_PKTS] = {11, 0}, [IP_IN_FORW_DATAGRAMS] = {12, 13},
	[IP_REASM_REQDS] = {14, 0},       [IP_REASM_OKS] = {15, 0},
	[IP_REASM_FAILS] = {16, 0},       [IP_IN_DISCARDS] = {17, 0},
	[IP_IN_DELIVERS] = {18, 19},      [IP_OUT_REQUESTS] = {20, 21},
	[IP_OUT_NO_ROUTES] = {22, 0},     [IP_OUT_FORW_DATAGRAMS] = {23, 24},
	[IP_OUT_DISCARDS] = {25, 0},      [IP_OUT_FRAG_REQDS] = {26, 0},
	[IP_OUT_FRAG_OKS] = {27, 0},      [IP_OUT_FRAG_FAILS] = {28, 0},
	[IP_OUT_FRAG_CREATES] = {29, 0},  [IP_OUT_TRANSMITS] = {30, 31},
	[IP_OUT_OCTETS] = {32, 33},       [IP_IN_MCAST_PKTS] = {34, 35},
	[IP_IN_MCAST_OCTETS] = {36, 37},  [IP_OUT_MCAST_PKTS] = {38, 39},
	[IP_OUT_MCAST_OCTETS] = {40, 41}, [IP_IN_BCAST_PKTS] = {42, 43},
	[IP_OUT_BCAST_PKTS] = {44, 45},
};

static_assert(ARRAY_SIZE(columns) == IP_OBJECTS, "one for each object");
static_assert(IP_LAST == MIB_COLUMN_MAX, "the gaps of a context have room for all columns");

static bool object_cell(const struct ip_row *row, unsigned column, struct mib_value *out)
{
	uint64_t value;

	for (int o = 0; o < IP_OBJECTS; o++) {
		if (columns[o].narrow != column && columns[o].wide != column)
			continue;
		if (!ip_stats_get(row, (enum ip_object)o, &value))
			return false;
		return columns[o].wide == column
			       ? cells_number(out, MIB_COUNTER64, value)
			       : cells_number(out, MIB_COUNTER32, (uint32_t)value);
	}
	return false;
}

static bool cell(const struct mib_context *ctx, const struct ip_row *row,
		 const struct figures *figures, const struct continuity *continuity,
		 unsigned column, struct mib_value *out)
{
	switch (column) {
	case DISCONTINUITY:
		return ip_stats_any(row) &&
		       cells_discontinuity(ctx, row->family, figures, continuity, out);
	case REFRESH_RATE:
		return ip_stats_any(row) && cells_gauge(out, ctx->view->interval_ms);
	}
	return object_cell(row, column, out);
}

bool ip_system_cell(const struct mib_context *ctx, size_t row, unsigned column,
		    struct mib_value *out)
{
	const struct ip_row r = {ctx->view->snapshot, (enum family)(FAMILY_IPV4 + row), NULL};
	const struct snapshot_system *s = &r.snapshot->system[r.family];

	return cell(ctx, &r, &s->figures, &s->continuity, column, out);
}

size_t ip_if_rows(const struct mib_view *v)
{
	return rows_of_system(v) * (v && v->snapshot ? rows_shown_ifs(v->snapshot) : 0);
}

size_t ip_if_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX])
{
	enum family family;

	index[1] = rows_if(v->snapshot, row, FAMILY_IPV4, &family)->ifindex;
	index[0] = family;
	return 2;
}

bool ip_if_cell(const struct mib_context *ctx, size_t row, unsigned column, struct mib_value *out)
{
	struct ip_row r = {ctx->view->snapshot, FAMILY_IPV4, NULL};

	r.of = rows_if(r.snapshot, row, FAMILY_IPV4, &r.family);
	return cell(ctx, &r, &r.of->figures[r.family], &r.of->continuity, column, out);
}
