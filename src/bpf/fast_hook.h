/* SPDX-License-Identifier: MIT */
/*
 * fast_hook: the programs that count what flowtables of nftables forward, beside a hook set and in
 * its maps. They are fentry and fexit programs on functions of the module nf_flow_table. Without
 * the module nothing can be forwarded in that way, and they cannot be loaded; while they are
 * attached it cannot be removed. A packet that no flowtable looks at does not meet them.
 */
#ifndef IPFW_BPF_FAST_HOOK_H
#define IPFW_BPF_FAST_HOOK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

struct bpf_object;
struct bpf_program;

#define FAST_PREFIX "fast_" /* of the programs' names */

/* The module is not loaded. */
#define FAST_HOOK_NO_MODULE (-ENODEV)

/* Whether the module is there. */
bool fast_hook_has_module(void);

/*
 * Load the programs, in the maps of a hook set (indexed by enum map_id). `object` is to be closed
 * also after a failure. Returns 0 or -errno.
 */
int fast_hook_load(struct bpf_object **object, const int *maps);

/*
 * The programs in the order in which they are to be attached: no call is then seen to begin and not
 * to end. NULL: there are no more.
 */
struct bpf_program *fast_hook_program(const struct bpf_object *object, unsigned number);

/* What is counted with them, as a number; see bpf/object_hash.h. */
uint64_t fast_hook_hash(uint64_t hash);

/* A sentence for a refusal. */
const char *fast_hook_reason(int error);

#endif
