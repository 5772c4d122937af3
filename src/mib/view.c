/* SPDX-License-Identifier: MIT */
#include "mib/view.h"

#include <stdlib.h>

#define SAME_MASTER_NS INT64_C(250000000)        /* it does not restart in that time */
#define WRAP_NS        (INT64_C(10000000) << 32) /* of sysUpTime */

const char *const mib_status_names[] = {
	"starting",
	[MIB_STATUS_OK] = "ok",
	[MIB_STATUS_DEGRADED] = "degraded",
	[MIB_STATUS_FAILING] = "failing",
};

bool mib_same_master(int64_t start_ns, int64_t other_start_ns)
{
	int64_t apart;

	if (!start_ns || !other_start_ns ||
	    __builtin_sub_overflow(start_ns, other_start_ns, &apart) || apart == INT64_MIN)
		return false;
	apart = llabs(apart) % WRAP_NS;
	return apart < SAME_MASTER_NS || apart > WRAP_NS - SAME_MASTER_NS;
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
