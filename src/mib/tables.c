/* SPDX-License-Identifier: MIT */
#include "mib/tables.h"

#include <assert.h>
#include <string.h>

#include "base/units.h"
#include "config.h"
#include "mib/cells.h"
#include "mib/ip_tables.h"
#include "mib/peak_table.h"
#include "mib/rows.h"
#include "model/rate.h"

/* Columns that are no figures. */
enum {
	IF_NAME = 2,
	IF_FAMILY_NAME = 3,
	IF_QUALITY = 12,
	IF_DISCONTINUITY = 13,
	IF_VRF = 31,
	IF_ALIAS = 32
};
enum { RATE_INTERVAL = 2 };
enum {
	PATH_IN_NAME = 4,
	PATH_OUT_NAME,
	PATH_PACKETS,
	PATH_OCTETS,
	PATH_DISCONTINUITY,
	PATH_FAST_PACKETS,
	PATH_FAST_OCTETS
};
enum {
	DROP_IN_NAME = 6,
	DROP_OUT_NAME,
	DROP_REASON_NAME,
	DROP_PACKETS,
	DROP_OCTETS,
	DROP_DISCONTINUITY
};

/* A table has its index, those above and a column for each of its figures, without holes. */
enum {
	SYSTEM_LAST = 1 + 3 + M_COUNT,
	IF_LAST = 1 + 6 + M_COUNT - 1, /* none has rp_filter */
	RATE_LAST = 1 + 1 + 2 * METRICS_RATES,
};
static_assert((int)SYSTEM_LAST <= (int)MIB_COLUMN_MAX && (int)IF_LAST <= (int)MIB_COLUMN_MAX &&
		      (int)RATE_LAST <= (int)MIB_COLUMN_MAX &&
		      (int)PEAK_LAST <= (int)MIB_COLUMN_MAX,
	      "the gaps of a context have room for all columns");

#define OID_LEN(...) (sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* Which figure has `column` in that member of struct metric; M_COUNT: none. */
#define FIND_METRIC(member, column) find_metric(offsetof(struct metric, member), column)

static enum metric_id find_metric(size_t offset, unsigned column)
{
	unsigned m = 0;

	while (m < M_COUNT && *((const unsigned char *)&metrics[m] + offset) != column)
		m++;
	return (enum metric_id)m;
}

static bool known_delta(const struct interval_row *row, enum metric_id m)
{
	return m < METRICS_RATES && row->delta_known >> m & 1;
}

static bool rate_cell(const struct interval *i, const struct interval_row *row, unsigned column,
		      struct mib_value *out)
{
	enum metric_id m;
	double rate;

	if (column == RATE_INTERVAL)
		return row->compared && cells_gauge(out, i->length_ns / NS_PER_MS);
	m = FIND_METRIC(delta_column, column);
	if (m < M_COUNT)
		return known_delta(row, m) && cells_number(out, MIB_COUNTER64, row->delta[m]);
	m = FIND_METRIC(rate_column, column);
	if (!known_delta(row, m))
		return false;
	rate = rate_per_second(row->delta[m], i->length_ns);
	if (metrics[m].unit == UNIT_OCTETS)
		rate = rate * 8 / 1000; /* kilobits */
	return cells_gauge(out, rate < UINT32_MAX ? (uint64_t)(rate + 0.5) : UINT32_MAX);
}

static size_t agent_rows(const struct mib_view *v)
{
	(void)v;
	return 1;
}

static size_t agent_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX])
{
	(void)v;
	index[0] = row;
	return 1;
}

static uint64_t age_ns(const struct mib_context *ctx, uint64_t then_ns)
{
	return ctx->now_ns > then_ns ? ctx->now_ns - then_ns : 0;
}

static bool reading_cell(const struct mib_context *ctx, unsigned column, struct mib_value *out)
{
	const struct snapshot *s = ctx->view->snapshot;

	switch (column) {
	case MIB_AGENT_SOURCE:
		return s->source && cells_number(out, MIB_INTEGER, s->source);
	case MIB_AGENT_HOOKS:
		return cells_string(out, snapshot_hooks_names[s->hooks]);
	case MIB_AGENT_AGE:
		return cells_gauge(out, age_ns(ctx, s->mono_ns) / NS_PER_MS);
	case MIB_AGENT_DURATION:
		return cells_gauge(out, s->duration_ns / NS_PER_US);
	case MIB_AGENT_INTERFACES:
		return cells_gauge(out, rows_shown_ifs(s));
	case MIB_AGENT_BYPASSES:
		return s->bypasses_known && !s->bypasses_why.text[0] &&
		       cells_gauge(out, s->n_bypasses);
	}
	return false;
}

static bool agent_cell(const struct mib_context *ctx, size_t row, unsigned column,
		       struct mib_value *out)
{
	const struct mib_view *v = ctx->view;

