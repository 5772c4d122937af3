/* SPDX-License-Identifier: MIT */
/*
 * owners: which interface the counters belong to. The hooks count by ifindex, and an ifindex can
 * pass from one interface to another, so a record beside the counters names their owner and says
 * what was counted before it. The records are in maps too: they are pinned with the counters, and
 * whoever reads next continues from there.
 *
 * The kernel itself tells when an interface went away: it removes it from the map `present`. So an
 * interface that is back with the same name and ifindex is known to be another one. What came since
 * the last reading could be of either: its figures are absent in that reading and begin with it.
 */
#ifndef IPFW_BPF_OWNERS_H
#define IPFW_BPF_OWNERS_H

#include <time.h>

#include "bpf/counters.h"
#include "bpf/maps.h"
#include "model/snapshot.h"

struct owners {
	struct ipfw_info info;
	struct table if_records, if_bases, path_records, drop_records, fast_records;
	bool are_read; /* as they were at info.changes */
};

/*
 * When the counters began, by CLOCK_REALTIME as it is set now: by how many whole seconds it was set
 * since then, CLOCK_BOOTTIME tells. So the same moment stays the same to the digit.
 */
struct timespec owners_since(const struct ipfw_info *info);

/* Read the records, unless nobody has changed them since they were read. Together with
 * maps_read_counts() under one lock. Returns 0 or -errno. */
int owners_read(struct owners *b, const int *maps);
void owners_clear(struct owners *b);

/*
 * Fill the snapshot, whose interfaces must be all that there are, sorted, with the device's own
 * counters; bring the records up to date. Returns 0 or -errno: then they may be behind.
 */
int owners_fill(struct owners *b, const int *maps, const struct maps_arrays *arrays,
		const struct maps_counts *counts, const struct devices *devices,
		struct snapshot *s);

#endif
