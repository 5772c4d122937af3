/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A flow of a flowtable: the interfaces that IP would have received and sent its packets by, above
 * the devices between which the flowtable moves them.
 */
#ifndef IPFW_FLOW_H
#define IPFW_FLOW_H

#include "ipfw_probe.h"

#include "flow_types.h"
#include "netns.h"
#include "weigh.h"

#define IFF_BRIDGE_PORT (1 << 9)
#define IFINDEX_HASH    256 /* NETDEV_HASHENTRIES */
#define MOST_COLLISIONS 64  /* devices with the same last octet of their ifindex */
#define MOST_SIDES      4096

#define TUPLE(flow, field)      KERNEL_READ(flow, struct flow_offload_tuple_rhash, tuple.field)
#define TUPLE_BITS(flow, field) KERNEL_READ_BITS(flow, struct flow_offload_tuple_rhash, tuple.field)
#define IS_XMIT(flow, type)                                                                        \
	(TUPLE_BITS(flow, xmit_type) == bpf_core_enum_value(enum flow_offload_xmit_type, type))

/*
 * What is received through a device in these headers, if it is sent there directly. Since
 * Linux 6.19 such a flow knows nothing of the interface above (a bridge, a VLAN of it, a PPPoE
 * session), which therefore is noted when flows are made.
 */
struct side {
	__u32 ifindex;
	struct encapsulation encap[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, MOST_SIDES);
	__type(key, struct side);
	__type(value, __u32);
} flow_sides SEC(".maps");

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

static __always_inline __u32 direct_device(struct net *net, void *flow, void *other)
{
	__u32 *noted;
	struct side side = {.ifindex = TUPLE(other, iifidx), .encap = {{0}}};

	if (!bpf_core_field_exists(struct flow_offload_tuple, ifidx))
		return bridge_of(net, TUPLE(flow, out.ifidx));
	side.encap[0] = TUPLE(other, encap[0]);
	side.encap[1] = TUPLE(other, encap[1]);
	noted = bpf_map_lookup_elem(&flow_sides, &side);
	return noted ? *noted : 0;
}

/* The interface that IP would have sent the flow's packets by; 0: not known. */
static __always_inline __u32 output_of(struct net *net, void *flow, void *other)
{
	return IS_XMIT(flow, FLOW_OFFLOAD_XMIT_DIRECT) ? direct_device(net, flow, other)
						       : routed_device(flow);
}

/*
 * The interface that IP would have received them by. The flow knows the device below it; the
 * other direction's flow leads to the interface, if what it sends goes through that device.
 */
static __always_inline __u32 input_of(struct net *net, void *flow, void *other)
{
	if (IS_XMIT(other, FLOW_OFFLOAD_XMIT_DIRECT) || TUPLE_BITS(flow, encap_num))
		return output_of(net, other, flow);
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

static __always_inline void note_side(struct side *side, __u32 encaps, struct dst_entry *dst)
{
	void *device = KERNEL_READ(dst, struct dst_entry, dev);
	__u32 ifindex = KERNEL_READ(device, struct net_device, ifindex);
	struct encapsulation first = side->encap[0];

	if (netns_of_device(device) != netns_inum)
		return;
	if (encaps > 1) { /* the flow has them the other way round */
		side->encap[0] = side->encap[1];
		side->encap[1] = first;
	}
	bpf_map_update_elem(&flow_sides, side, &ifindex, BPF_ANY);
}

#define ROUTE(route, field) KERNEL_READ(route, struct nf_flow_route, tuple field)
/* The side that packets of one direction come from, those of the other go to. */
#define NOTE_SIDE(route, from, to)                                                                 \
	do {                                                                                       \
		if (ROUTE(route, [to].xmit_type) ==                                                \
		    bpf_core_enum_value(enum flow_offload_xmit_type, FLOW_OFFLOAD_XMIT_DIRECT))    \
			note_side(&(struct side){ROUTE(route, [from].in.ifindex),                  \
						 {ROUTE(route, [from].in.encap[0]),                \
						  ROUTE(route, [from].in.encap[1])}},              \
				  KERNEL_READ_BITS(route, struct nf_flow_route,                    \
						   tuple[from].in.num_encaps),                     \
				  ROUTE(route, [to].dst));                                         \
	} while (0)

#endif
