/* SPDX-License-Identifier: MIT */
#include "model/metrics.h"

#include "base/units.h"
#include <assert.h>

const struct metric metrics[] = {
	/* clang-format off */
	/*                    label                      sys_key             if_key                   group             unit          sys if rate delta
	   name, help */
	[M_IN_PACKETS]       = {"received",      "packets_received", "rx_packets",            GROUP_TRAFFIC,    UNIT_PACKETS,  7,  4, 3, 11,
		"receive_packets", "Packets received by the IP layer"},
	[M_IN_OCTETS]        = {"received",              "bytes_received",   "rx_bytes",              GROUP_TRAFFIC,    UNIT_OCTETS,   8,  5, 7, 12,
		"receive_bytes", "IP octets received by the IP layer"},
	[M_OUT_PACKETS]      = {"sent",          "packets_sent",     "tx_packets",            GROUP_TRAFFIC,    UNIT_PACKETS,  9,  6, 4, 13,
		"transmit_packets", "Packets sent by the IP layer, own and forwarded"},
	[M_OUT_OCTETS]       = {"sent",                  "bytes_sent",       "tx_bytes",              GROUP_TRAFFIC,    UNIT_OCTETS,  10,  7, 8, 14,
		"transmit_bytes", "IP octets sent by the IP layer, own and forwarded"},
	[M_IN_FORW_PACKETS]  = {"to forward",    "incoming_packets", "forwarded_in_packets",  GROUP_FORWARDING, UNIT_PACKETS,  3,  8, 5, 15,
		"forwarded_in_packets", "Packets handed over for forwarding"},
	[M_IN_FORW_OCTETS]   = {"to forward",            "incoming_bytes",   "forwarded_in_bytes",    GROUP_FORWARDING, UNIT_OCTETS,   4,  9, 9, 16,
		"forwarded_in_bytes", "IP octets handed over for forwarding"},
	[M_OUT_FORW_PACKETS] = {"forwarded",     "outgoing_packets", "forwarded_out_packets", GROUP_FORWARDING, UNIT_PACKETS,  5, 10, 6, 17,
		"forwarded_out_packets", "Packets really forwarded, past all filters"},
	[M_OUT_FORW_OCTETS]  = {"forwarded",             "outgoing_bytes",   "forwarded_out_bytes",   GROUP_FORWARDING, UNIT_OCTETS,   6, 11, 10, 18,
		"forwarded_out_bytes", "IP octets really forwarded, past all filters"},
	[M_DELIVERED_PACKETS] = {"delivered",    "delivered_packets", "delivered_packets",    GROUP_TRAFFIC,    UNIT_PACKETS, 17, 14, 0, 0,
		"delivered_packets", "Packets for the router itself that passed the filters of its input"},
	[M_DELIVERED_OCTETS] = {"delivered",     "delivered_bytes",   "delivered_bytes",      GROUP_TRAFFIC,    UNIT_OCTETS,  18, 15, 0, 0,
		"delivered_bytes", "IP octets for the router itself that passed the filters of its input"},
	[M_DROPPED_PACKETS]  = {"dropped",       "dropped_packets",   "dropped_packets",      GROUP_LOSSES,     UNIT_PACKETS, 19, 16, 0, 0,
		"received_dropped_packets", "Packets that came in and were dropped, wherever"},
	[M_DROPPED_OCTETS]   = {"dropped",       "dropped_bytes",     "dropped_bytes",        GROUP_LOSSES,     UNIT_OCTETS,  20, 17, 0, 0,
		"received_dropped_bytes", "IP octets that came in and were dropped, wherever"},
	[M_REFUSED_PACKETS]  = {"refused",       "refused_packets",   "refused_packets",      GROUP_LOSSES,     UNIT_PACKETS, 21, 18, 0, 0,
		"refused_packets", "Packets handed over for forwarding and not forwarded"},
	[M_REFUSED_OCTETS]   = {"refused",       "refused_bytes",     "refused_bytes",        GROUP_LOSSES,     UNIT_OCTETS,  22, 19, 0, 0,
		"refused_bytes", "IP octets handed over for forwarding and not forwarded"},
	[M_UNACCOUNTED_PACKETS] = {"unaccounted", "unaccounted_packets", "unaccounted_packets", GROUP_LOSSES,   UNIT_PACKETS, 23, 20, 0, 0,
		"unaccounted_packets", "Packets received of which nothing else is known"},
	[M_FAST_PATH_PACKETS] = {"fast path",    "fast_path_packets", "fast_path_packets",    GROUP_FORWARDING, UNIT_PACKETS, 29, 29, 0, 0,
		"fast_path_packets", "Packets forwarded by a flowtable"},
	[M_FAST_PATH_OCTETS] = {"fast path",     "fast_path_bytes",   "fast_path_bytes",      GROUP_FORWARDING, UNIT_OCTETS,  30, 30, 0, 0,
		"fast_path_bytes", "IP octets forwarded by a flowtable"},
	[M_NO_ROUTES]        = {"no route",              "no_route_packets", "no_route_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 13, 21, 0, 0,
		"no_route", "there is no route to their destination"},
	[M_HDR_ERRORS]       = {"TTL or header",         "header_error_packets", "header_error_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 14, 22, 0, 0,
		"header_error", "their TTL or hop limit is used up, or their header is faulty"},
	[M_FORW_DISCARDS]    = {"discarded",             "discarded_packets", "discarded_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 15, 23, 0, 0,
		"discarded", "they were discarded, for lack of memory for example"},
	[M_TOO_BIG]          = {"too big",               "too_big_packets",  "too_big_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 16, 24, 0, 0,
		"too_big", "they are larger than the next link's MTU and must not be cut"},
	[M_RP_FILTER]        = {"rp_filter",             "rpfilter_packets", NULL,                    GROUP_NOT_ROUTED, UNIT_PACKETS, 24,  0, 0, 0,
		"rpfilter", "their source address failed the reverse path check (rp_filter)"},
	[M_ADDR_ERRORS]      = {"address error",         "address_error_packets", "address_error_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 25, 25, 0, 0,
		"address_error", "an address in their header must not be forwarded, or forwarding is off"},
	[M_OUT_DISCARDS]     = {"output discarded",      "output_discarded_packets", "output_discarded_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 26, 26, 0, 0,
		"output_discarded", "they were discarded on their way out, mostly the router's own"},
	[M_OUT_NO_ROUTES]    = {"output without route",  "output_no_route_packets", "output_no_route_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 27, 27, 0, 0,
		"output_no_route", "they are the router's own and there is no route to their destination"},
	[M_REASM_FAILS]      = {"reassembly failed",      "reassembly_failed_packets", "reassembly_failed_packets", GROUP_NOT_ROUTED, UNIT_PACKETS, 28, 28, 0, 0,
		"reassembly_failed", "they could not be put together from their fragments"},
	/* clang-format on */
};

static_assert(ARRAY_SIZE(metrics) == M_COUNT, "one row per metric");
static_assert(M_COUNT < 32, "a set of metrics has a bit for each");

const char *const metrics_groups[] = {
	[GROUP_FORWARDING] = "forwarding",
	[GROUP_TRAFFIC] = "traffic",
	[GROUP_LOSSES] = "losses",
	[GROUP_NOT_ROUTED] = "not_routed",
};

static_assert(ARRAY_SIZE(metrics_groups) == GROUP_COUNT, "one name per group");

uint32_t metrics_of_group(enum metric_group group)
{
	uint32_t mask = 0;

	for (int m = 0; m < M_COUNT; m++)
		if (metrics[m].group == group)
			mask |= 1u << m;
	return mask;
}
