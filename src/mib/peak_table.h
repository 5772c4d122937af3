/* SPDX-License-Identifier: MIT */
/*
 * peak_table: ipfwPeakTable, a row for each family of the system, with the ifIndex 0, and of each
 * interface that has an ifIndex.
 */
#ifndef IPFW_MIB_PEAK_TABLE_H
#define IPFW_MIB_PEAK_TABLE_H

#include "mib/tables.h"

/* Columns that are no figures; each of those has one for the highest rate, its time and the
 * percentile, in the order of the rates' columns. */
enum {
	PEAK_NAME = 3,
	PEAK_FAMILY_NAME,
	PEAK_WINDOW,
	PEAK_SAMPLES,
	PEAK_STATE,
	PEAK_END,
	PEAK_HIGHEST,
	PEAK_TIME = PEAK_HIGHEST + METRICS_RATES,
	PEAK_PERCENTILE = PEAK_TIME + METRICS_RATES,
	PEAK_LAST = PEAK_PERCENTILE + METRICS_RATES - 1
};

size_t peak_table_rows(const struct mib_view *v);
size_t peak_table_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX]);
bool peak_table_cell(const struct mib_context *ctx, size_t row, unsigned column,
		     struct mib_value *out);

#endif
