/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which network namespace a hook that sees all of them runs for: the inode number, as
 * /proc/PID/ns/net has it; 0: none can be told.
 */
#ifndef IPFW_NETNS_H
#define IPFW_NETNS_H

#include "ipfw_probe.h"

/* A packet in the IP layer; NULL: there is none. */
static __always_inline __u32 netns_of_packet(const struct sk_buff *skb)
{
	return skb && skb->dev ? skb->dev->nd_net.net->ns.inum : 0;
}

static __always_inline __u32 netns_of_device(const struct net_device *dev)
{
	struct net *net = KERNEL_READ(dev, struct net_device, nd_net.net);

	return KERNEL_READ(net, struct net, ns.inum);
}

/* A packet's route; none: it has none yet, none any more, or one that is not IP's. */
static __always_inline void *route_of(const struct sk_buff *skb)
{
	void *dst = (void *)(skb->_skb_refdst & SKB_DST_PTRMASK);

	if (!dst || KERNEL_READ(dst, struct dst_entry, flags) & DST_NOT_IP)
		return NULL;
	return dst;
}

/* The device of a packet that is dropped: TCP takes it away, and what is not sent yet has none. */
static __always_inline struct net_device *device_of_dropped(const struct sk_buff *skb)
{
	void *dst;

	if (skb->dev)
		return skb->dev;
	dst = route_of(skb);
	return dst ? KERNEL_READ(dst, struct dst_entry, dev) : NULL;
}

#endif