	(void)row;
	if (column == MIB_AGENT_VERSION)
		return cells_string(out, PACKAGE_VERSION);
	if (column == MIB_AGENT_MIB_REVISION)
		return cells_gauge(out, MIB_REVISION);
	if (!v)
		return false;
	switch (column) {
	case MIB_AGENT_STATUS:
		return cells_number(out, MIB_INTEGER, v->status);
	case MIB_AGENT_STATUS_TEXT:
		return cells_string(out, v->status_text);
	case MIB_AGENT_INTERVAL:
		return cells_gauge(out, v->interval_ms);
	case MIB_AGENT_SAMPLES:
		return cells_number(out, MIB_COUNTER64, v->samples);
	case MIB_AGENT_SAMPLE_ERRORS:
		return cells_number(out, MIB_COUNTER64, v->sample_errors);
	case MIB_AGENT_TABLE_CHANGE:
		return cells_timestamp(ctx, v->if_change_ns, out);
	case MIB_AGENT_NOTIFICATIONS_DROPPED:
		return cells_number(out, MIB_COUNTER64, v->notifications_dropped);
	}
	return v->snapshot && reading_cell(ctx, column, out);
}

static bool system_cell(const struct mib_context *ctx, size_t row, unsigned column,
			struct mib_value *out)
{
	const struct snapshot_system *s = &ctx->view->snapshot->system[FAMILY_IPV4 + row];
	enum metric_id m;

	switch (column) {
	case MIB_SYSTEM_FORWARDING:
		return s->forwarding_known && cells_number(out, MIB_INTEGER, s->forwarding ? 1 : 2);
	case MIB_SYSTEM_QUALITY:
		return cells_quality(&s->figures, out);
	case MIB_SYSTEM_DISCONTINUITY:
		return cells_discontinuity(ctx, (enum family)(FAMILY_IPV4 + row), &s->figures,
					   &s->continuity, out);
	}
	m = FIND_METRIC(sys_column, column);
	return m < M_COUNT && cells_counter(&s->figures, m, out);
}

/* Rows are ordered by family, then by interface. */
static size_t if_rows(const struct mib_view *v)
{
	return v && v->snapshot ? FAMILY_MIB_COUNT * rows_shown_ifs(v->snapshot) : 0;
}

static size_t if_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX])
{
	enum family family;

	index[1] = rows_if(v->snapshot, row, FAMILY_TOTAL, &family)->ifindex;
	index[0] = family;
	return 2;
}

static bool if_cell(const struct mib_context *ctx, size_t row, unsigned column,
		    struct mib_value *out)
{
	enum family family;
	const struct snapshot_if *i = rows_if(ctx->view->snapshot, row, FAMILY_TOTAL, &family);
	enum metric_id m;

	switch (column) {
	case IF_NAME:
		return cells_escaped(out, i->name);
	case IF_FAMILY_NAME:
		return cells_string(out, snapshot_family_names[family]);
	case IF_VRF:
		return i->labels_known && cells_escaped(out, i->vrf);
	case IF_ALIAS:
		return i->labels_known &&
		       cells_escaped(out, snapshot_alias(ctx->view->snapshot, i));
	case IF_QUALITY:
		return cells_quality(&i->figures[family], out);
	case IF_DISCONTINUITY:
		return cells_discontinuity(ctx, family, &i->figures[family], &i->continuity, out);
	}
	m = FIND_METRIC(if_column, column);
	return m < M_COUNT && snapshot_if_metrics(family) >> m & 1 &&
	       cells_counter(&i->figures[family], m, out);
}

static bool has_rates(const struct mib_view *v)
{
	return v && v->snapshot && v->interval && v->interval->length_ns;
}

static size_t if_rate_rows(const struct mib_view *v)
{
	return has_rates(v) ? if_rows(v) : 0;
}

static bool if_rate_cell(const struct mib_context *ctx, size_t row, unsigned column,
			 struct mib_value *out)
{
	const struct mib_view *v = ctx->view;
	enum family family;
	const struct snapshot_if *now = rows_if(v->snapshot, row, FAMILY_TOTAL, &family);
	const struct interval_if *i = interval_find_if(v->interval, now, now - v->snapshot->ifs);

	return i && rate_cell(v->interval, &i->rows[family], column, out);
}

static size_t system_rate_rows(const struct mib_view *v)
{
	return has_rates(v) ? rows_of_system(v) : 0;
}

static bool system_rate_cell(const struct mib_context *ctx, size_t row, unsigned column,
			     struct mib_value *out)
{
	const struct interval *i = ctx->view->interval;

	return rate_cell(i, &i->system[FAMILY_IPV4 + row], column, out);
}

static size_t path_rows(const struct mib_view *v)
{
	return v && v->snapshot && v->snapshot->paths_known ? v->snapshot->n_paths : 0;
}

static size_t index_of_path(const struct snapshot_path *p, uint32_t index[MIB_INDEX_MAX])
{
	index[0] = p->family;
	index[1] = p->in_ifindex;
	index[2] = p->out_ifindex;
	return 3;
}

