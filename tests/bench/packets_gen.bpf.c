/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Makes each frame anew, since the router before changed the hop limit and the addresses. */
#include <linux/types.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define FRAME_WORDS 8

char dual_license[] SEC("license") = "Dual MIT/GPL";

const volatile __u64 frame[FRAME_WORDS] SEC(".rodata.frame");

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
