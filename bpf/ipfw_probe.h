/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How tracing programs read kernel memory through a pointer that the verifier does not know: by a
 * helper that copies it. Those that define KERNEL_CASTS load it where the kernel can take a pointer
 * for one to a type (Linux 6.2; known by netfilter programs, which are of 6.4): the helper takes
 * many times as long.
 */
#ifndef IPFW_PROBE_H
#define IPFW_PROBE_H

#include "ipfw_types.h"

#ifndef bpf_core_cast /* libbpf 1.4 and newer declare it beside that macro */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;
#endif

#ifdef KERNEL_CASTS
#define CAN_CAST bpf_core_type_exists(struct bpf_nf_ctx)
#else
#define CAN_CAST 0
#endif
#define KERNEL_CAST(pointer, type)                                                                 \
	((type *)bpf_rdonly_cast((const void *)(pointer), bpf_core_type_id_kernel(type)))

#define KERNEL_READ(pointer, type, field)                                                          \
	({                                                                                         \
		typeof(((type *)0)->field) value_;                                                 \
		if (CAN_CAST)                                                                      \
			value_ = KERNEL_CAST(pointer, type)->field;                                \
		else                                                                               \
			bpf_core_read(&value_, sizeof(value_), &((type *)(pointer))->field);       \
		value_;                                                                            \
	})
#define KERNEL_READ_BITS(pointer, type, field)                                                     \
	({                                                                                         \
		type *object_ = (type *)(pointer);                                                 \
		__u64 bits_;                                                                       \
		if (CAN_CAST) {                                                                    \
			object_ = KERNEL_CAST(object_, type);                                      \
			bits_ = BPF_CORE_READ_BITFIELD(object_, field);                            \
		} else {                                                                           \
			bits_ = BPF_CORE_READ_BITFIELD_PROBED(object_, field);                     \
		}                                                                                  \
		bits_;                                                                             \
	})

/*
 * Where the data begin, in octets after the network header. The verifier lets whole pointers be
 * subtracted, but not what compilers make of that.
 */
static __always_inline long data_offset(struct sk_buff *skb)
{
	__u64 offset = (__u64)skb->data;

	asm("%0 -= %1" : "+r"(offset) : "r"(skb->head));
	return (long)offset - skb->network_header;
}

#endif
