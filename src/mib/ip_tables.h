/* SPDX-License-Identifier: MIT */
/*
 * ip_tables: ipSystemStatsTable and ipIfStatsTable of IP-MIB (RFC 4293), whose columns have the
 * same numbers.
 */
#ifndef IPFW_MIB_IP_TABLES_H
#define IPFW_MIB_IP_TABLES_H

#include "mib/tables.h"

#define IP_FIRST 3
#define IP_LAST  47

/* The rows of ipSystemStatsTable are those of rows.h. */
bool ip_system_cell(const struct mib_context *ctx, size_t row, unsigned column,
		    struct mib_value *out);

size_t ip_if_rows(const struct mib_view *v);
size_t ip_if_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX]);
bool ip_if_cell(const struct mib_context *ctx, size_t row, unsigned column, struct mib_value *out);

#endif
