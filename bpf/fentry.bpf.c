/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The hooks as fentry and fexit programs on the functions of the IP layer, for kernels without
 * netfilter links. They see all network namespaces and count one. Functions that br_netfilter, VRF
 * or IPsec do not go through twice were chosen where there was a choice.
 */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "ipfw_probe.h"

#include "esp.h"
#include "netns.h"
#include "output.h"

#define PACKET_HOST 0
#define ETH_P_IPV6  0x86dd

static __always_inline bool is_ours(struct sk_buff *skb)
{
	return netns_of_packet(skb) == netns_inum;
}

static __always_inline int received(struct sk_buff *skb, __u32 ipv6)
{
	struct load l;
	__u32 ifindex;

	if (!is_ours(skb)) /* none: its header was wrong, or it is not for us */
		return 0;
	ifindex = skb->dev->ifindex;
	if (is_own_multicast(skb))
		return 0;
	l = weigh_routed(skb, ipv6);
	count_if(ifindex, ipv6, IPFW_IN, &l);
	return 0;
}

/* What the next link refuses: see ip_exceeds_mtu() and ip6_pkt_too_big(). */
static __always_inline bool is_too_big(struct sk_buff *skb, __u32 ipv6)
{
	void *ip = skb->head + skb->network_header, *shared = skb->head + skb->end;
	__u32 mtu, largest;

	if (!ipv6 && !(KERNEL_READ(ip, struct iphdr, frag_off) & bpf_htons(IP_DF)))
		return false;
	mtu = output_mtu(skb, ipv6, true);
	if (!mtu || skb->len <= mtu)
		return false;
	largest = largest_fragment(skb, ipv6);
	if (largest > mtu)
		return true;
	if (BPF_CORE_READ_BITFIELD(skb, ignore_df))
		return false;
	return !KERNEL_READ(shared, struct skb_shared_info, gso_size) || !segments_fit(skb, mtu);
}

/* What ip6_forward() refuses for its header. */
static __always_inline bool is_refused_ipv6(struct sk_buff *skb, const void *ip)
{
	struct {
		__u8 others[7], hop_limit;
		__u64 source[2];
	} header = {};

	bpf_probe_read_kernel(&header, sizeof(header), ip);
	if (header.hop_limit <= 1)
		return true;
	if (ingress_ifindex(skb) == output_ifindex(skb))
		return false;
	return (header.source[0] & bpf_cpu_to_be64(0xffc0ULL << 48)) ==
		       bpf_cpu_to_be64(0xfe80ULL << 48) || /* link-local */
	       !(header.source[0] | header.source[1]);     /* unspecified */
}

/* On entry: what ip_forward() and ip6_forward() refuse before the FORWARD chain is left out. */
static __always_inline int handed_over(struct sk_buff *skb, __u32 ipv6)
{
	void *ip = skb->head + skb->network_header;
	struct load l;

	if (!is_ours(skb) || skb->pkt_type != PACKET_HOST)
		return 0;
	if (ipv6) {
		if (!skb->dev->nd_net.net->ipv6.devconf_all->forwarding || is_refused_ipv6(skb, ip))
			return 0;
	} else if (KERNEL_READ(ip, struct iphdr, ttl) <= 1) {
		return 0;
	}
	if (is_too_big(skb, ipv6))
		return 0;
	l = weigh_routed(skb, ipv6);
	count_if(ingress_ifindex(skb), ipv6, IPFW_IN_FORW, &l);
	return 0;
}

static __always_inline int forwarded(struct sk_buff *skb, __u32 ipv6, bool no_socket)
{
	struct net_device *device;
	struct load l;
	__u32 out;

	if (!is_ours(skb))
		return 0;
	device = output_device(skb);
	if (!device || is_vrf_device(device))
		return 0; /* it passes once more, on the port */
	if (!was_forwarded(skb, ipv6, no_socket) &&
	    (ipv6 || !was_forwarded_to_vrf(skb, device, no_socket)))
		return 0;
	l = weigh_routed(skb, ipv6);
	out = KERNEL_READ(device, struct net_device, ifindex);
	count_if(out, ipv6, IPFW_OUT_FORW, &l);
	count_path(ingress_ifindex(skb), out, ipv6, &l);
	return 0;
}

static __always_inline int sent(struct sk_buff *skb, __u32 ipv6)
{
	struct net_device *device;
	struct load l;

	if (!is_ours(skb))
		return 0;
	device = output_device(skb);
	if (!device || is_vrf_device(device))
		return 0;
	l = weigh_routed(skb, ipv6);
	if (is_transformed(skb, ipv6))
		add_esp_trailers(&l, skb);
	count_if(KERNEL_READ(device, struct net_device, ifindex), ipv6, IPFW_OUT, &l);
	return 0;
}

/* The transport header comes next already. */
static __always_inline int delivered(struct sk_buff *skb, __u32 ipv6)
{
	struct load l;

	if (!is_ours(skb) || is_own_multicast(skb))
		return 0;
	l = weigh(skb, ipv6, skb->len + data_offset(skb),
		  (__u16)(skb->transport_header - skb->network_header));
	count_if(ingress_ifindex(skb), ipv6, IPFW_LOCAL, &l);
	return 0;
}

SEC("fexit/ip_rcv_core")
int received_ipv4(__u64 *ctx)
{
	return received((void *)ctx[2], 0); /* what it returns */
}

SEC("fexit/ip6_rcv_core")
int received_ipv6(__u64 *ctx)
{
	return received((void *)ctx[3], 1);
}

SEC("fentry/ip_forward")
int forward_ipv4(__u64 *ctx)
{
	return handed_over((void *)ctx[0], 0);
}

SEC("fentry/ip6_forward")
int forward_ipv6(__u64 *ctx)
{
	return handed_over((void *)ctx[0], 1);
}

/* After POST_ROUTING, before fragmentation; arguments: net, sk, skb. */
SEC("fentry/ip_finish_output")
int forwarded_ipv4(__u64 *ctx)
{
	return forwarded((void *)ctx[2], 0, !ctx[1]);
}

SEC("fentry/ip6_finish_output")
int forwarded_ipv6(__u64 *ctx)
{
	return forwarded((void *)ctx[2], 1, !ctx[1]);
}

/* What IPsec is to transform does not come through ip_finish_output() as it was. sk, skb. */
SEC("fentry/xfrm_output")
int forwarded_ipsec(__u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[1];

	return forwarded(skb, skb->protocol == bpf_htons(ETH_P_IPV6), !ctx[0]);
}

SEC("fentry/ip_finish_output2")
int sent_ipv4(__u64 *ctx)
{
	return sent((void *)ctx[2], 0);
}

SEC("fentry/ip6_finish_output2")
int sent_ipv6(__u64 *ctx)
{
	return sent((void *)ctx[2], 1);
}

/* Past LOCAL_IN, and for IPv4 put together again; arguments: net, skb. */
SEC("fentry/ip_protocol_deliver_rcu")
int delivered_ipv4(__u64 *ctx)
{
	return delivered((void *)ctx[1], 0);
}

SEC("fentry/ip6_protocol_deliver_rcu")
int delivered_ipv6(__u64 *ctx)
{
	return delivered((void *)ctx[1], 1);
}
