/* SPDX-License-Identifier: MIT */
/*
 * A view in which nothing is absent: two readings of eth0 with every figure, ten seconds apart.
 */
#ifndef IPFW_FULL_VIEW_H
#define IPFW_FULL_VIEW_H

#include <stdlib.h>
#include <string.h>

#include "mib/view.h"
#include "model/continuity.h"

#define FULL_NOW_NS UINT64_C(1000000000000)

static inline void fill_figures(struct figures *f, uint32_t mask, uint64_t value)
{
	for (int m = 0; mask >> m; m++)
		if (mask >> m & 1)
			figures_set(f, m, value + m);
}

static inline void fill_counts(struct ip_counts *c, uint64_t value)
{
	for (int i = 0; i < C_COUNT; i++)
		ip_counts_set(c, (enum ip_count)i, value + i);
}

static inline struct snapshot *full_snapshot(uint64_t mono_ns, uint64_t value)
{
	struct snapshot *s = snapshot_new();
	struct snapshot_if *row = s ? snapshot_add_if(s, 2, "eth0") : NULL;
	struct snapshot_path *path = row ? snapshot_add_path(s) : NULL;
	struct snapshot_drop *drop;
	struct bypass *bypass;

	if (!path)
		abort();
	s->mono_ns = mono_ns;
	s->source = SOURCE_EBPF;
	s->hooks = HOOKS_NETFILTER;
	s->since_known = true;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		s->system[f].forwarding_known = true;
		fill_figures(&s->system[f].figures, (1u << M_COUNT) - 1, value);
		fill_counts(&s->system[f].ip_counts, value);
	}
	for (int f = 0; f < FAMILY_COUNT; f++)
		fill_figures(&row->figures[f], snapshot_if_metrics(f), value);
	/* Of an interface nobody counts broadcasts, and this is the system's. */
	fill_counts(&row->ip6_counts, value);
	row->ip6_counts.known &=
		~(1u << C_IN_EXTRA | 1u << C_IN_BCAST_PACKETS | 1u << C_OUT_BCAST_PACKETS);
	s->paths_known = true;
	*path = (struct snapshot_path){FAMILY_IPV4,          2,         2, "eth0", "eth0",
				       {{0}, 0, 0, 0, 0, 0}, {0, false}};
	fill_figures(&path->figures, METRICS_IF, value);
	s->drops_known = true;
	drop = snapshot_add_drop(s);
	if (!drop)
		abort();
	drop->path = *path;
	drop->stage = DROP_FORWARD;
	memcpy(drop->reason, "NETFILTER_DROP", sizeof("NETFILTER_DROP"));
	s->bypasses_known = true;
	bypass = snapshot_add_bypass(s);
	if (!bypass)
		abort();
	*bypass = (struct bypass){2, "eth0", BYPASS_FLOWTABLE_OFFLOAD, "ip t f"};
	return s;
}

static inline struct mib_view *full_view(void)
{
	struct mib_view *v = calloc(1, sizeof(*v));
	struct snapshot *before = full_snapshot(FULL_NOW_NS - 10 * UINT64_C(1000000000), 1);

	if (!v)
		abort();
	v->snapshot = full_snapshot(FULL_NOW_NS, 1000);
	continuity_follow(NULL, before);
	continuity_follow(before, v->snapshot);
	v->rates_of = snapshot_share(v->snapshot);
	v->rates = rate_compute(before, v->snapshot);
	snapshot_free(before);
	if (!v->rates)
		abort();
	v->status = MIB_STATUS_OK;
	v->ip_mib = true;
	return v;
}

#endif
