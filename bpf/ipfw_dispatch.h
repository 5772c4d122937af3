/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Hooks that see all network namespaces are attached once for all of them: such a program finds out
 * for which one it runs, and goes on in that one's own program. So a packet takes one lookup,
 * however many namespaces have counters.
 */
#ifndef IPFW_DISPATCH_H
#define IPFW_DISPATCH_H

#include "ipfw_shared.h"

#include "netns.h"

char dual_license[] SEC("license") = "Dual MIT/GPL";

/* The place that a network namespace has in each table, by its inode number. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_SLOTS);
	__type(key, __u32);
	__type(value, __u32);
} slots SEC(".maps");

static __always_inline void go_on(void *ctx, void *table, __u32 inum)
{
	const __u32 *slot = bpf_map_lookup_elem(&slots, &inum);

	if (slot)
		bpf_tail_call(ctx, table, *slot);
}

/* The program `name` at `hook`, which goes on in those of its name: a table for each, since the
 * kernel lets programs of one function's arguments be in one. `inum` may use ctx. */
#define DISPATCH(hook, name, inum)                                                                 \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_PROG_ARRAY);                                             \
		__uint(max_entries, IPFW_SLOTS);                                                   \
		__type(key, __u32);                                                                \
		__type(value, __u32);                                                              \
	} table_##name SEC(".maps");                                                               \
                                                                                                   \
	SEC(hook) int name(__u64 *ctx)                                                             \
	{                                                                                          \
		go_on(ctx, &table_##name, inum);                                                   \
		return 0;                                                                          \
	}

#endif
