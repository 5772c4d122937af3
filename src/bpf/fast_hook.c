/* SPDX-License-Identifier: MIT */
#include "bpf/fast_hook.h"

#include <bpf/libbpf.h>
#include <stddef.h>
#include <unistd.h>

#include "base/units.h"
#include "bpf/error.h"
#include "bpf/maps.h"
#include "bpf/object_hash.h"

static const unsigned char fastpath_object[] __attribute__((aligned(8))) = {
#include "fastpath.bpf.inc"
};

static const char *const programs[] = {
	FAST_PREFIX "route",  FAST_PREFIX "leave_ipv4", FAST_PREFIX "leave_ipv6",
	FAST_PREFIX "lookup", FAST_PREFIX "enter_ipv4", FAST_PREFIX "enter_ipv6",
};

bool fast_hook_has_module(void)
{
	return !access("/sys/module/nf_flow_table", F_OK);
}

int fast_hook_load(struct bpf_object **object, const int *maps)
{
	int r;

	*object = NULL;
	if (!fast_hook_has_module())
		return FAST_HOOK_NO_MODULE;
	*object = bpf_object__open_mem(fastpath_object, sizeof(fastpath_object), NULL);
	if (!*object)
		return -errno;
	r = maps_share(*object, maps);
	if (!r)
		r = maps_set_netns(*object);
	return r ? r : bpf_object__load(*object);
}

struct bpf_program *fast_hook_program(const struct bpf_object *object, unsigned number)
{
	return number < ARRAY_SIZE(programs)
		       ? bpf_object__find_program_by_name(object, programs[number])
		       : NULL;
}

uint64_t fast_hook_hash(uint64_t hash)
{
	const uint64_t own = bpf_hash_object(fastpath_object, sizeof(fastpath_object));

	return bpf_hash_add(hash, &own, sizeof(own));
}

const char *fast_hook_reason(int error)
{
	if (error == FAST_HOOK_NO_MODULE)
		return fast_hook_has_module()
			       ? "they came when nobody who may attach eBPF was there "
				 "(ipfwagent attach counts them from then on)"
			       : "there were none (the module nf_flow_table is not loaded)";
	if (error == -ENOTSUPP_KERNEL)
		return "this kernel has no BPF trampolines on this architecture";
	if (error == -ESRCH)
		return "this kernel lacks a function that this needs, or the module its types";
	return bpf_error_text(error);
}
