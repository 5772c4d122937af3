/* SPDX-License-Identifier: MIT */
#include "snmp_view.h"

#include <stdlib.h>

void mib_view_free(struct mib_view *v)
{
	if (!v)
		return;
	snapshot_free(v->rates_of);
	snapshot_free(v->snapshot);
	rates_free(v->rates);
	free(v);
}
