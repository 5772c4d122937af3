/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How tracing programs read kernel memory through a pointer that the verifier does not know: by a
 * helper that copies it.
 */
#ifndef IPFW_PROBE_H
#define IPFW_PROBE_H

#include "ipfw_types.h"

#define KERNEL_READ(pointer, type, field)                                                          \
	({                                                                                         \
		typeof(((type *)0)->field) value_;                                                 \
		bpf_core_read(&value_, sizeof(value_), &((type *)(pointer))->field);               \
		value_;                                                                            \
	})
#define KERNEL_READ_BITS(pointer, type, field)                                                     \
	({                                                                                         \
		type *object_ = (type *)(pointer);                                                 \
		BPF_CORE_READ_BITFIELD_PROBED(object_, field);                                     \
	})

/*
 * Where the data begin, in octets after the network header. The pointers are copied, since the
 * verifier does not let them be subtracted.
 */
static __always_inline long data_offset(struct sk_buff *skb)
{
	__u64 data = (__u64)KERNEL_READ(skb, struct sk_buff, data);
	__u64 head = (__u64)KERNEL_READ(skb, struct sk_buff, head);

	return (long)(data - head) - skb->network_header;
}

#endif
