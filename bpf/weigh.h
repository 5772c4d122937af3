/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a packet weighs: in packets and octets as on the wire, and as the kernel counts it. */
#ifndef IPFW_WEIGH_H
#define IPFW_WEIGH_H

#include "ipfw_core.h"

/*
 * Call `look`(number, &state) up to `most` times, until it returns 1. The hook set says so if all
 * kernels that it is for can loop (Linux 5.17): to look through a loop takes the verifier a second.
 */
#ifdef KERNEL_LOOPS
#define FOR_EACH(most, look, state) bpf_loop(most, look, &(state), 0)
#else
#define FOR_EACH(most, look, state)                                                                \
	for (__u32 number_ = 0; number_ < (most) && !look(number_, &(state)); number_++)           \
		;
#endif

/* The extension headers of a packet, up to where they have been looked at. */
struct extension_headers {
	unsigned char *ip;
	__u32 length;
	__u8 next;
	bool was_routing, before_upper_layer;
};

static long look_at_header(__u32 number, struct extension_headers *h)
{
	unsigned char *header = h->ip + h->length;

	(void)number;
	if (h->next != IPPROTO_HOPOPTS && h->next != IPPROTO_ROUTING &&
	    (h->next != IPPROTO_DSTOPTS || (h->was_routing && !h->before_upper_layer)))
		return 1;
	h->was_routing |= h->next == IPPROTO_ROUTING;
	h->next = KERNEL_READ(header, struct ipv6_opt_hdr, nexthdr);
	h->length += (KERNEL_READ(header, struct ipv6_opt_hdr, hdrlen) + 1) * 8;
	return 0;
}

/*
 * The length of the IPv6 header and the extension headers after it: those before the upper layer,
 * or those that each fragment repeats; see ip6_find_1stfragopt().
 */
static __noinline __u32 ipv6_headers(struct sk_buff *skb, bool before_upper_layer)
{
	unsigned char *ip = skb->head + skb->network_header;
	struct extension_headers headers = {
		.ip = ip,
		.next = KERNEL_READ(ip, struct ipv6hdr, nexthdr),
		.length = 40,
		.before_upper_layer = before_upper_layer,
	};

	FOR_EACH(MOST_EXTENSIONS, look_at_header, headers);
	return headers.length;
}

/*
 * The load of a GSO skb, which goes, or came, as segments that each carry the headers: of `len`
 * octets from `network` in its buffer on, where the transport header stands `headers` later.
 */
static __always_inline struct load weigh_segments(struct sk_buff *skb, __u32 network, __u32 len,
						  __u32 headers)
{
	struct load l = {1, len, 1, len};
	unsigned char *head = skb->head;
	void *shared = head + skb->end;
	__u32 size = KERNEL_READ(shared, struct skb_shared_info, gso_size);
	__u32 type = KERNEL_READ(shared, struct skb_shared_info, gso_type);
	__u32 segments =
		KERNEL_READ(shared, struct skb_shared_info, gso_segs); /* tap leaves it 0 */

	if (type & (GSO_TUNNELS | GSO_ESP))
		headers = skb->inner_transport_header - network;
	if (type & GSO_TCP) {
		void *tcp = head + network + headers;

		headers += KERNEL_READ_BITS(tcp, struct tcphdr, doff) * 4;
	} else if (type & GSO_SCTP) {
		headers += 12;
	} else if (!(type & GSO_UDP_FRAGMENTS)) {
		headers += 8; /* UDP */
	}
	if (!segments && size != GSO_BY_FRAGS)
		segments = (len - headers + size - 1) / size;
	if (segments > 1) {
		l.packets = segments;
		l.octets = len + (segments - 1) * headers;
	}
	return l;
}

/* The load of any skb of `len` octets from its network header on. */
static __always_inline struct load weigh(struct sk_buff *skb, __u32 ipv6, __u32 len, __u32 headers)
{
	void *shared = skb->head + skb->end;

	if (!KERNEL_READ(shared, struct skb_shared_info, gso_size))
		return (struct load){1, len, 1, len};
	if (ipv6) /* the transport header was taken to be after those that a router looks at */
		headers = ipv6_headers(skb, true);
	return weigh_segments(skb, skb->network_header, len, headers);
}

static __always_inline struct load weigh_routed(struct sk_buff *skb, __u32 ipv6)
{
	return weigh(skb, ipv6, skb->len, (__u16)(skb->transport_header - skb->network_header));
}

#endif
