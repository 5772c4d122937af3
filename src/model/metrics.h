/* SPDX-License-Identifier: MIT */
/*
 * metrics: every figure of the program, once.
 *
 * One constant row per figure says what it is called in JSON, in text, in the MIB and for
 * Prometheus. The writers and the SNMP engine iterate over the table; none of them names a figure
 * itself. CONTRIBUTING.md says how to add one.
 *
 * Meanings (what is counted where) follow RFC 4293's ipSystemStats/ipIfStats, with packets and
 * octets as on the wire and without link-layer headers; see docs/figures.md and the manual.
 */
#ifndef IPFW_MODEL_METRICS_H
#define IPFW_MODEL_METRICS_H

#include <stddef.h>
#include <stdint.h>

enum metric_id {
	M_IN_PACKETS, /* received by the IP layer, header checks passed */
	M_IN_OCTETS,
	M_OUT_PACKETS, /* sent by the IP layer, local and forwarded */
	M_OUT_OCTETS,
	M_IN_FORW_PACKETS, /* handed over for forwarding: reached the FORWARD chain */
	M_IN_FORW_OCTETS,
	M_OUT_FORW_PACKETS, /* really forwarded: the FORWARD chain let it pass */
	M_OUT_FORW_OCTETS,
	M_DELIVERED_PACKETS, /* for the router itself: passed every filter of its input */
	M_DELIVERED_OCTETS,
	M_DROPPED_PACKETS, /* came in and were dropped, wherever */
	M_DROPPED_OCTETS,
	M_REFUSED_PACKETS, /* handed over and not forwarded */
	M_REFUSED_OCTETS,
	M_UNACCOUNTED_PACKETS, /* neither delivered, forwarded nor dropped: see accounting.h */
	M_FAST_PATH_PACKETS,   /* really forwarded, by a flowtable: past the IP layer */
	M_FAST_PATH_OCTETS,
	M_IF_COUNT, /* the figures above exist per interface and family as well */

	M_NO_ROUTES = M_IF_COUNT, /* not routed: no route to the destination */
	M_HDR_ERRORS,             /* not routed: TTL, hop limit or header fault */
	M_FORW_DISCARDS,          /* not routed: discarded though nothing was wrong with it */
	M_TOO_BIG,                /* not routed: larger than the next link's MTU */
	M_RP_FILTER,              /* not routed: the reverse path check (rp_filter) failed */
	M_ADDR_ERRORS,            /* not routed: not an address to forward, or forwarding is off */
	M_OUT_DISCARDS,           /* not sent: discarded on the way out, own packets mostly */
	M_OUT_NO_ROUTES,          /* not sent: own packets without a route */
	M_REASM_FAILS,            /* not put together: fragments are missing or do not fit */
	M_COUNT
};

enum metric_unit { UNIT_PACKETS, UNIT_OCTETS };

/* How the figures of a system row are grouped in JSON and in text. */
enum metric_group { GROUP_FORWARDING, GROUP_TRAFFIC, GROUP_LOSSES, GROUP_NOT_ROUTED, GROUP_COUNT };

struct metric {
	const char *label;   /* for people; packets and octets of the same thing share it */
	const char *sys_key; /* JSON key in a system row's group */
	const char *if_key;  /* JSON key in an interface row; NULL: the figure has none */
	enum metric_group group;
	enum metric_unit unit;
	unsigned char sys_column;   /* ipfwSystemTable */
	unsigned char if_column;    /* ipfwIfTable; 0: none */
	unsigned char rate_column;  /* ipfwIfRateTable, ipfwSystemRateTable: per second; 0: none */
	unsigned char delta_column; /* the same tables: over the interval; 0: none */
	const char *name; /* Prometheus: ipfw_NAME_total, ipfw_interface_NAME_total; or a reason */
	const char *help; /* a sentence without a full stop; of a reason, what follows "because" */
};

/* The table, indexed by enum metric_id. */
extern const struct metric metrics[M_COUNT];

/* The groups' JSON keys, indexed by enum metric_group. */
extern const char *const metrics_groups[GROUP_COUNT];

/* Sets of metrics, a bit for each: those of an interface, and of a group. */
#define METRICS_IF        ((1u << M_IF_COUNT) - 1)
#define METRICS_FAST_PATH (1u << M_FAST_PATH_PACKETS | 1u << M_FAST_PATH_OCTETS)
/* Those that fall as well as rise. */
#define METRICS_GAUGES (1u << M_UNACCOUNTED_PACKETS)
/* Not routed: what no kernel counts for IPv6; what it counts for an interface, of IPv6 alone; and
 * packets that, most of them, did not come in. */
#define METRICS_IPV4_ONLY (1u << M_RP_FILTER)
#define METRICS_IF_IPV6   (((1u << M_COUNT) - 1) & ~METRICS_IF & ~METRICS_IPV4_ONLY)
#define METRICS_OUTPUT    (1u << M_OUT_DISCARDS | 1u << M_OUT_NO_ROUTES)
/* Of the first so many there are rates in the MIB. */
#define METRICS_RATES (M_OUT_FORW_OCTETS + 1)
/* What packets that go past the IP layer are missing in. */
#define METRICS_BYPASSED ((1u << (M_OUT_FORW_OCTETS + 1)) - 1)
/* What a device counts itself; and what makes the quality of an interface's row. */
#define METRICS_DEVICE  ((1u << (M_OUT_OCTETS + 1)) - 1)
#define METRICS_QUALITY ((1u << (M_DELIVERED_OCTETS + 1)) - 1)
uint32_t metrics_of_group(enum metric_group group);

#endif
