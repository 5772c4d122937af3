/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The accounting core: from (skb, family, stage, interface) to per-CPU sums. The hook sets that
 * include it define KERNEL_READ(pointer, type, field) and KERNEL_READ_BITS() for bit fields: how to
 * read kernel memory through a pointer that the verifier does not know.
 *
 * The additions are atomic although the values are per CPU: the hooks of the output path run in
 * process context too, where a softirq may come in between.
 */
#ifndef IPFW_CORE_H
#define IPFW_CORE_H

#include <linux/types.h>

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "ipfw_shared.h"
#include "ipfw_types.h"

char dual_license[] SEC("license") = "Dual MIT/GPL";

/*
 * Per CPU, but in a plain array, which can be read without a system call: [number of the CPU]
 * [ifindex]. Beyond its end the lookup finds nothing, and what comes there is missed.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IPFW_LOW_IFS); /* set before loading, as those of other maps */
	__type(key, __u32);
	__type(value, struct ipfw_if_counters);
} if_low SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_HIGH_IFS + 1); /* and IPFW_RETIRED */
	__type(key, __u32);
	__type(value, struct ipfw_if_counters);
} if_high SEC(".maps");

/* [cpu][family][in][out] */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IPFW_LOW_PATHS);
	__type(key, __u32);
	__type(value, struct ipfw_counter);
} path_low SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_HIGH_PATHS);
	__type(key, struct ipfw_path_key);
	__type(value, struct ipfw_counter);
} path_high SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, IPFW_MISSED);
	__type(key, __u32);
	__type(value, __u64);
} missed SEC(".maps");

/*
 * Whether a hash was ever added to. The hooks say so before they add, not after: who finds 0 would
 * have found nothing in the hash at that moment, and need not search it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IPFW_HASHES);
	__type(key, __u32);
	__type(value, __u64);
} used SEC(".maps");

/* Kept by the program; see ipfw_shared.h. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_LOW_IFS + IPFW_HIGH_IFS);
	__type(key, __u32);
	__type(value, struct ipfw_if_record);
} if_records SEC(".maps");

/* What was counted at an ifindex before its present interface. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_LOW_IFS + IPFW_HIGH_IFS);
	__type(key, __u32);
	__type(value, struct ipfw_if_counters);
} if_bases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_LOW_PATHS + IPFW_HIGH_PATHS);
	__type(key, struct ipfw_path_key);
	__type(value, struct ipfw_path_record);
} path_records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_DROPS);
	__type(key, struct ipfw_drop_key);
	__type(value, struct ipfw_sum);
} drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_DROPS);
	__type(key, struct ipfw_drop_key);
	__type(value, struct ipfw_path_record);
} drop_records SEC(".maps");

/* Of the paths: what flowtables forwarded. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_FAST_PATHS);
	__type(key, struct ipfw_path_key);
	__type(value, struct ipfw_sum);
} fast SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, IPFW_FAST_PATHS);
	__type(key, struct ipfw_path_key);
	__type(value, struct ipfw_path_record);
} fast_records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IPFW_REASONS + IPFW_REASON_SUBSYSTEMS);
	__type(key, __u32);
	__type(value, struct ipfw_reason_name);
} reasons SEC(".maps");

/* The kernel takes an interface out of it when the interface goes away. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, IPFW_LOW_IFS + IPFW_HIGH_IFS);
	__type(key, __u32);
	__type(value, __u32);
} present SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ipfw_info);
} info SEC(".maps");

/* What the arrays hold for each CPU; set before loading. */
const volatile struct ipfw_low low SEC(".rodata.low");

static const struct ipfw_if_counters no_counters;
static const struct ipfw_counter no_counter;
static const struct ipfw_sum no_sum;

/* The inode number of the namespace to count in, for hooks that see all; set before loading. */
const volatile __u32 netns_inum SEC(".rodata.netns");

/* An skb in packets and octets of the wire, and as the kernel itself counts it. */
struct load {
	__u32 packets;
	__u32 octets;
	__u32 skbs;
	__u32 skb_octets;
};

static __always_inline void add(struct ipfw_counter *c, const struct load *l)
{
	__sync_fetch_and_add(&c->packets, l->packets);
	__sync_fetch_and_add(&c->octets, l->octets);
	if (l->packets != l->skbs) {
		__sync_fetch_and_add(&c->extra_packets, l->packets - l->skbs);
		__sync_fetch_and_add(&c->extra_octets, l->octets - l->skb_octets);
	}
}

static __noinline void miss(__u32 what, __u32 packets)
{
	__u64 *v = bpf_map_lookup_elem(&missed, &what);

	if (v)
		__sync_fetch_and_add(v, packets);
}

/* The value of a key, `fresh` if there was none; NULL: there is no room. */
static __always_inline void *find_or_add(void *map, enum ipfw_hash hash, const void *key,
					 const void *fresh)
{
	void *v = bpf_map_lookup_elem(map, key);

	if (!v) {
		__u32 which = hash;
		__u64 *is_used = bpf_map_lookup_elem(&used, &which);

		if (is_used)
			*is_used = 1;
		bpf_map_update_elem(map, key, fresh, BPF_NOEXIST);
		v = bpf_map_lookup_elem(map, key);
	}
	return v;
}

/* Not inlined: the compiler would merge it with the lookup in the array, and the verifier inline
 * neither. */
