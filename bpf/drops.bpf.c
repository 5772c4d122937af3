/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What was dropped, and why: the kernel tells it by the tracepoint skb:kfree_skb, since Linux 5.17
 * with a reason. The tracepoint sees all network namespaces; the program counts in one.
 *
 * How far a dropped packet had come is told by the packet itself: where its data begin (before the
 * network header on the way out, behind it once a protocol has it), its device, which is the
 * input's up to the FORWARD chain, its route, and what IP noted in its control block.
 */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define KERNEL_CASTS

#include "ipfw_probe.h"

#include "netns.h"
#include "weigh.h"

#define ETH_P_IP   0x0800
#define ETH_P_IPV6 0x86dd

/* The reasons that the rules below know; the running kernel's numbers are others. */
enum skb_drop_reason {
	SKB_CONSUMED,
	SKB_DROP_REASON_NOT_SPECIFIED,
	SKB_DROP_REASON_NETFILTER_DROP,
	SKB_DROP_REASON_SOCKET_FILTER,
	SKB_DROP_REASON_SOCKET_RCVBUFF,
	SKB_DROP_REASON_PROTO_MEM,
	SKB_DROP_REASON_IP_INHDR,
	SKB_DROP_REASON_IP_INADDRERRORS,
	SKB_DROP_REASON_PKT_TOO_BIG,
	SKB_DROP_REASON_XFRM_POLICY,
	SKB_DROP_REASON_NOMEM,
	SKB_DROP_REASON_PACKET_SOCK_ERROR,
	SKB_DROP_REASON_DUP_FRAG,
	SKB_DROP_REASON_FRAG_REASM_TIMEOUT,
	SKB_DROP_REASON_FRAG_TOO_FAR,
};

/* A kernel without that reason never gives it. */
#define IS_REASON(reason, name)                                                                    \
	(bpf_core_enum_value_exists(enum skb_drop_reason, name) &&                                 \
	 (reason) == bpf_core_enum_value(enum skb_drop_reason, name))

static __always_inline bool is_multicast_ipv6(const void *ip)
{
	return KERNEL_READ(ip, struct ipv6hdr, daddr.in6_u.u6_addr8[0]) == 0xff;
}

/* Whether the route leads to the router itself. */
static __always_inline bool is_for_itself(struct sk_buff *skb, __u32 ipv6)
{
	void *dst = (void *)(skb->_skb_refdst & SKB_DST_PTRMASK);
	void *ip = skb->head + skb->network_header;
	__u16 type;

	if (ipv6) {
		if (KERNEL_READ(dst, struct rt6_info, rt6i_flags) & (RTF_LOCAL | RTF_ANYCAST))
			return true;
		return is_multicast_ipv6(ip) &&
		       !(KERNEL_READ(skb->cb, struct inet6_skb_parm, flags) & IP6SKB_FORWARDED);
	}
	type = KERNEL_READ(dst, struct rtable, rt_type);
	return KERNEL_READ(dst, struct rtable, rt_is_input) &&
	       (type == RTN_LOCAL || type == RTN_BROADCAST || type == RTN_MULTICAST);
}

/* What is refused before the FORWARD chain, in ip_forward() and ip6_forward(). */
static __always_inline bool is_refused_for_header(__u32 reason)
{
	return IS_REASON(reason, SKB_DROP_REASON_IP_INHDR) ||
	       IS_REASON(reason, SKB_DROP_REASON_IP_INADDRERRORS) ||
	       IS_REASON(reason, SKB_DROP_REASON_PKT_TOO_BIG);
}

static __always_inline bool is_refused_by_ip(__u32 reason)
{
	return is_refused_for_header(reason) || IS_REASON(reason, SKB_DROP_REASON_XFRM_POLICY) ||
	       IS_REASON(reason, SKB_DROP_REASON_NOMEM);
}

/* A raw IPv4 socket gets the packet with its header. */
static __always_inline bool is_of_socket(__u32 reason)
{
	return IS_REASON(reason, SKB_DROP_REASON_SOCKET_RCVBUFF) ||
	       IS_REASON(reason, SKB_DROP_REASON_SOCKET_FILTER) ||
	       IS_REASON(reason, SKB_DROP_REASON_PROTO_MEM);
}

