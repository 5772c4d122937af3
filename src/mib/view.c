/* SPDX-License-Identifier: MIT */
#include "mib/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

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

bool mib_context_name(char *out, const char *netns)
{
	size_t len = strlen(netns);

	if (!len || len > MIB_CONTEXT_MAX)
		return false;
	for (size_t at = 0, n; at < len; at += n) {
		uint32_t number;

		n = escape_decode(netns + at, &number);
		if (!n || escape_is_control(number))
			return false;
	}
	memcpy(out, netns, len + 1);
	return true;
}

void mib_view_free(struct mib_view *list)
{
	while (list) {
		struct mib_view *next = list->next;

		snapshot_free(list->snapshot);
		interval_free(list->interval);
		free(list);
		list = next;
	}
}
