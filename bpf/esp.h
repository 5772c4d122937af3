/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What ESP adds to a packet below IP. With esp4_offload or esp6_offload, even on a device that
 * cannot do it, packets are encrypted as they reach the device: in IP they have all headers, but no
 * trailers.
 */
#ifndef IPFW_ESP_H
#define IPFW_ESP_H

#include "weigh.h"

/* The state of a packet that is going to be encrypted; NULL: there is none. See xfrm_offload(). */
static __always_inline struct xfrm_state *pending_esp(struct sk_buff *skb)
{
	__u32 id = bpf_core_enum_value(enum skb_ext_id, SKB_EXT_SEC_PATH);
	void *path = skb->extensions;

	if (!(skb->active_extensions & 1 << id))
		return NULL;
	path += KERNEL_READ(path + id, struct skb_ext, offset[0]) * 8;
	if (KERNEL_READ_BITS(path, struct sec_path, len) !=
		    1 || /* of 32 or 8, as the kernel has it */
	    KERNEL_READ_BITS(path, struct sec_path, olen) != 1)
		return NULL;
	return (void *)KERNEL_READ(path, struct sec_path, xvec[0]);
}

/* See esp_init_aead() and esp_init_authenc(). */
static __always_inline __u32 icv_length(struct xfrm_state *x)
{
	void *aead = KERNEL_READ(x, struct xfrm_state, aead);
	void *authentication = KERNEL_READ(x, struct xfrm_state, aalg);

	if (aead)
		return KERNEL_READ(aead, struct xfrm_algo_aead, alg_icv_len) / 8;
	return authentication
		       ? KERNEL_READ(authentication, struct xfrm_algo_auth, alg_trunc_len) / 8
		       : 0;
}

/* Padding, two octets and the ICV, after so many octets: see esp_xmit(). */
static __always_inline __u32 trailer(__u32 payload, __u32 align, __u32 icv)
{
	return -(payload + 2) % align + 2 + icv;
}

/* To the load of a packet that IPsec has transformed: the trailers that are still to come. */
static __noinline void add_esp_trailers(struct load *l, struct sk_buff *skb)
{
	void *shared = skb->head + skb->end;
	__u32 size = KERNEL_READ(shared, struct skb_shared_info, gso_size), others = l->packets - 1;
	__u32 before, align, icv, payload = l->octets;
	struct xfrm_state *x;

	if (!bpf_core_enum_value_exists(enum skb_ext_id, SKB_EXT_SEC_PATH))
		return;
	x = pending_esp(skb);
	if (!x)
		return;
	icv = icv_length(x);
	align = KERNEL_READ(x, struct xfrm_state, props.trailer_len) - 1 - icv;
	before = KERNEL_READ(x, struct xfrm_state, props.mode) == XFRM_MODE_TUNNEL
			 ? skb->inner_network_header
			 : skb->inner_transport_header;
	before -= skb->network_header;
	if (others) {
		size += (l->octets - skb->len) / others;
		payload -= others * size;
		l->octets += others * trailer(size - before, align, icv);
	}
	l->octets += trailer(payload - before, align, icv);
	if (!others)
		l->skb_octets = l->octets;
}

#endif