/*
 * Whether a packet that is dropped without a reason was in the FORWARD chain, where a queue of
 * netfilter did it. It takes a reference to the route, which IPv6 does not before; IPv4 has a mark.
 */
static __always_inline bool was_handed_over(struct sk_buff *skb, __u32 ipv6)
{
	return ipv6 ? !(skb->_skb_refdst & SKB_DST_NOREF) : control_flags(skb, 0) & IPSKB_FORWARDED;
}

/*
 * Whether IP was putting fragments together: IPv4 before they are delivered, conntrack before they
 * are routed. IPv6 itself does it with what was delivered.
 */
static __always_inline bool was_fragment(struct sk_buff *skb, __u32 ipv6, void *dst, __u32 reason)
{
	void *ip = skb->head + skb->network_header;

	if (!ipv6)
		return KERNEL_READ(ip, struct iphdr, frag_off) & bpf_htons(IP_FRAGMENT);
	return !dst && (IS_REASON(reason, SKB_DROP_REASON_DUP_FRAG) ||
			IS_REASON(reason, SKB_DROP_REASON_FRAG_TOO_FAR));
}

/* Of an IPv6 packet without a route: whether its header was right, and a hook dropped it. */
static __always_inline bool was_received(struct sk_buff *skb, __u32 reason)
{
	int noted = *(int *)skb->cb; /* by IP, of the next header too when it has looked at all */

	if (IS_REASON(reason, SKB_DROP_REASON_NETFILTER_DROP))
		return noted > 0;
	return noted == skb->skb_iif && CONTROL(skb, struct inet6_skb_parm, nhoff) &&
	       (IS_REASON(reason, SKB_DROP_REASON_NOT_SPECIFIED) || /* by a queue */
		IS_REASON(reason, SKB_DROP_REASON_XFRM_POLICY));    /* which takes the route */
}

/* Of a packet that came in and was routed, whose device is still that of the input. */
static __always_inline enum ipfw_drop_stage routed_stage(struct sk_buff *skb, __u32 ipv6, void *dst,
							 __u32 reason)
{
	bool filtered = IS_REASON(reason, SKB_DROP_REASON_NETFILTER_DROP);

	if (KERNEL_READ(dst, struct dst_entry, error))
		return IPFW_DROP_INPUT; /* a route that says no */
	if (is_for_itself(skb, ipv6))
		return !filtered && is_of_socket(reason) ? IPFW_DROP_LOCAL : IPFW_DROP_INPUT;
	if (filtered)
		return IPFW_DROP_FORWARD;
	if (IS_REASON(reason, SKB_DROP_REASON_NOT_SPECIFIED))
		return was_handed_over(skb, ipv6) ? IPFW_DROP_FORWARD : IPFW_DROP_INPUT;
	return is_refused_by_ip(reason) ? IPFW_DROP_INPUT : IPFW_DROP_OUTPUT;
}

static __always_inline enum ipfw_drop_stage drop_stage(struct sk_buff *skb, __u32 ipv6,
						       struct net_device *dev, __u32 ifindex,
						       long offset, __u32 reason)
{
	bool filtered = IS_REASON(reason, SKB_DROP_REASON_NETFILTER_DROP);
	void *dst = route_of(skb);

	if (!skb->skb_iif) /* own, or just handed over by a driver */
		return dst || skb->sk || offset < 0 ? IPFW_DROP_OUTPUT : IPFW_DROP_LINK;
	if (offset > 0)
		return was_fragment(skb, ipv6, dst, reason) ? IPFW_DROP_INPUT : IPFW_DROP_LOCAL;
	if (offset < 0)
		return IPFW_DROP_OUTPUT;
	if (ifindex != (__u32)skb->skb_iif) {
		if (ipv6 && is_refused_for_header(reason)) /* ip6_forward() sets the device first */
			return IPFW_DROP_INPUT;
		return filtered && (ipv6 || control_flags(skb, 0) & IPSKB_FORWARDED)
			       ? IPFW_DROP_FORWARD
			       : IPFW_DROP_OUTPUT;
	}
	if (dst)
		return routed_stage(skb, ipv6, dst, reason);
	if (ipv6) /* which always has a route after PRE_ROUTING */
		return was_received(skb, reason) ? IPFW_DROP_INPUT : IPFW_DROP_LINK;
	if (*(int *)skb->cb == skb->skb_iif || is_vrf_device(dev))
		return IPFW_DROP_INPUT;
	return IPFW_DROP_LINK;
}

