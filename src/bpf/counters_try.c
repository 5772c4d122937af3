/* SPDX-License-Identifier: MIT */
#include "bpf/counters.h"
#include "bpf/hooks.h"

void counters_try(struct attachment *out)
{
	for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT; id++) {
		struct why *why = &out->verdicts[id].why;
		struct hooks h;

		out->verdicts[id].works = !hooks_open(&h, id, NULL, why);
		if (!out->verdicts[id].works)
			continue;
		hooks_close(&h);
		why_set(why, 0, "%s: works here", snapshot_hooks_names[id]);
	}
	out->tried = true;
}
