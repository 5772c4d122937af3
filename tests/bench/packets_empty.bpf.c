/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Does nothing at the hooks that the counters use: what hooks cost at least. */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define NF_ACCEPT 1

char dual_license[] SEC("license") = "Dual MIT/GPL";

#define EMPTY(name)                                                                                \
	SEC("raw_tp")                                                                              \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		(void)ctx;                                                                         \
		return NF_ACCEPT;                                                                  \
	}

EMPTY(pre_routing_ipv4)
EMPTY(pre_routing_ipv6)
EMPTY(forward_ipv4)
EMPTY(forward_ipv6)
EMPTY(post_routing_ipv4)
EMPTY(post_routing_ipv6)
