/* SPDX-License-Identifier: MIT */
/*
 * kernel_counters: the kernel's own IP counters, as it names them, and what they mean on which
 * kernel.
 *
 * The sources fill a struct kernel_counters by column name; kernel_figures() turns it into figures.
 * The same column counts different events on different kernels ("epochs"), so this is the only
 * place that knows. Kernel sources: net/ipv4/ip_forward.c, net/ipv6/ip6_output.c,
 * include/uapi/linux/snmp.h.
 */
#ifndef IPFW_SOURCES_KERNEL_COUNTERS_H
#define IPFW_SOURCES_KERNEL_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/snapshot.h"

enum kernel_column {
	K_IN_RECEIVES,
	K_IN_OCTETS,
	K_OUT_OCTETS,
	K_IN_NO_ECT,
	K_IN_ECT1,
	K_IN_ECT0,
	K_IN_CE,
	K_FORW_DATAGRAMS,
	K_OUT_REQUESTS,
	K_OUT_TRANSMITS,
	K_NO_ROUTES,
	K_HDR_ERRORS,
	K_DISCARDS,
	K_TOO_BIG,
	K_RP_FILTER,
	K_ADDR_ERRORS,
	K_OUT_DISCARDS,
	K_OUT_NO_ROUTES,
	K_REASM_FAILS,
	K_UNKNOWN_PROTOS,
	K_TRUNCATED,
	K_DELIVERS,
	K_REASM_REQDS,
	K_REASM_OKS,
	K_FRAG_OKS,
	K_FRAG_FAILS,
	K_FRAG_CREATES,
	K_IN_MCAST_PACKETS,
	K_IN_MCAST_OCTETS,
	K_OUT_MCAST_PACKETS,
	K_OUT_MCAST_OCTETS,
	K_IN_BCAST_PACKETS,
	K_OUT_BCAST_PACKETS,
	K_FORWARDING,
	K_COUNT
};

/* Where a column stands; NULL: nowhere. */
struct kernel_name {
	const char *ip4_group; /* line of /proc/net/snmp or netstat: "Ip", "IpExt", "TcpExt" */
	const char *ip4;       /* column there */
	const char *ip6;       /* name in /proc/net/snmp6 and /proc/net/dev_snmp6/IF */
	const char *btf;       /* enumerator in include/uapi/linux/snmp.h */
};

extern const struct kernel_name kernel_names[K_COUNT];

struct kernel_counters {
	uint64_t value[K_COUNT];
	uint64_t known; /* bit per column */
};

/*
 * Which kernel wrote the counters. OutTransmits shows 6.7 and newer by itself; the release is
 * consulted only for what no column shows, and only to leave figures out.
 */
struct kernel_epoch {
	unsigned major, minor; /* 0.0: not known */
};

/* Read "6.1.0-13-amd64" and the like; anything else leaves 0.0. */
struct kernel_epoch kernel_epoch_parse(const char *release);

static inline void kernel_set(struct kernel_counters *k, enum kernel_column c, uint64_t value)
{
	k->value[c] = value;
	k->known |= UINT64_C(1) << c;
}

static inline bool kernel_known(const struct kernel_counters *k, enum kernel_column c)
{
	return k->known >> c & 1;
}

/*
 * Of a file that was cut off: without OutTransmits, which may have been in the rest, forget what
 * has another meaning beside it.
 */
void kernel_forget_unclear(struct kernel_counters *k);

/*
 * The figures of a system row (`per_if` false) or of an IPv6 interface row, from the kernel's
 * counters. Figures that this kernel does not count are left as they are, that is absent.
 */
void kernel_figures(const struct kernel_counters *k, enum family family, struct kernel_epoch epoch,
		    bool per_if, struct figures *out);

/* What else the kernel counts as RFC 4293 defines it, of the same row. */
void kernel_ip_counts(const struct kernel_counters *k, enum family family, struct ip_counts *out);

/*
 * The device's own counters, and how many octets of link-layer header its octet counters include
 * for each packet (-1: not known, then no octets are derived).
 */
struct kernel_device {
	uint64_t rx_packets, rx_octets, tx_packets, tx_octets;
	int rx_header, tx_header;
};

/*
 * The IPv4 row of an interface, which no kernel counts: the device's counters minus IPv6, octets
 * also less the link-layer headers. It contains ARP and other protocols, so it is always derived.
 * `has_ipv6` false: the interface has no IPv6, so all of the device's traffic counts. A negative
 * result is left absent.
 */
void kernel_derive_ipv4(const struct kernel_device *dev, bool has_ipv6,
			const struct kernel_counters *ip6, const struct figures *ip6_figures,
			struct figures *out);

/* The device's counters only, into FAMILY_TOTAL. */
void kernel_fill_device(struct snapshot_if *row, const struct kernel_device *dev);

/*
 * All three rows of an interface: the device's counters, its IPv6 counters (`has_ipv6` false: it
 * has none) and what is derived from the two.
 */
void kernel_fill_if(struct snapshot_if *row, const struct kernel_device *dev, bool has_ipv6,
		    const struct kernel_counters *ip6, struct kernel_epoch epoch);

#endif
