/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* fentry.bpf.c for all network namespaces; see ipfw_dispatch.h. */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "ipfw_dispatch.h"

/* By the number of the argument that is the packet; behind the last one: what is returned. */
#define DISPATCH_PACKET(hook, name, number)                                                        \
	DISPATCH(hook, name, netns_of_packet((void *)ctx[number]))

DISPATCH_PACKET("fexit/ip_rcv_core", received_ipv4, 2)
DISPATCH_PACKET("fexit/ip6_rcv_core", received_ipv6, 3)
DISPATCH_PACKET("fentry/ip_forward", forward_ipv4, 0)
DISPATCH_PACKET("fentry/ip6_forward", forward_ipv6, 0)
DISPATCH_PACKET("fentry/ip_finish_output", forwarded_ipv4, 2)
DISPATCH_PACKET("fentry/ip6_finish_output", forwarded_ipv6, 2)
DISPATCH_PACKET("fentry/xfrm_output", forwarded_ipsec, 1)
DISPATCH_PACKET("fentry/ip_finish_output2", sent_ipv4, 2)
DISPATCH_PACKET("fentry/ip6_finish_output2", sent_ipv6, 2)
DISPATCH_PACKET("fentry/ip_protocol_deliver_rcu", delivered_ipv4, 1)
DISPATCH_PACKET("fentry/ip6_protocol_deliver_rcu", delivered_ipv6, 1)