static __always_inline void count_drop(const struct ipfw_drop_key *key, const struct load *l)
{
	struct ipfw_if_counters *in = key->in_ifindex ? counters_of(key->in_ifindex) : NULL;
	struct ipfw_sum *row = find_or_add(&drops, IPFW_HASH_DROPS, key, &no_sum), *of_if;

	if (row) {
		__sync_fetch_and_add(&row->packets, l->packets);
		__sync_fetch_and_add(&row->octets, l->octets);
	} else {
		miss(IPFW_MISSED_DROP, l->packets);
	}
	if (in && key->stage < IPFW_DROP_STAGES) {
		of_if = &in->dropped[key->ipv6 & 1][key->stage];
		__sync_fetch_and_add(&of_if->packets, l->packets);
		__sync_fetch_and_add(&of_if->octets, l->octets);
	}
}

/* IPsec cuts a GSO packet and frees it as if it were lost, without a reason: xfrm_output_gso(). */
static __always_inline bool was_cut_for_ipsec(struct sk_buff *skb, __u32 reason)
{
	void *shared, *dst;

	if (!IS_REASON(reason, SKB_DROP_REASON_NOT_SPECIFIED))
		return false;
	shared = skb->head + skb->end;
	dst = route_of(skb);
	return dst && KERNEL_READ(dst, struct dst_entry, xfrm) &&
	       KERNEL_READ(shared, struct skb_shared_info, gso_size);
}

/* A copy for somebody who looks on, or a packet that is for another host, is no loss. */
static __always_inline bool is_no_loss(struct sk_buff *skb, __u32 reason)
{
	if (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_CONSUMED) &&
	    reason <= bpf_core_enum_value(enum skb_drop_reason, SKB_CONSUMED))
		return true;
	return !reason || skb->pkt_type == PACKET_OTHERHOST || skb->pkt_type == PACKET_OUTGOING ||
	       is_own_multicast(skb) || IS_REASON(reason, SKB_DROP_REASON_PACKET_SOCK_ERROR) ||
	       /* of fragments that waited in vain the kernel keeps the device of some only */
	       IS_REASON(reason, SKB_DROP_REASON_FRAG_REASM_TIMEOUT) ||
	       was_cut_for_ipsec(skb, reason);
}

/* Arguments: skb, location, reason. What is dropped in other namespaces leaves first. */
SEC("tp_btf/kfree_skb")
int dropped(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct ipfw_drop_key key = {};
	struct net_device *dev = device_of_dropped(skb);
	__u32 reason = ctx[2], ifindex, len;
	__u16 protocol;
	struct load l;
	long offset;

	if (!dev || netns_of_device(dev) != netns_inum)
		return 0;
	protocol = skb->protocol;
	if (protocol != bpf_htons(ETH_P_IP) && protocol != bpf_htons(ETH_P_IPV6))
		return 0;
	if (is_no_loss(skb, reason))
		return 0;
	ifindex = KERNEL_READ(dev, struct net_device, ifindex);
	offset = data_offset(skb);
	len = skb->len;
	key.ipv6 = protocol == bpf_htons(ETH_P_IPV6);
	key.stage = drop_stage(skb, key.ipv6, dev, ifindex, offset, reason);
	key.reason = reason;
	key.in_ifindex = skb->skb_iif;
	if (key.stage == IPFW_DROP_LINK) {
		key.in_ifindex = ifindex;
	} else {
		len += offset;
		if (ifindex != key.in_ifindex) {
			if (key.stage == IPFW_DROP_OUTPUT || key.stage == IPFW_DROP_FORWARD)
				key.out_ifindex = ifindex;
		} else if (is_vrf_device(dev) && key.stage != IPFW_DROP_OUTPUT) {
			key.in_ifindex = ingress_ifindex(skb); /* the port */
		}
	}
	l = weigh(skb, key.ipv6, len, (__u16)(skb->transport_header - skb->network_header));
	count_drop(&key, &l);
	return 0;
}
