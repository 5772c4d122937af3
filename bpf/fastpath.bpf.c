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

#include "weigh.h"

#define ETH_P_8021Q   0x8100
#define ETH_P_PPP_SES 0x8864
#define VLAN_TAG      4
#define PPPOE_HEADER  8
#define NF_STOLEN     2

#define IFF_BRIDGE_PORT (1 << 9)
#define IFINDEX_HASH    256 /* NETDEV_HASHENTRIES */
#define MOST_COLLISIONS 64  /* devices with the same last octet of their ifindex */
#define NESTED          4   /* a power of two */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct netdev_adjacent {
	struct net_device *dev;
	bool master;
	struct list_head list;
};

struct net___devices {
	struct hlist_head *dev_index_head;
};

struct net_device___devices {
	struct hlist_node index_hlist;
	struct {
		struct list_head upper;
	} adj_list;
};

enum flow_offload_xmit_type { FLOW_OFFLOAD_XMIT_XFRM, FLOW_OFFLOAD_XMIT_DIRECT };

struct flow_offload_tuple {
	int iifidx;
	__u16 dir : 2, xmit_type : 3, encap_num : 2;
	__u16 tun_num : 2; /* since Linux 6.19 */
	struct dst_entry *dst_cache;
	struct {
		__u32 ifidx;
	} out;
	__u32 ifidx; /* likewise */
};

struct flow_offload_tuple_rhash {
	struct flow_offload_tuple tuple;
};

#pragma clang attribute pop

#define TUPLE(flow, field)      KERNEL_READ(flow, struct flow_offload_tuple_rhash, tuple.field)
#define TUPLE_BITS(flow, field) KERNEL_READ_BITS(flow, struct flow_offload_tuple_rhash, tuple.field)
#define IS_XMIT(flow, type)                                                                        \
	(TUPLE_BITS(flow, xmit_type) == bpf_core_enum_value(enum flow_offload_xmit_type, type))

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

struct device_search {
	struct hlist_node *rest;
	__u32 ifindex;
	struct net_device *found;
};

static long look_at_device(__u32 number, struct device_search *search)
{
	struct hlist_node *node = search->rest;
	void *device;

	(void)number;
	if (!node)
		return 1;
	device = (void *)node - bpf_core_field_offset(struct net_device___devices, index_hlist);
	if (KERNEL_READ(device, struct net_device, ifindex) == (int)search->ifindex) {
		search->found = device;
		return 1;
	}
	search->rest = KERNEL_READ(node, struct hlist_node, next);
	return 0;
}

/* See dev_get_by_index_rcu(): the caller's caller holds the lock. */
static __always_inline struct net_device *device_of(struct net *net, __u32 ifindex)
{
	struct hlist_head *heads = KERNEL_READ(net, struct net___devices, dev_index_head);
	struct device_search search = {.ifindex = ifindex};

	heads += ifindex & (IFINDEX_HASH - 1);
	search.rest = KERNEL_READ(heads, struct hlist_head, first);
	FOR_EACH(MOST_COLLISIONS, look_at_device, search);
	return search.found;
}

/* The bridge that a device is a port of, else the device itself. */
static __noinline __u32 bridge_of(struct net *net, __u32 ifindex)
{
	struct net_device *device = device_of(net, ifindex), *master;
	void *upper;

	if (!device || !(KERNEL_READ_BITS(device, struct net_device, priv_flags) & IFF_BRIDGE_PORT))
		return ifindex;
	upper = KERNEL_READ(device, struct net_device___devices, adj_list.upper.next);
	upper -= bpf_core_field_offset(struct netdev_adjacent, list);
	master = KERNEL_READ(upper, struct netdev_adjacent, dev);
	return KERNEL_READ(master, struct net_device, ifindex);
}

static __always_inline __u32 routed_device(void *flow)
{
	void *dst = TUPLE(flow, dst_cache);
	void *device = KERNEL_READ(dst, struct dst_entry, dev);

	return KERNEL_READ(device, struct net_device, ifindex);
}

/* The interface that IP would have sent the flow's packets by. */
static __always_inline __u32 output_of(struct net *net, void *flow)
{
	return IS_XMIT(flow, FLOW_OFFLOAD_XMIT_DIRECT) ? bridge_of(net, TUPLE(flow, out.ifidx))
						       : routed_device(flow);
}

/*
 * The interface that IP would have received them by. The flow knows the device below it; the
 * other direction's flow leads to the interface, if what it sends goes through that device.
 */
static __always_inline __u32 input_of(struct net *net, void *flow, void *other)
{
	if (IS_XMIT(other, FLOW_OFFLOAD_XMIT_DIRECT) || TUPLE_BITS(flow, encap_num))
		return output_of(net, other);
	return TUPLE(flow, iifidx);
}

/* The device that its packets are given to. */
static __always_inline __u32 transmitting_device(void *flow, __u32 out)
{
	if (IS_XMIT(flow, FLOW_OFFLOAD_XMIT_DIRECT))
		return TUPLE(flow, out.ifidx);
	return bpf_core_field_exists(struct flow_offload_tuple, ifidx) ? TUPLE(flow, ifidx) : out;
}

/* The flow of the other direction stands beside it, see struct flow_offload. */
static __always_inline void *other_direction(void *flow)
{
	__u64 size = bpf_core_type_size(struct flow_offload_tuple_rhash);

	return TUPLE_BITS(flow, dir) ? flow - size : flow + size;
}

/* Through a tunnel that IP does not see either. */
static __always_inline bool is_tunnelled(void *flow, void *other)
{
	if (!bpf_core_field_exists(struct flow_offload_tuple, tun_num))
		return false;
	return TUPLE_BITS(flow, tun_num) || TUPLE_BITS(other, tun_num);
}

static __always_inline void add_sum(struct ipfw_sum *sum, const struct load *l)
{
	__sync_fetch_and_add(&sum->packets, l->packets);
	__sync_fetch_and_add(&sum->octets, l->octets);
}

static __noinline struct ipfw_sum *fast_path(const struct ipfw_path_key *key)
{
	return find_or_add(&fast, key, &no_sum);
}

static __always_inline void count_flow(struct net *net, void *flow, __u32 ipv6,
				       const struct load *l)
{
	void *other = other_direction(flow);
	struct ipfw_path_key key = {.ipv6 = ipv6};
	struct ipfw_if_counters *in, *out;
	struct ipfw_sum *path;

	if (is_tunnelled(flow, other)) {
		miss(IPFW_MISSED_IF, l->packets);
		return;
	}
	key.in_ifindex = input_of(net, flow, other);
	key.out_ifindex = output_of(net, flow);
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
