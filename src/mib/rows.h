/* SPDX-License-Identifier: MIT */
/*
 * rows: the rows of tables that have one for the system or for each interface, by family. Without a
 * reading there are none.
 */
#ifndef IPFW_MIB_ROWS_H
#define IPFW_MIB_ROWS_H

#include "mib/tables.h"

/* ipv4, ipv6 */
size_t rows_of_system(const struct mib_view *v);
size_t rows_system_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX]);

/* How many interfaces are shown: those with an ifIndex. */
size_t rows_shown_ifs(const struct snapshot *s);

/* The n-th of them in a row of them for each family from `first` on. Sets the family. */
const struct snapshot_if *rows_if(const struct snapshot *s, size_t row, enum family first,
				  enum family *family);

#endif
