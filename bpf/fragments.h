/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What fragmentation on output is going to make of a packet, for hooks before it: the decisions of
 * the kernel's ip_do_fragment() and ip6_fragment(), and of what leads there.
 */
#ifndef IPFW_FRAGMENTS_H
#define IPFW_FRAGMENTS_H

#include "ipfw_core.h"

#define MOST_FRAGMENTS 8192 /* of the longest packet, 8 octets each */

/* How a packet is cut. */
struct cut {
	__u32 mtu;    /* no fragment is larger */
	__u32 header; /* what each fragment repeats of the packet */
	__u32 each;   /* and the header of its own: IPv6 */
};

/* The list of what a packet came in, as far as it has been looked through. */
struct fragment_list {
	struct sk_buff *rest;
	__u32 room, headroom; /* for the payload, and in front of it */
	__u32 fragments, octets;
};

static long look_at_fragment(__u32 number, struct fragment_list *list)
{
	struct sk_buff *fragment = list->rest, *next;
	__u32 len;

	(void)number;
	if (!fragment)
		return 1;
	next = KERNEL_READ(fragment, struct sk_buff, next);
	len = KERNEL_READ(fragment, struct sk_buff, len);
	if (len > list->room || (next && len & 7) ||
	    KERNEL_READ(fragment, struct sk_buff, data) -
			    KERNEL_READ(fragment, struct sk_buff, head) <
		    list->headroom) {
		list->fragments = 0;
		return 1;
	}
	list->fragments++;
	list->octets += len;
	list->rest = next;
	return 0;
}

static __always_inline bool is_cloned(struct sk_buff *skb)
{
	void *shared = skb->head + skb->end;

	return BPF_CORE_READ_BITFIELD(skb, cloned) &&
	       (__u16)KERNEL_READ(shared, struct skb_shared_info, dataref.counter) != 1;
}

/* What came in fragments leaves in the same ones, if they fit; returns how many, 0: it is cut anew.
 */
static __always_inline __u32 kept_fragments(struct sk_buff *skb, const struct cut *cut)
{
	void *shared = skb->head + skb->end;
	struct net_device *out = output_device(skb);
	__u32 link = KERNEL_READ(out, struct net_device, hard_header_len) +
		     KERNEL_READ(out, struct net_device, needed_headroom);
	struct fragment_list list = {.rest = KERNEL_READ(shared, struct skb_shared_info, frag_list),
				     .room = cut->mtu - cut->header - cut->each,
				     .fragments = 1};
	__u32 first;

	if (!list.rest || is_cloned(skb))
		return 0;
	link = (link & ~15u) + 16; /* LL_RESERVED_SPACE() */
	list.headroom = link + cut->header + cut->each;
	bpf_loop(MOST_FRAGMENTS, look_at_fragment, &list, 0);
	first = skb->len - list.octets - cut->header;
	return first > list.room || first & 7 || skb->network_header < link + cut->each
		       ? 0
		       : list.fragments;
}

/* How many fragments there are if a packet of so many octets is cut anew. */
static __always_inline __u32 new_fragments(__u32 octets, const struct cut *cut)
{
	__u32 room = cut->mtu - cut->header - cut->each, full = room & ~7u;
	__u32 payload = octets - cut->header;

	return payload > room ? 1 + (payload - room + full - 1) / full : 1;
}

static __always_inline void become(struct load *l, __u32 packets, __u32 octets)
{
	l->packets = l->skbs = packets; /* the kernel makes skbs of them, and counts each */
	l->octets = l->skb_octets = octets;
}

/* Make of one packet what is going to leave; nothing, if the kernel refuses to fragment it. */
static __noinline void fragment(struct load *l, struct sk_buff *skb, __u32 ipv6)
{
	__u32 mtu = output_mtu(skb, ipv6, control_flags(skb, 0) & IPSKB_FORWARDED);
	__u32 largest = largest_fragment(skb, ipv6), fragments = 0;
	void *ip = skb->head + skb->network_header;
	bool may = BPF_CORE_READ_BITFIELD(skb, ignore_df) && largest <= mtu;
	struct cut cut = {.mtu = mtu};

	if (!mtu || (l->octets <= mtu && (!largest || (ipv6 && l->octets <= largest))))
		return;
	if (ipv6) {
		may |= l->octets <= mtu;
		cut.header = ipv6_headers(skb, false);
		cut.each = 8;
		if (largest)
			cut.mtu = largest < IPV6_MIN_MTU ? IPV6_MIN_MTU : largest;
	} else {
		may |= !(KERNEL_READ(ip, struct iphdr, frag_off) & bpf_htons(IP_DF));
		cut.header = KERNEL_READ_BITS(ip, struct iphdr, ihl) * 4;
		if (largest && largest < mtu)
			cut.mtu = largest;
	}
	if (may && cut.mtu >= cut.header + cut.each + 8) {
		fragments = kept_fragments(skb, &cut);
		if (!fragments)
			fragments = new_fragments(l->octets, &cut);
	}
	become(l, fragments,
	       fragments ? l->octets + (fragments - 1) * cut.header + fragments * cut.each : 0);
}

#endif
