/* SPDX-License-Identifier: MIT */
/*
 * ip_counts: what the kernel counts of IP and only RFC 4293's tables show. The figures (metrics.h)
 * are what all outputs show.
 */
#ifndef IPFW_MODEL_IP_COUNTS_H
#define IPFW_MODEL_IP_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

enum ip_count {
	C_IN_RECEIVES, /* with those in error, each batch that was merged as one */
	C_IN_EXTRA,    /* so many more they were on the wire (eBPF) */
	C_IN_UNKNOWN_PROTOS,
	C_IN_TRUNCATED,
	C_IN_DELIVERS,
	C_OUT_REQUESTS, /* without forwarded ones */
	C_REASM_REQDS,
	C_REASM_OKS,
	C_FRAG_OKS,
	C_FRAG_FAILS,
	C_FRAG_CREATES,
	C_IN_MCAST_PACKETS,
	C_IN_MCAST_OCTETS,
	C_OUT_MCAST_PACKETS,
	C_OUT_MCAST_OCTETS,
	C_IN_BCAST_PACKETS,
	C_OUT_BCAST_PACKETS,
	C_COUNT
};

/* Bits as in struct figures. */
struct ip_counts {
	uint64_t value[C_COUNT];
	uint32_t known;
	uint32_t kept;
};

static inline bool ip_counts_known(const struct ip_counts *c, enum ip_count i)
{
	return c->known >> i & 1;
}

static inline void ip_counts_set(struct ip_counts *c, enum ip_count i, uint64_t value)
{
	c->value[i] = value;
	c->known |= 1u << i;
}

#endif