static size_t path_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX])
{
	return index_of_path(&v->snapshot->paths[row], index);
}

static bool path_cell(const struct mib_context *ctx, size_t row, unsigned column,
		      struct mib_value *out)
{
	const struct snapshot_path *p = &ctx->view->snapshot->paths[row];

	switch (column) {
	case PATH_IN_NAME:
		return cells_escaped(out, p->in_name);
	case PATH_OUT_NAME:
		return cells_escaped(out, p->out_name);
	case PATH_PACKETS:
		return cells_counter(&p->figures, M_OUT_FORW_PACKETS, out);
	case PATH_OCTETS:
		return cells_counter(&p->figures, M_OUT_FORW_OCTETS, out);
	case PATH_FAST_PACKETS:
		return cells_counter(&p->figures, M_FAST_PATH_PACKETS, out);
	case PATH_FAST_OCTETS:
		return cells_counter(&p->figures, M_FAST_PATH_OCTETS, out);
	case PATH_DISCONTINUITY:
		return cells_discontinuity(ctx, p->family, &p->figures, &p->continuity, out);
	}
	return false;
}

static size_t drop_rows(const struct mib_view *v)
{
	return v && v->snapshot && v->snapshot->drops_known ? v->snapshot->n_drops : 0;
}

/* The reason is IMPLIED: its octets, without their number. */
static size_t drop_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX])
{
	const struct snapshot_drop *d = &v->snapshot->drops[row];
	size_t n = index_of_path(&d->path, index);

	index[n++] = d->stage;
	for (const char *c = d->reason; *c; c++)
		index[n++] = (unsigned char)*c;
	return n;
}

static bool drop_cell(const struct mib_context *ctx, size_t row, unsigned column,
		      struct mib_value *out)
{
	const struct snapshot_drop *d = &ctx->view->snapshot->drops[row];
	const struct snapshot_path *p = &d->path;

	switch (column) {
	case DROP_IN_NAME:
		return cells_escaped(out, p->in_name);
	case DROP_OUT_NAME:
		return cells_escaped(out, p->out_name);
	case DROP_REASON_NAME:
		return cells_string(out, d->reason);
	case DROP_PACKETS:
		return cells_counter(&p->figures, M_DROPPED_PACKETS, out);
	case DROP_OCTETS:
		return cells_counter(&p->figures, M_DROPPED_OCTETS, out);
	case DROP_DISCONTINUITY:
		return cells_discontinuity(ctx, p->family, &p->figures, &p->continuity, out);
	}
	return false;
}

const struct mib_root mib_roots[] = {
	[MIB_ROOT_IP_SYSTEM] = {{MIB_IP_TRAFFIC, 1}, OID_LEN(MIB_IP_TRAFFIC, 1), true},
	[MIB_ROOT_IP_IF] = {{MIB_IP_TRAFFIC, 3}, OID_LEN(MIB_IP_TRAFFIC, 3), true},
	[MIB_ROOT_OWN] = {{MIB_OBJECTS}, OID_LEN(MIB_OBJECTS), false},
};

#define OWN MIB_ROOT_OWN

const struct mib_table mib_tables[] = {
	{MIB_ROOT_IP_SYSTEM,
	 {1},
	 1,
	 IP_FIRST,
	 IP_LAST,
	 rows_of_system,
	 rows_system_index,
	 ip_system_cell},
	{MIB_ROOT_IP_IF, {1}, 1, IP_FIRST, IP_LAST, ip_if_rows, ip_if_index, ip_if_cell},
	{OWN, {MIB_AGENT}, 1, 1, MIB_AGENT_COLUMNS - 1, agent_rows, agent_index, agent_cell},
	{OWN, {MIB_SYSTEM, 1}, 2, 2, SYSTEM_LAST, rows_of_system, rows_system_index, system_cell},
	{OWN, {MIB_IF, 1}, 2, 2, IF_LAST, if_rows, if_index, if_cell},
	{OWN, {MIB_IF_RATE, 1}, 2, 2, RATE_LAST, if_rate_rows, if_index, if_rate_cell},
	{OWN,
	 {MIB_SYSTEM_RATE, 1},
	 2,
	 2,
	 RATE_LAST,
	 system_rate_rows,
	 rows_system_index,
	 system_rate_cell},
	{OWN, {MIB_PATH, 1}, 2, PATH_IN_NAME, PATH_FAST_OCTETS, path_rows, path_index, path_cell},
	{OWN, {MIB_DROP, 1}, 2, DROP_IN_NAME, DROP_DISCONTINUITY, drop_rows, drop_index, drop_cell},
	{OWN,
	 {MIB_PEAK, 1},
	 2,
	 PEAK_NAME,
	 PEAK_LAST,
	 peak_table_rows,
	 peak_table_index,
	 peak_table_cell},
};
