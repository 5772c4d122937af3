/* SPDX-License-Identifier: MIT */
#include "mib/rows.h"

size_t rows_of_system(const struct mib_view *v)
{
	return v && v->snapshot ? FAMILY_MIB_COUNT - FAMILY_IPV4 : 0;
}

size_t rows_system_index(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX])
{
	(void)v;
	index[0] = FAMILY_IPV4 + row;
	return 1;
}

/* Interfaces without an ifIndex come first and are left out. */
static size_t skipped_ifs(const struct snapshot *s)
{
	size_t low = 0, high = s->n_ifs;

	if (!high || s->ifs[0].ifindex)
		return 0; /* as on every live system */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->ifs[middle].ifindex)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

size_t rows_shown_ifs(const struct snapshot *s)
{
	return s->n_ifs - skipped_ifs(s);
}

const struct snapshot_if *rows_if(const struct snapshot *s, size_t row, enum family first,
				  enum family *family)
{
	size_t skip = skipped_ifs(s), n = s->n_ifs - skip;

	*family = (enum family)(first + row / n);
	return &s->ifs[skip + row % n];
}
