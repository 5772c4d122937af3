/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The hooks as netfilter links (Linux 6.4 and newer): PRE_ROUTING and FORWARD before every other
 * hook function, POST_ROUTING after. They belong to one network namespace by nature. br_netfilter
 * calls them for bridged frames too, VRF and IPsec twice for one packet: each rule says why.
 */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "ipfw_types.h"

#define NF_ACCEPT 1

#ifndef bpf_core_cast /* libbpf 1.4 and newer declare it beside that macro */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym;
#endif

#define KERNEL_CAST(pointer, type)                                                                 \
	((type *)bpf_rdonly_cast((const void *)(pointer), bpf_core_type_id_kernel(type)))
#define KERNEL_READ(pointer, type, field) (KERNEL_CAST(pointer, type)->field)
#define KERNEL_READ_BITS(pointer, type, field)                                                     \
	({                                                                                         \
		type *object_ = KERNEL_CAST(pointer, type);                                        \
		BPF_CORE_READ_BITFIELD(object_, field);                                            \
	})

#define KERNEL_LOOPS

#include "esp.h"
#include "fragments.h"

extern const void ip_mc_finish_output __ksym __weak;
extern const void dev_loopback_xmit __ksym __weak;
extern const void xfrm4_rcv_encap_finish __ksym __weak;
extern const void xfrm6_transport_finish2 __ksym __weak;

#define USUAL_SMALLEST_MTU 576 /* below it, only that of the device is looked at */

static __noinline bool is_for_us(struct sk_buff *skb, struct net_device *dev)
{
	struct ethhdr *frame = KERNEL_CAST(skb->head + skb->mac_header, struct ethhdr);
	struct ethhdr *own = KERNEL_CAST(dev->dev_addr, struct ethhdr);

	if (frame->h_dest[0] & 1)
		return true;
	for (int i = 0; i < 6; i++)
		if (frame->h_dest[i] != own->h_dest[i])
			return false;
	return true;
}

static __always_inline int received(struct bpf_nf_ctx *ctx, __u32 ipv6)
{
	const struct nf_hook_state *state = ctx->state;
	struct sk_buff *skb = ctx->skb;
	struct net_device *in = state->in;
	struct load l;
	__u32 ifindex;

	if (!in || state->okfn == &xfrm4_rcv_encap_finish ||
	    state->okfn == &xfrm6_transport_finish2)
		return NF_ACCEPT; /* once more, after IPsec in transport mode */
	ifindex = in->ifindex;
	if (ifindex != LOOPBACK_IFINDEX) {
		if (skb->pkt_type == PACKET_LOOPBACK) /* our own multicast, looped back */
			return NF_ACCEPT;
		if ((__u32)skb->skb_iif != ifindex) {
			/* Called by br_netfilter, before it is known what becomes of the frame. */
			if (!is_for_us(skb, in))
				return NF_ACCEPT;
		} else if (*(__u32 *)skb->cb != ifindex) {
			return NF_ACCEPT; /* once more, on the VRF device */
		}
	}
	l = weigh_routed(skb, ipv6);
	count_if(ifindex, ipv6, IPFW_IN, &l);
	return NF_ACCEPT;
}

static __always_inline int handed_over(struct bpf_nf_ctx *ctx, __u32 ipv6)
{
	const struct nf_hook_state *state = ctx->state;
	struct sk_buff *skb = ctx->skb;
	struct load l;

	if (skb->dev != state->in && skb->dev != state->out)
		return NF_ACCEPT; /* bridged, called by br_netfilter */
	l = weigh_routed(skb, ipv6);
	count_if(ingress_ifindex(skb), ipv6, IPFW_IN_FORW, &l);
	return NF_ACCEPT;
}

static __always_inline int delivered(struct bpf_nf_ctx *ctx, __u32 ipv6)
{
	struct sk_buff *skb = ctx->skb;
	struct load l;

	if (is_own_multicast(skb))
		return NF_ACCEPT;
	l = weigh_routed(skb, ipv6);
	count_if(ingress_ifindex(skb), ipv6, IPFW_LOCAL, &l);
	return NF_ACCEPT;
}

/* IPsec is to transform it; the result passes here again. */
static __always_inline bool before_ipsec(struct sk_buff *skb)
{
	unsigned long dst = skb->_skb_refdst & SKB_DST_PTRMASK;

	return dst && KERNEL_READ(dst, struct dst_entry, xfrm);
}

static __always_inline int sent(struct bpf_nf_ctx *ctx, __u32 ipv6)
{
	const struct nf_hook_state *state = ctx->state;
	struct sk_buff *skb = ctx->skb;
	struct net_device *out = state->out;
	struct ipfw_if_counters *counters;
	struct load l;

	/* Bridged, called by br_netfilter; before IPsec the device is still that of the input. */
	if (!out || (skb->dev != out && skb->dev != state->in))
		return NF_ACCEPT;
	if (state->okfn == &ip_mc_finish_output || state->okfn == &dev_loopback_xmit)
		return NF_ACCEPT; /* the copy of our own multicast for ourselves */
	if (is_vrf_device(out))
		return NF_ACCEPT; /* it passes once more, on the port */
	l = weigh_routed(skb, ipv6);
	counters = counters_of(out->ifindex);
	if (was_forwarded(skb, ipv6, !state->sk) ||
	    (!ipv6 && was_forwarded_to_vrf(skb, out, !state->sk))) {
		count(counters, ipv6, IPFW_OUT_FORW, &l);
		count_path(ingress_ifindex(skb), out->ifindex, ipv6, &l);
	}
	if (before_ipsec(skb))
		return NF_ACCEPT;
	if (l.octets > USUAL_SMALLEST_MTU || l.octets > out->mtu || largest_fragment(skb, ipv6))
		fragment(&l, skb, ipv6, state->sk);
	if (is_transformed(skb, ipv6))
		add_esp_trailers(&l, skb);
	count(counters, ipv6, IPFW_OUT, &l);
	return NF_ACCEPT;
}

/* A program for each family costs less than asking each packet for it. */
#define HOOK(name, inlined)                                                                        \
	SEC("raw_tp")                                                                              \
	int name##_ipv4(struct bpf_nf_ctx *ctx)                                                    \
	{                                                                                          \
		return inlined(ctx, 0);                                                            \
	}                                                                                          \
	SEC("raw_tp")                                                                              \
	int name##_ipv6(struct bpf_nf_ctx *ctx)                                                    \
	{                                                                                          \
		return inlined(ctx, 1);                                                            \
	}

HOOK(pre_routing, received)
HOOK(forward, handed_over)
HOOK(post_routing, sent)
HOOK(local_in, delivered)