static __noinline struct ipfw_if_counters *if_in_hash(__u32 ifindex)
{
	return find_or_add(&if_high, IPFW_HASH_IFS, &ifindex, &no_counters);
}

static __noinline struct ipfw_counter *path_in_hash(const struct ipfw_path_key *key)
{
	return find_or_add(&path_high, IPFW_HASH_PATHS, key, &no_counter);
}

/* The counters of an interface; NULL: there is no room for them. */
static __always_inline struct ipfw_if_counters *counters_of(__u32 ifindex)
{
	const __u32 ifs = low.ifs;

	if (ifindex < ifs) {
		__u32 slot = bpf_get_smp_processor_id() * ifs + ifindex;

		return bpf_map_lookup_elem(&if_low, &slot);
	}
	return if_in_hash(ifindex);
}

static __always_inline void count(struct ipfw_if_counters *c, __u32 ipv6, enum ipfw_stage stage,
				  const struct load *l)
{
	if (c)
		add(&c->of[ipv6 & 1][stage], l);
	else
		miss(IPFW_MISSED_IF, l->packets);
}

static __always_inline void count_if(__u32 ifindex, __u32 ipv6, enum ipfw_stage stage,
				     const struct load *l)
{
	count(counters_of(ifindex), ipv6, stage, l);
}

static __always_inline void count_path(__u32 in, __u32 out, __u32 ipv6, const struct load *l)
{
	const __u32 ifs = low.path_ifs;
	struct ipfw_counter *v;

	if (in < ifs && out < ifs) {
		__u32 family = bpf_get_smp_processor_id() * 2 + (ipv6 & 1);
		__u32 slot = IPFW_LOW_PATH(in, out, family, ifs);

		v = bpf_map_lookup_elem(&path_low, &slot);
	} else {
		struct ipfw_path_key key = {in, out, ipv6 & 1};

		v = path_in_hash(&key);
	}
	if (v)
		add(v, l);
	else
		miss(IPFW_MISSED_PATH, l->packets);
}

/*
 * The interface that IP received the packet by: the port of a VRF, not the VRF device. Of what
 * comes by lo IPv6 notes the interface that has the address.
 */
static __always_inline __u32 ingress_ifindex(struct sk_buff *skb)
{
	int iif = *(int *)skb->cb; /* inet_skb_parm and inet6_skb_parm begin with it */

	return iif > 0 && skb->skb_iif != LOOPBACK_IFINDEX ? iif : skb->skb_iif;
}

/* The copy of our own multicast that is looped back to us. */
static __always_inline bool is_own_multicast(struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_LOOPBACK && skb->skb_iif != LOOPBACK_IFINDEX;
}

/* What IP noted in the packet's control block: read at its place, since a cast costs more. */
#define CONTROL(skb, type, field) (*(__u16 *)((skb)->cb + bpf_core_field_offset(type, field)))

static __always_inline __u16 control_flags(struct sk_buff *skb, __u32 ipv6)
{
	return ipv6 ? CONTROL(skb, struct inet6_skb_parm, flags)
		    : CONTROL(skb, struct inet_skb_parm, flags);
}

/*
 * Whether a packet in the output path was forwarded. IPv4 marks it; IPv6 does not, but what
 * forwarding sends has come in by an interface and is sent for no socket. Not forwarded once more:
 * what IPsec made of a forwarded packet, or is to make of one since SNAT changed its source.
 */
static __always_inline bool was_forwarded(struct sk_buff *skb, __u32 ipv6, bool no_socket)
{
	__u16 flags;

	if (!skb->skb_iif || !no_socket)
		return false;
	flags = control_flags(skb, ipv6);
	if (ipv6)
		return !(flags & (IP6SKB_XFRM_TRANSFORMED | IP6SKB_REROUTED));
	return (flags & (IPSKB_FORWARDED | IPSKB_XFRM_TRANSFORMED | IPSKB_REROUTED)) ==
	       IPSKB_FORWARDED;
}

/* What IPsec made of another packet. */
static __always_inline bool is_transformed(struct sk_buff *skb, __u32 ipv6)
{
	return control_flags(skb, ipv6) & (ipv6 ? IP6SKB_XFRM_TRANSFORMED : IPSKB_XFRM_TRANSFORMED);
}

static __always_inline bool is_vrf_device(struct net_device *dev)
{
	return KERNEL_READ_BITS(dev, struct net_device, priv_flags) & IFF_L3MDEV_MASTER;
}

/*
 * Whether an IPv4 packet was forwarded to a VRF device, by a route that leads there. That sends it
 * once more, by a port, as if it were the router's own, with a control block that is empty.
 */
static __always_inline bool was_forwarded_to_vrf(struct sk_buff *skb, struct net_device *out,
						 bool no_socket)
{
	return skb->skb_iif && no_socket && !*(int *)skb->cb && !control_flags(skb, 0) &&
	       KERNEL_READ_BITS(out, struct net_device, priv_flags) & IFF_L3MDEV_SLAVE;
}

static __always_inline struct net_device *output_device(struct sk_buff *skb)
{
	void *dst = (void *)(skb->_skb_refdst & SKB_DST_PTRMASK);

	return dst ? KERNEL_READ(dst, struct dst_entry, dev) : NULL;
}

static __always_inline __u32 output_ifindex(struct sk_buff *skb)
{
	struct net_device *out = output_device(skb);

	return out ? KERNEL_READ(out, struct net_device, ifindex) : 0;
}

#endif
