/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the benchmark sends, how it ends, and a program that does nothing. */
#include <linux/types.h>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#define FRAME_WORDS 8

char dual_license[] SEC("license") = "Dual MIT/GPL";

const volatile __u64 frame[FRAME_WORDS] SEC(".rodata.frame");

/* Makes each frame anew, since the router before changed the hop limit and the addresses. */
SEC("xdp")
int make(struct xdp_md *ctx)
{
	__u64 *to = (void *)(long)ctx->data;

	if ((void *)(to + FRAME_WORDS) > (void *)(long)ctx->data_end)
		return XDP_DROP;
#pragma unroll
	for (int i = 0; i < FRAME_WORDS; i++)
		to[i] = frame[i];
	return XDP_PASS;
}

/* A veth lets frames be injected while it has an XDP program. */
SEC("xdp")
int pass(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_PASS;
}

/* Ends the packets that were forwarded without dropping them: the kernel takes them for consumed.
 */
SEC("tc")
int swallow(struct __sk_buff *skb)
{
	(void)skb;
	return TC_ACT_STOLEN;
}

/* What it costs at least to be told of dropped packets. */
SEC("tp_btf/kfree_skb")
int dropped(void *ctx)
{
	(void)ctx;
	return 0;
}
