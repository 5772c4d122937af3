/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* drops.bpf.c for all network namespaces; see ipfw_dispatch.h. */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define KERNEL_CASTS

#include "ipfw_dispatch.h"

static __always_inline __u32 netns_of_dropped(const struct sk_buff *skb)
{
	const struct net_device *dev = device_of_dropped(skb);

	return dev ? netns_of_device(dev) : 0;
}

DISPATCH("tp_btf/kfree_skb", dropped, netns_of_dropped((void *)ctx[0]))
