/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* fastpath.bpf.c for all network namespaces; see ipfw_dispatch.h. */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "flow_types.h"
#include "ipfw_dispatch.h"

/* By the number of the argument. */
#define NETNS_OF(type, number, member) (((const struct type *)ctx[number])->member->ns.inum)
#define NETNS_OF_STATE                 NETNS_OF(nf_hook_state, 2, net)
#define NETNS_OF_TABLE                 NETNS_OF(nf_flowtable, 0, net.net)

static __always_inline __u32 netns_of_route(const void *route)
{
	const void *dst = KERNEL_READ(route, struct nf_flow_route, tuple[0].dst);

	return netns_of_device(KERNEL_READ(dst, struct dst_entry, dev));
}

DISPATCH("fentry/flow_offload_route_init", fast_route, netns_of_route((void *)ctx[1]))
DISPATCH("fexit/nf_flow_offload_ip_hook", fast_leave_ipv4, NETNS_OF_STATE)
DISPATCH("fexit/nf_flow_offload_ipv6_hook", fast_leave_ipv6, NETNS_OF_STATE)
DISPATCH("fexit/flow_offload_lookup", fast_lookup, NETNS_OF_TABLE)
DISPATCH("fentry/nf_flow_offload_ip_hook", fast_enter_ipv4, NETNS_OF_STATE)
DISPATCH("fentry/nf_flow_offload_ipv6_hook", fast_enter_ipv6, NETNS_OF_STATE)
