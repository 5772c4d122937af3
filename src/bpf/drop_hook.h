/* SPDX-License-Identifier: MIT */
/*
 * drop_hook: the program that counts dropped packets, beside a hook set and in its maps. It takes
 * the tracepoint skb:kfree_skb with its reason (Linux 5.17). Where it is refused, the hook set goes
 * on without it.
 */
#ifndef IPFW_BPF_DROP_HOOK_H
#define IPFW_BPF_DROP_HOOK_H

#include <stdint.h>

struct bpf_object;

/* The kernel gives no reasons: it is older than Linux 5.17. */
#define DROP_HOOK_NO_REASONS (-ENODATA)

/*
 * Load it with the maps of a hook set (indexed by enum map_id), and write the names of the running
 * kernel's reasons into MAP_REASONS. `object` is to be closed also after a failure. Returns 0 or
 * -errno.
 */
int drop_hook_load(struct bpf_object **object, const int *maps);

/* What is counted with it, as a number; see bpf/object_hash.h. */
uint64_t drop_hook_hash(uint64_t hash);

/* A sentence for a refusal. */
const char *drop_hook_reason(int error);

#endif
