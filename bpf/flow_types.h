/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The kernel's types that flowtables have, cut down as those of ipfw_types.h. */
#ifndef IPFW_FLOW_TYPES_H
#define IPFW_FLOW_TYPES_H

#include <stdbool.h>

#include "ipfw_types.h"

/* Copied as it is. */
struct encapsulation {
	__u16 id;
	__be16 proto;
};

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
	struct encapsulation encap[2];
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

struct nf_flowtable {
	possible_net_t net;
};

/* What a flow is made from. */
struct nf_flow_route {
	struct {
		struct dst_entry *dst;
		struct {
			__u32 ifindex;
			struct encapsulation encap[2];
			__u8 num_encaps : 2;
		} in;
		enum flow_offload_xmit_type xmit_type;
	} tuple[2];
};

#pragma clang attribute pop

#endif
