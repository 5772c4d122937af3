/* SPDX-License-Identifier: MIT */
#include "mib/peak_table.h"

#include "mib/cells.h"
#include "mib/rows.h"
#include "model/peak.h"

/* In ascending order of the family: of total there is no row of the system. */
static size_t rows_of(enum family family, size_t n_ifs)
{
	return n_ifs + (family != FAMILY_TOTAL);
}

size_t peak_table_rows(const struct mib_view *v)
{
	size_t rows = 0;

	if (!v || !v->snapshot || !v->snapshot->peaks)
		return 0;
	for (int f = 0; f < FAMILY_MIB_COUNT; f++)
		rows += rows_of(f, rows_shown_ifs(v->snapshot));
	return rows;
}

/* The interface of that row; NULL: it is the system's. */
static const struct snapshot_if *find_row(const struct snapshot *s, size_t row, enum family *family)
{
	size_t n_ifs = rows_shown_ifs(s);
	int f = FAMILY_TOTAL;

	for (; row >= rows_of(f, n_ifs); f++)
		row -= rows_of(f, n_ifs);
	*family = (enum family)f;
	if (f == FAMILY_TOTAL)
		row++;
	return row ? &s->ifs[s->n_ifs - n_ifs + row - 1] : NULL;
}

size_t peak_table_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX])
{
	enum family family;
	const struct snapshot_if *i = find_row(v->snapshot, row, &family);

	index[0] = family;
	index[1] = i ? i->ifindex : 0;
	return 2;
}

/* A figure's column from `first` on: which figure's it is. */
static enum metric_id metric_of(unsigned column, unsigned first)
{
	unsigned m = 0;
	const unsigned first_rate = 3; /* of ipfwIfRateTable */

	while (m < METRICS_RATES && metrics[m].rate_column - first_rate != column - first)
		m++;
	return (enum metric_id)m;
}

/* Kilobits for octets, as in the tables of rates. */
static bool rate_cell(struct mib_value *out, enum metric_id m, double rate)
{
	if (metrics[m].unit == UNIT_OCTETS)
		rate = rate * 8 / 1000;
	return cells_gauge(out, rate < UINT32_MAX ? (uint64_t)(rate + 0.5) : UINT32_MAX);
}

static bool figure_cell(const struct mib_context *ctx, const struct peaks *p,
			const struct peak_row *row, unsigned column, struct mib_value *out)
{
	const unsigned first = column < PEAK_TIME         ? PEAK_HIGHEST
			       : column < PEAK_PERCENTILE ? PEAK_TIME
							  : PEAK_PERCENTILE;
	const enum metric_id m = metric_of(column, first);

	if (m >= METRICS_RATES || !(row->known >> m & 1))
		return false;
	if (first == PEAK_HIGHEST)
		return rate_cell(out, m, peak_rate(row, m)->highest);
	if (first == PEAK_TIME)
		return cells_timestamp(ctx, p->times[peak_rate(row, m)->at].mono_ns, out);
	return row->ranked >> m & 1 && rate_cell(out, m, peak_rate(row, m)->percentile);
}

bool peak_table_cell(const struct mib_context *ctx, size_t row, unsigned column,
		     struct mib_value *out)
{
	const struct snapshot *s = ctx->view->snapshot;
	const struct peaks *p = s->peaks;
	enum family family;
	const struct snapshot_if *i = find_row(s, row, &family);
	const struct peak_if *of_if = i ? peaks_find_if(p, i) : NULL;
	const struct peak_row *peaks = of_if ? &of_if->rows[family] : NULL;

	if (!i)
		peaks = &p->system[family];
	switch (column) {
	case PEAK_NAME:
		return cells_escaped(out, i ? i->name : "");
	case PEAK_FAMILY_NAME:
		return cells_string(out, snapshot_family_names[family]);
	case PEAK_WINDOW:
		return cells_gauge(out, p->window_s);
	case PEAK_SAMPLES:
		return cells_gauge(out, peaks ? peaks->samples : 0);
	case PEAK_STATE:
		return cells_number(out, MIB_INTEGER, peaks_state(p, peaks));
	case PEAK_END:
		return p->end.mono_ns && cells_timestamp(ctx, p->end.mono_ns, out);
	}
	return peaks && figure_cell(ctx, p, peaks, column, out);
}
