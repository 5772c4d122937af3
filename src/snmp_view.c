/* SPDX-License-Identifier: MIT */
#include "snmp_view.h"

#include <stdlib.h>

#define SAME_MASTER_NS INT64_C(50000000) /* it cannot restart in that time */

bool mib_same_master(int64_t start_ns, int64_t other_start_ns)
{
	int64_t apart = start_ns - other_start_ns;

	return start_ns && other_start_ns && apart < SAME_MASTER_NS && apart > -SAME_MASTER_NS;
}

void mib_view_free(struct mib_view *v)
{
	if (!v)
		return;
	snapshot_free(v->rates_of);
	snapshot_free(v->snapshot);
	rates_free(v->rates);
	free(v);
}
