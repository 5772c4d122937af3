/* SPDX-License-Identifier: MIT */
#include "model/rate.h"

#include <stdlib.h>

/* Deltas of `n` rows, unless their counters started anew after prev_ns. */
static void subtract(const struct figures *prev, const struct figures *cur, size_t n,
		     const struct continuity *continuity, uint64_t prev_ns, struct delta *out)
{
	if (continuity->fresh || continuity->since_ns > prev_ns)
		return;
	for (size_t i = 0; i < n; i++) {
		uint32_t known = prev[i].known & cur[i].known;

		for (int m = 0; m < M_COUNT; m++)
			if (known >> m & 1 && cur[i].value[m] >= prev[i].value[m]) {
				out[i].value[m] = cur[i].value[m] - prev[i].value[m];
				out[i].known |= 1u << m;
			}
	}
}

struct rates *rate_compute(const struct snapshot *prev, const struct snapshot *cur)
{
	struct rates *r;

	if (cur->mono_ns <= prev->mono_ns)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->references = 1;
	r->interval_ns = cur->mono_ns - prev->mono_ns;
	r->n_ifs = cur->n_ifs;
	r->n_paths = cur->n_paths;
	r->n_drops = cur->n_drops;
	r->ifs = calloc(r->n_ifs + 1, sizeof(*r->ifs));
	r->paths = calloc(r->n_paths + 1, sizeof(*r->paths));
	r->drops = calloc(r->n_drops + 1, sizeof(*r->drops));
	if (!r->ifs || !r->paths || !r->drops) {
		rates_free(r);
		return NULL;
	}
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		subtract(&prev->system[f].figures, &cur->system[f].figures, 1,
			 &cur->system[f].continuity, prev->mono_ns, &r->system[f]);
	for (size_t i = 0; i < cur->n_ifs; i++) {
		const struct snapshot_if *before =
			snapshot_same_if(prev, prev->n_ifs, &cur->ifs[i]);

		if (before)
			subtract(before->figures, cur->ifs[i].figures, FAMILY_COUNT,
				 &cur->ifs[i].continuity, prev->mono_ns, r->ifs[i]);
	}
	for (size_t i = 0; i < cur->n_paths; i++) {
		const struct snapshot_path *before = snapshot_same_path(prev, &cur->paths[i]);

		if (before)
			subtract(&before->figures, &cur->paths[i].figures, 1,
				 &cur->paths[i].continuity, prev->mono_ns, &r->paths[i]);
	}
	for (size_t i = 0; i < cur->n_drops; i++) {
		const struct snapshot_path *now = &cur->drops[i].path;
		const struct snapshot_drop *before = snapshot_same_drop(prev, &cur->drops[i]);

		if (before)
			subtract(&before->path.figures, &now->figures, 1, &now->continuity,
				 prev->mono_ns, &r->drops[i]);
	}
	return r;
}

struct rates *rates_share(struct rates *r)
{
	if (r)
		r->references++;
	return r;
}

void rates_free(struct rates *r)
{
	if (!r || --r->references)
		return;
	free(r->ifs);
	free(r->paths);
	free(r->drops);
	free(r);
}

double rate_per_second(uint64_t delta, uint64_t interval_ns)
{
	return (double)delta * 1e9 / (double)interval_ns;
}
