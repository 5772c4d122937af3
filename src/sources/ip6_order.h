/* SPDX-License-Identifier: MIT */
/*
 * ip6_order: the kernel's private numbering of its IP counters, from its type information (BTF).
 * IFLA_INET6_STATS is an array in that order, and the order changes between kernels.
 */
#ifndef IPFW_SOURCES_IP6_ORDER_H
#define IPFW_SOURCES_IP6_ORDER_H

#include <stddef.h>

#include "sources/kernel_counters.h"

struct ip6_order {
	int index[K_COUNT]; /* position in the array, -1: this kernel has no such counter */
	unsigned count;     /* length of the array: __IPSTATS_MIB_MAX */
};

/*
 * Find the numbering in raw BTF (Documentation/bpf/btf.rst). Returns 0, -ENOENT when the enum is
 * not there, -EBADMSG when the data are garbled.
 */
int ip6_order_parse(const void *data, size_t size, struct ip6_order *out);

/* The same from the running kernel, /sys/kernel/btf/vmlinux. Returns 0 or -errno. */
int ip6_order_read(struct ip6_order *out);

#endif
