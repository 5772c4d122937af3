/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What fragmentation on output is going to make of a packet, for hooks before it: the decisions of
 * the kernel's ip_do_fragment() and ip6_fragment(), and of what leads there.
 */
#ifndef IPFW_FRAGMENTS_H
#define IPFW_FRAGMENTS_H

#include "output.h"

#define MOST_FRAGMENTS 8192 /* of the longest packet, 8 octets each */

/* How packets are cut. */
struct cut {
	__u32 mtu;    /* no fragment is larger */
	__u32 header; /* what each fragment repeats of the packet */
	__u32 each;   /* and the header of its own: IPv6 */
	bool is_refused;
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
	FOR_EACH(MOST_FRAGMENTS, look_at_fragment, list);
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

/* What the router's own socket wants for itself. */
struct own_limits {
	bool no_path_mtu; /* the device's alone counts */
	__u32 fragment;   /* IPv6: the largest; 0: not limited */
};

/* See ip_skb_dst_mtu(), ip6_skb_dst_mtu() and ip6_fragment(). */
static __always_inline struct own_limits limits_of(struct sock *sk, struct sk_buff *skb, __u32 ipv6)
{
	struct own_limits limits = {};
	__u8 state;
	void *pinet6;

	if (!sk)
		return limits;
	state = KERNEL_READ(sk, struct sock, __sk_common.skc_state);
	if (state == TCP_TIME_WAIT || state == TCP_NEW_SYN_RECV) /* no whole socket */
		return limits;
	if (!ipv6) {
		limits.no_path_mtu =
			KERNEL_READ(sk, struct inet_sock, pmtudisc) >= IP_PMTUDISC_PROBE;
		return limits;
	}
	pinet6 = KERNEL_READ(sk, struct inet_sock, pinet6);
	if (skb->sk == sk && pinet6) { /* else it is in a tunnel */
		limits.no_path_mtu =
			KERNEL_READ_BITS(pinet6, struct ipv6_pinfo, pmtudisc) >= IP_PMTUDISC_PROBE;
		limits.fragment = KERNEL_READ(pinet6, struct ipv6_pinfo, frag_size);
	}
	return limits;
}

static __always_inline struct cut cut_to(__u32 mtu, struct sk_buff *skb, __u32 ipv6)
{
	void *ip = skb->head + skb->network_header;
	__u32 largest = largest_fragment(skb, ipv6);
	bool anywhere = !ipv6 && !(KERNEL_READ(ip, struct iphdr, frag_off) & bpf_htons(IP_DF));
	struct cut cut = {.mtu = mtu};

	cut.header = ipv6 ? ipv6_headers(skb, false) : KERNEL_READ_BITS(ip, struct iphdr, ihl) * 4;
	cut.each = ipv6 ? 8 : 0;
	cut.is_refused = !anywhere && (largest > mtu || !BPF_CORE_READ_BITFIELD(skb, ignore_df));
	if (ipv6 && largest)
		cut.mtu = largest < IPV6_MIN_MTU ? IPV6_MIN_MTU : largest;
	else if (largest && largest < mtu)
		cut.mtu = largest;
	cut.is_refused |= cut.mtu < cut.header + cut.each + 8;
	return cut;
}

static __always_inline void add_fragments(struct load *l, __u32 fragments, __u32 octets,
					  const struct cut *cut)
{
	l->packets += fragments;
	l->octets += octets + (fragments - 1) * cut->header + fragments * cut->each;
}

/* One of the segments, all of which are cut: IPv4 refuses them even if they fit, IPv6 lets these
 * be. */
static __noinline void add_segment(struct load *l, __u32 octets, const struct cut *cut)
{
	if (cut->each && octets <= cut->mtu) {
		l->packets++;
		l->octets += octets;
	} else if (!cut->is_refused) {
		add_fragments(l, new_fragments(octets, cut), octets, cut);
	}
}

/* The segments of a GSO packet of SCTP, and what becomes of those that were looked at. */
struct cut_list {
	struct sk_buff *rest;
	__u32 headers;
	struct cut cut;
	struct load left;
};

static long cut_segment(__u32 number, struct cut_list *list)
{
	struct sk_buff *segment = list->rest;

	(void)number;
	if (!segment)
		return 1;
	add_segment(&list->left, list->headers + KERNEL_READ(segment, struct sk_buff, len),
		    &list->cut);
	list->rest = KERNEL_READ(segment, struct sk_buff, next);
	return 0;
}

static __always_inline void cut_segments(struct load *l, struct sk_buff *skb, const struct cut *cut,
					 const struct load *whole)
{
	void *shared = skb->head + skb->end;
	__u32 size = KERNEL_READ(shared, struct skb_shared_info, gso_size),
	      others = whole->packets - 1;
	__u32 headers = (whole->octets - skb->len) / others;

	if (size == GSO_BY_FRAGS) {
		struct cut_list list = {
			.rest = KERNEL_READ(shared, struct skb_shared_info, frag_list),
			.headers = headers,
			.cut = *cut,
		};

		FOR_EACH(MOST_BY_FRAGS, cut_segment, list);
		*l = list.left;
		return;
	}
	add_segment(l, headers + size, cut);
	l->packets *= others;
	l->octets *= others;
	add_segment(l, whole->octets - others * (headers + size), cut);
}

/* One that is too long, or that came in fragments. */
static __always_inline void cut_packet(struct load *l, struct sk_buff *skb, const struct cut *cut,
				       __u32 octets)
{
	__u32 kept;

	if (cut->is_refused)
		return;
	kept = kept_fragments(skb, cut);
	add_fragments(l, kept ? kept : new_fragments(octets, cut), octets, cut);
}

/* Make of a packet what is going to leave; nothing, if the kernel refuses to fragment it. */
static __noinline void fragment(struct load *l, struct sk_buff *skb, __u32 ipv6, struct sock *sk)
{
	__u16 flags = control_flags(skb, ipv6);
	struct own_limits own = limits_of(sk, skb, ipv6);
	__u32 largest = largest_fragment(skb, ipv6), mtu;
	struct load left = {};
	struct cut cut;

	mtu = own.no_path_mtu ? skb->dev->mtu
			      : output_mtu(skb, ipv6, !ipv6 && flags & IPSKB_FORWARDED);
	if (!mtu)
		return;
	if (l->packets > 1) {
		if ((ipv6 && flags & IP6SKB_FAKEJUMBO) || segments_fit(skb, mtu))
			return;
		cut = cut_to(mtu, skb, ipv6);
		cut_segments(&left, skb, &cut, l);
	} else {
		if (l->octets <= mtu && (!largest || (ipv6 && l->octets <= largest)))
			return;
		cut = cut_to(mtu, skb, ipv6);
		if (own.fragment && own.fragment < cut.mtu)
			cut.mtu = own.fragment;
		cut_packet(&left, skb, &cut, l->octets);
	}
	left.skbs = left.packets; /* the kernel makes skbs of them, and counts each */
	left.skb_octets = left.octets;
	*l = left;
}

#endif
