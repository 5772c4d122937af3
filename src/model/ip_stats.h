/* SPDX-License-Identifier: MIT */
/*
 * ip_stats: the values of RFC 4293's objects (ipSystemStatsTable, ipIfStatsTable), from one
 * reading. docs/ip-mib.md says which figure is which object, and why. What is not known as the RFC
 * defines it is absent.
 */
#ifndef IPFW_MODEL_IP_STATS_H
#define IPFW_MODEL_IP_STATS_H

#include "model/snapshot.h"

/* In the order of the tables' columns, less "HC": where there are two, one value fills both. */
enum ip_object {
	IP_IN_RECEIVES,
	IP_IN_OCTETS,
	IP_IN_HDR_ERRORS,
	IP_IN_NO_ROUTES,
	IP_IN_ADDR_ERRORS,
	IP_IN_UNKNOWN_PROTOS,
	IP_IN_TRUNCATED_PKTS,
	IP_IN_FORW_DATAGRAMS,
	IP_REASM_REQDS,
	IP_REASM_OKS,
	IP_REASM_FAILS,
	IP_IN_DISCARDS,
	IP_IN_DELIVERS,
	IP_OUT_REQUESTS,
	IP_OUT_NO_ROUTES,
	IP_OUT_FORW_DATAGRAMS,
	IP_OUT_DISCARDS,
	IP_OUT_FRAG_REQDS,
	IP_OUT_FRAG_OKS,
	IP_OUT_FRAG_FAILS,
	IP_OUT_FRAG_CREATES,
	IP_OUT_TRANSMITS,
	IP_OUT_OCTETS,
	IP_IN_MCAST_PKTS,
	IP_IN_MCAST_OCTETS,
	IP_OUT_MCAST_PKTS,
	IP_OUT_MCAST_OCTETS,
	IP_IN_BCAST_PKTS,
	IP_OUT_BCAST_PKTS,
	IP_OBJECTS
};

/* A row: of an interface, or of the system. */
struct ip_row {
	const struct snapshot *snapshot;
	enum family family;           /* FAMILY_IPV4 or FAMILY_IPV6 */
	const struct snapshot_if *of; /* NULL: of the system */
};

/* Whether the object is known there, and its value. */
bool ip_stats_get(const struct ip_row *row, enum ip_object object, uint64_t *value);

/* Whether any object is. */
bool ip_stats_any(const struct ip_row *row);

#endif
