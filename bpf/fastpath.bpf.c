/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What flowtables of nftables forward: past the IP layer, from the ingress hook of a device, in the
 * module nf_flow_table. It is counted as if it had passed the hooks of the IP layer.
 *
 * A packet is gone when the flowtable's function returns. So on entry it is weighed, in between the
 * flow that was found is noted, and on return the verdict says whether it was forwarded. Whatever
 * else it says, the packet goes on to the hooks of the IP layer, or is lost before them. Calls can
 * be nested: what the flowtable sends can come in again before it returns.
 */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "ipfw_probe.h"

#include "flow.h"
#include "weigh.h"

#define ETH_P_8021Q   0x8100
#define ETH_P_PPP_SES 0x8864
#define VLAN_TAG      4
#define PPPOE_HEADER  8
#define NF_STOLEN     2

#define NESTED 4 /* a power of two */

/* One call of the flowtable's function. */
struct call {
	__u64 skb;  /* a number: it may be gone */
	void *flow; /* struct flow_offload_tuple_rhash; NULL: none was found */
	bool has_looked;
	struct load load;
};

struct calls {
	__u32 depth;
	struct call of[NESTED];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct calls);
} flow_calls SEC(".maps");

static __always_inline struct calls *calls_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&flow_calls, &zero);
}

/* What stands before the IP header: one of these, since a first tag is not in the data any more. */
static __always_inline __u32 link_headers(const struct sk_buff *skb)
{
	if (skb->protocol == bpf_htons(ETH_P_8021Q))
		return VLAN_TAG;
	return skb->protocol == bpf_htons(ETH_P_PPP_SES) ? PPPOE_HEADER : 0;
}

/* A flow has neither options nor extension headers. A short frame's padding is not IP's. */
static __always_inline struct load weigh_flow(struct sk_buff *skb, __u32 ipv6)
{
	void *shared = skb->head + skb->end;
	__u32 before = link_headers(skb), len = skb->len - before, own;
	__u32 network = skb->network_header + before;
	void *ip = skb->head + network;

	if (KERNEL_READ(shared, struct skb_shared_info, gso_size))
		return weigh_segments(skb, network, len, ipv6 ? 40 : 20);
	own = ipv6 ? 40 + bpf_ntohs(KERNEL_READ(ip, struct ipv6hdr, payload_len))
		   : bpf_ntohs(KERNEL_READ(ip, struct iphdr, tot_len));
	if (own < len)
		len = own;
	return (struct load){1, len, 1, len};
}

static __always_inline bool is_ours(const struct nf_hook_state *state)
{
	return state->net->ns.inum == netns_inum;
}

/* Arguments: the flowtable, skb, state. */
static __always_inline int enter(__u64 *ctx, __u32 ipv6)
{
	struct calls *calls = calls_here();
	struct call *call;

	if (!is_ours((void *)ctx[2]) || !calls)
		return 0;
	if (calls->depth < NESTED) {
		call = &calls->of[calls->depth & (NESTED - 1)];
		call->skb = ctx[1];
		call->flow = NULL;
		call->has_looked = false;
		call->load = weigh_flow((void *)ctx[1], ipv6);
	}
	calls->depth++;
	return 0;
}

static __always_inline void add_sum(struct ipfw_sum *sum, const struct load *l)
{
	__sync_fetch_and_add(&sum->packets, l->packets);
	__sync_fetch_and_add(&sum->octets, l->octets);
}

static __noinline struct ipfw_sum *fast_path(const struct ipfw_path_key *key)
{
	return find_or_add(&fast, IPFW_HASH_FAST, key, &no_sum);
}

static __always_inline void count_flow(struct net *net, void *flow, __u32 ipv6,
				       const struct load *l)
{
	void *other = other_direction(flow);
	struct ipfw_path_key key = {.in_ifindex = input_of(net, flow, other),
				    .out_ifindex = output_of(net, flow, other),
				    .ipv6 = ipv6};
	struct ipfw_if_counters *in, *out;
	struct ipfw_sum *path;

	if (!key.in_ifindex || !key.out_ifindex || is_tunnelled(flow, other)) {
		miss(IPFW_MISSED_IF, l->packets);
		return;
	}
	in = counters_of(key.in_ifindex);
	count(in, ipv6, IPFW_IN, l);
	count(in, ipv6, IPFW_IN_FORW, l);
	if (in) {
		add_sum(&in->fast[ipv6 & 1], l);
		if (key.in_ifindex != (__u32)TUPLE(flow, iifidx))
			add_sum(&in->beside[0], l);
	}
	path = fast_path(&key);
	if (path)
		add_sum(path, l);
	else
		miss(IPFW_MISSED_PATH, l->packets);
	if (IS_XMIT(flow, FLOW_OFFLOAD_XMIT_XFRM))
		return; /* it passes the hooks of the output */
	out = counters_of(key.out_ifindex);
	count(out, ipv6, IPFW_OUT_FORW, l);
	count_path(key.in_ifindex, key.out_ifindex, ipv6, l);
	count(out, ipv6, IPFW_OUT, l);
	if (out && key.out_ifindex != transmitting_device(flow, key.out_ifindex))
		add_sum(&out->beside[1], l);
}

/* Arguments: as above, and what is returned. */
static __always_inline int leave(__u64 *ctx, __u32 ipv6)
{
	const struct nf_hook_state *state = (void *)ctx[2];
	struct calls *calls = calls_here();
	struct call *call;

	if (!is_ours(state) || !calls || !calls->depth)
		return 0;
	calls->depth--;
	call = &calls->of[calls->depth & (NESTED - 1)];
	if (calls->depth >= NESTED || call->skb != ctx[1]) {
		if (calls->depth < NESTED)
			calls->depth = 0; /* a call was not seen to begin, or to end */
		if ((__u32)ctx[3] == NF_STOLEN)
			miss(IPFW_MISSED_IF, 1);
		return 0;
	}
	if ((__u32)ctx[3] != NF_STOLEN)
		return 0;
	if (call->flow)
		count_flow(state->net, call->flow, ipv6, &call->load);
	else
		miss(IPFW_MISSED_IF, call->load.packets);
	return 0;
}

/* Arguments: the flow, and what it is made from. */
SEC("fentry/flow_offload_route_init")
int fast_route(__u64 *ctx)
{
	const struct nf_flow_route *route = (void *)ctx[1];

	NOTE_SIDE(route, 0, 1);
	NOTE_SIDE(route, 1, 0);
	return 0;
}

SEC("fentry/nf_flow_offload_ip_hook")
int fast_enter_ipv4(__u64 *ctx)
{
	return enter(ctx, 0);
}

SEC("fentry/nf_flow_offload_ipv6_hook")
int fast_enter_ipv6(__u64 *ctx)
{
	return enter(ctx, 1);
}

/* Arguments: the flowtable, what is looked for, the flow that was found. The first call counts:
 * what the flowtable sends can lead to others. */
SEC("fexit/flow_offload_lookup")
int fast_lookup(__u64 *ctx)
{
	struct calls *calls = calls_here();
	struct call *call;

	if (!calls || !calls->depth || calls->depth > NESTED)
		return 0;
	call = &calls->of[(calls->depth - 1) & (NESTED - 1)];
	if (!call->has_looked)
		call->flow = (void *)ctx[2];
	call->has_looked = true;
	return 0;
}

SEC("fexit/nf_flow_offload_ip_hook")
int fast_leave_ipv4(__u64 *ctx)
{
	return leave(ctx, 0);
}

SEC("fexit/nf_flow_offload_ipv6_hook")
int fast_leave_ipv6(__u64 *ctx)
{
	return leave(ctx, 1);
}
