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
#include "model/peak_watch.h"
#include "model/rate.h"

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
	row->labels_known = true;
	memcpy(row->vrf, "blue", sizeof("blue"));
	if (snapshot_set_alias(s, row, "uplink"))
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

#define FULL_WINDOW_S 10

/* Peaks of ten seconds, up to the reading at FULL_NOW_NS. */
static inline struct peaks *full_peaks(void)
{
	struct peak_watch *w = peak_watch_new(FULL_WINDOW_S, 1 << 20);
	struct snapshot *before = NULL;
	struct peaks *peaks;

	if (!w)
		abort();
	for (unsigned i = 0; i <= FULL_WINDOW_S; i++) {
		const uint64_t ago_ns = (FULL_WINDOW_S - i) * UINT64_C(1000000000);
		struct snapshot *s = full_snapshot(FULL_NOW_NS - ago_ns, 1 + 8 * i);

		s->wall.tv_sec = 1000 + i;
		continuity_follow(before, s);
		peak_watch_sample(w, s, NULL);
		snapshot_free(before);
		before = s;
	}
	peaks = peaks_share(peak_watch_latest(w));
	snapshot_free(before);
	peak_watch_free(w);
	return peaks;
}

static inline struct mib_view *full_view(void)
{
	struct mib_view *v = calloc(1, sizeof(*v));
	struct snapshot *before = full_snapshot(FULL_NOW_NS - 10 * UINT64_C(1000000000), 1);
	struct peaks *peaks = full_peaks();
	struct interval *first;

	if (!v)
		abort();
	v->snapshot = full_snapshot(FULL_NOW_NS, 1000);
	continuity_follow(NULL, before);
	continuity_follow(before, v->snapshot);
	first = interval_end(NULL, before);
	v->interval = interval_end(first, v->snapshot);
	interval_free(first);
	snapshot_free(before);
	if (!v->interval || peaks->state != PEAK_COMPLETE)
		abort();
	snapshot_set_peaks(v->snapshot, peaks);
	peaks_free(peaks);
	v->status = MIB_STATUS_OK;
	v->ip_mib = true;
	return v;
}

/* Of its interval; the caller frees them. */
static inline struct rates *full_rates(const struct mib_view *v)
{
	struct snapshot *before = full_snapshot(FULL_NOW_NS - 10 * UINT64_C(1000000000), 1);
	struct rates *rates = rate_compute(before, v->snapshot);

	if (!rates)
		abort();
	snapshot_free(before);
	return rates;
}

#endif
