/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How large a packet may be that leaves, and how large the kernel takes its segments to be. */
#ifndef IPFW_OUTPUT_H
#define IPFW_OUTPUT_H

#include "weigh.h"

#define MOST_BY_FRAGS 128 /* a GSO packet of SCTP is 64 KB, its smallest MTU 512 */

/*
 * Up to which size a packet may leave whole: see ip_dst_mtu_maybe_forward() and
 * ip6_dst_mtu_maybe_forward(). `forwarding`: what the kernel asks with; for IPv6 it does so before
 * the FORWARD chain, but not any more when it sends.
 */
static __noinline __u32 output_mtu(struct sk_buff *skb, __u32 ipv6, bool forwarding)
{
	void *dst = (void *)(skb->_skb_refdst & SKB_DST_PTRMASK);
	struct net_device *out = output_device(skb);
	unsigned long metrics;
	struct inet6_dev *ip6;
	__u32 mtu, locks;

	if (!out)
		return 0;
	if (!ipv6 && !forwarding) {
		mtu = KERNEL_READ_BITS(dst, struct rtable, rt_pmtu);
		if (mtu &&
		    (long)(bpf_jiffies64() - KERNEL_READ(dst, struct dst_entry, expires)) < 0)
			return mtu;
	}
	metrics = KERNEL_READ(dst, struct dst_entry, _metrics) & DST_METRICS_PTRMASK;
	mtu = KERNEL_READ(metrics, struct dst_metrics, metrics[RTAX_MTU - 1]);
	locks = KERNEL_READ(metrics, struct dst_metrics, metrics[RTAX_LOCK - 1]);
	if (mtu && (!ipv6 || !forwarding || locks & 1 << RTAX_MTU))
		return mtu;
	if (!ipv6)
		return KERNEL_READ(out, struct net_device, mtu);
	ip6 = KERNEL_READ(out, struct net_device, ip6_ptr);
	mtu = ip6 ? KERNEL_READ(ip6, struct inet6_dev, cnf.mtu6) : IPV6_MIN_MTU;
	return forwarding && mtu < IPV6_MIN_MTU ? IPV6_MIN_MTU : mtu;
}

/* The size of the largest fragment that the packet came in; 0: it came whole. */
static __always_inline __u32 largest_fragment(struct sk_buff *skb, __u32 ipv6)
{
	return ipv6 ? CONTROL(skb, struct inet6_skb_parm, frag_max_size)
		    : CONTROL(skb, struct inet_skb_parm, frag_max_size);
}

/* The segments of a GSO packet of SCTP that have not been looked at. */
struct segment_list {
	struct sk_buff *rest; /* at the end, the first that is too large */
	__u32 headers, mtu;
};

static long look_at_segment(__u32 number, struct segment_list *list)
{
	struct sk_buff *segment = list->rest;

	(void)number;
	if (!segment || list->headers + KERNEL_READ(segment, struct sk_buff, len) > list->mtu)
		return 1;
	list->rest = KERNEL_READ(segment, struct sk_buff, next);
	return 0;
}

/*
 * Whether the segments of a GSO packet are small enough for the kernel: see
 * skb_gso_validate_network_len(). It takes the transport header to be where the router noted it.
 */
static __noinline bool segments_fit(struct sk_buff *skb, __u32 mtu)
{
	unsigned char *head = skb->head;
	void *shared = head + skb->end;
	__u32 type = KERNEL_READ(shared, struct skb_shared_info, gso_type);
	__u32 size = KERNEL_READ(shared, struct skb_shared_info, gso_size);
	__u16 transport = skb->transport_header;
	struct segment_list list;
	__u32 headers = 0;

	if (BPF_CORE_READ_BITFIELD(skb, encapsulation)) {
		headers = skb->inner_transport_header - transport;
		transport = skb->inner_transport_header;
	}
	if (type & GSO_TCP)
		headers += KERNEL_READ_BITS((void *)(head + transport), struct tcphdr, doff) * 4;
	else if (type & GSO_SCTP)
		headers += 12;
	else if (type & GSO_UDP && transport == skb->transport_header)
		headers += 8;
	headers += skb->transport_header - skb->network_header;
	if (size != GSO_BY_FRAGS)
		return headers + size <= mtu;
	list = (struct segment_list){KERNEL_READ(shared, struct skb_shared_info, frag_list),
				     headers, mtu};
	FOR_EACH(MOST_BY_FRAGS, look_at_segment, list);
	return !list.rest;
}

#endif
