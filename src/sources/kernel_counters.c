/* SPDX-License-Identifier: MIT */
#include "sources/kernel_counters.h"

#include "base/units.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct kernel_name kernel_names[] = {
	/* clang-format off */
	[K_IN_RECEIVES]    = {"Ip",    "InReceives",    "Ip6InReceives",       "IPSTATS_MIB_INPKTS"},
	[K_IN_OCTETS]      = {"IpExt", "InOctets",      "Ip6InOctets",         "IPSTATS_MIB_INOCTETS"},
	[K_OUT_OCTETS]     = {"IpExt", "OutOctets",     "Ip6OutOctets",        "IPSTATS_MIB_OUTOCTETS"},
	[K_IN_NO_ECT]      = {"IpExt", "InNoECTPkts",   "Ip6InNoECTPkts",      "IPSTATS_MIB_NOECTPKTS"},
	[K_IN_ECT1]        = {"IpExt", "InECT1Pkts",    "Ip6InECT1Pkts",       "IPSTATS_MIB_ECT1PKTS"},
	[K_IN_ECT0]        = {"IpExt", "InECT0Pkts",    "Ip6InECT0Pkts",       "IPSTATS_MIB_ECT0PKTS"},
	[K_IN_CE]          = {"IpExt", "InCEPkts",      "Ip6InCEPkts",         "IPSTATS_MIB_CEPKTS"},
	[K_FORW_DATAGRAMS] = {"Ip",    "ForwDatagrams", "Ip6OutForwDatagrams", "IPSTATS_MIB_OUTFORWDATAGRAMS"},
	[K_OUT_REQUESTS]   = {"Ip",    "OutRequests",   "Ip6OutRequests",      "IPSTATS_MIB_OUTREQUESTS"},
	[K_OUT_TRANSMITS]  = {"Ip",    "OutTransmits",  "Ip6OutTransmits",     "IPSTATS_MIB_OUTPKTS"},
	[K_NO_ROUTES]      = {"IpExt", "InNoRoutes",    "Ip6InNoRoutes",       "IPSTATS_MIB_INNOROUTES"},
	[K_HDR_ERRORS]     = {"Ip",    "InHdrErrors",   "Ip6InHdrErrors",      "IPSTATS_MIB_INHDRERRORS"},
	[K_DISCARDS]       = {"Ip",    "InDiscards",    "Ip6InDiscards",       "IPSTATS_MIB_INDISCARDS"},
	[K_TOO_BIG]        = {"Ip",    "FragFails",     "Ip6InTooBigErrors",   "IPSTATS_MIB_INTOOBIGERRORS"},
	[K_RP_FILTER]      = {"TcpExt", "IPReversePathFilter", NULL,           NULL},
	[K_ADDR_ERRORS]    = {"Ip",    "InAddrErrors",  "Ip6InAddrErrors",     "IPSTATS_MIB_INADDRERRORS"},
	[K_OUT_DISCARDS]   = {"Ip",    "OutDiscards",   "Ip6OutDiscards",      "IPSTATS_MIB_OUTDISCARDS"},
	[K_OUT_NO_ROUTES]  = {"Ip",    "OutNoRoutes",   "Ip6OutNoRoutes",      "IPSTATS_MIB_OUTNOROUTES"},
	[K_REASM_FAILS]    = {"Ip",    "ReasmFails",    "Ip6ReasmFails",       "IPSTATS_MIB_REASMFAILS"},
	[K_UNKNOWN_PROTOS] = {"Ip",    "InUnknownProtos", "Ip6InUnknownProtos", "IPSTATS_MIB_INUNKNOWNPROTOS"},
	[K_TRUNCATED]      = {"IpExt", "InTruncatedPkts", "Ip6InTruncatedPkts", "IPSTATS_MIB_INTRUNCATEDPKTS"},
	[K_DELIVERS]       = {"Ip",    "InDelivers",    "Ip6InDelivers",       "IPSTATS_MIB_INDELIVERS"},
	[K_REASM_REQDS]    = {"Ip",    "ReasmReqds",    "Ip6ReasmReqds",       "IPSTATS_MIB_REASMREQDS"},
	[K_REASM_OKS]      = {"Ip",    "ReasmOKs",      "Ip6ReasmOKs",         "IPSTATS_MIB_REASMOKS"},
	[K_FRAG_OKS]       = {"Ip",    "FragOKs",       "Ip6FragOKs",          "IPSTATS_MIB_FRAGOKS"},
	[K_FRAG_FAILS]     = {NULL,    NULL,            "Ip6FragFails",        "IPSTATS_MIB_FRAGFAILS"},
	[K_FRAG_CREATES]   = {"Ip",    "FragCreates",   "Ip6FragCreates",      "IPSTATS_MIB_FRAGCREATES"},
	[K_IN_MCAST_PACKETS]  = {"IpExt", "InMcastPkts",    "Ip6InMcastPkts",    "IPSTATS_MIB_INMCASTPKTS"},
	[K_IN_MCAST_OCTETS]   = {"IpExt", "InMcastOctets",  "Ip6InMcastOctets",  "IPSTATS_MIB_INMCASTOCTETS"},
	[K_OUT_MCAST_PACKETS] = {"IpExt", "OutMcastPkts",   "Ip6OutMcastPkts",   "IPSTATS_MIB_OUTMCASTPKTS"},
	[K_OUT_MCAST_OCTETS]  = {"IpExt", "OutMcastOctets", "Ip6OutMcastOctets", "IPSTATS_MIB_OUTMCASTOCTETS"},
	[K_IN_BCAST_PACKETS]  = {"IpExt", "InBcastPkts",    NULL,                NULL},
	[K_OUT_BCAST_PACKETS] = {"IpExt", "OutBcastPkts",   NULL,                NULL},
	[K_FORWARDING]     = {"Ip",    "Forwarding",    NULL,                  NULL},
	/* clang-format on */
};

static_assert(ARRAY_SIZE(kernel_names) == K_COUNT, "one name per column");
static_assert(K_COUNT <= 64, "a set of columns has a bit for each");

struct kernel_epoch kernel_epoch_parse(const char *release)
{
	struct kernel_epoch epoch = {0, 0};
	size_t major = strspn(release, "0123456789");
	const char *minor = release + major + 1;

	if (!major || major > 4 || minor[-1] != '.' || !strspn(minor, "0123456789") ||
	    strspn(minor, "0123456789") > 4)
		return epoch;
	epoch.major = atoi(release);
	epoch.minor = atoi(minor);
	return epoch;
}

static bool release_known(struct kernel_epoch e)
{
	return e.major > 0;
}

static bool release_at_least(struct kernel_epoch e, unsigned major, unsigned minor)
{
	return e.major > major || (e.major == major && e.minor >= minor);
}

static bool all_known(const struct kernel_counters *k, uint64_t columns)
{
	return (k->known & columns) == columns;
}

#define BIT(column) (UINT64_C(1) << (column))

/* Every received packet is in one of these four, and they count segments rather than buffers. */
static const uint64_t ecn_columns =
	BIT(K_IN_NO_ECT) | BIT(K_IN_ECT1) | BIT(K_IN_ECT0) | BIT(K_IN_CE);

/*
 * OutOctets: up to 6.5 IPv4 counts forwarded octets twice; early 6.6 does not count those of IPv6
 * (e4da8c78973c, fixed by b4a11b2033b7). If nothing was forwarded, OutOctets is right.
 */
static bool out_octets_right(const struct kernel_counters *k, enum family family,
			     struct kernel_epoch epoch)
{
	if (kernel_known(k, K_OUT_TRANSMITS))
		return true;
	if (kernel_known(k, K_FORW_DATAGRAMS) && k->value[K_FORW_DATAGRAMS] == 0)
		return true;
	if (!release_known(epoch))
		return false;
	return release_at_least(epoch, 6, 6) == (family == FAMILY_IPV4);
}

/* 6.7 (cf8b49fbd041) moved ForwDatagrams in front of the FORWARD chain and added OutTransmits. */
static void forwarded(const struct kernel_counters *k, bool per_if, struct figures *out)
{
	const uint64_t *v = k->value;

	if (!kernel_known(k, K_OUT_TRANSMITS)) {
		if (kernel_known(k, K_FORW_DATAGRAMS))
			figures_set(out, M_OUT_FORW_PACKETS, v[K_FORW_DATAGRAMS]);
		return;
	}
	/* Per interface it is counted on the output device, so it says nothing about the input. */
	if (!per_if && kernel_known(k, K_FORW_DATAGRAMS))
		figures_derive(out, M_IN_FORW_PACKETS, v[K_FORW_DATAGRAMS]);
	if (kernel_known(k, K_OUT_REQUESTS) && v[K_OUT_TRANSMITS] >= v[K_OUT_REQUESTS])
		figures_subtract(out, M_OUT_FORW_PACKETS, v[K_OUT_TRANSMITS] - v[K_OUT_REQUESTS]);
}

static void sent(const struct kernel_counters *k, enum family family, struct figures *out)
{
	const uint64_t *v = k->value;

	if (kernel_known(k, K_OUT_TRANSMITS))
		figures_derive(out, M_OUT_PACKETS, v[K_OUT_TRANSMITS]);
	else if (family == FAMILY_IPV4 && kernel_known(k, K_OUT_REQUESTS))
		figures_derive(out, M_OUT_PACKETS, v[K_OUT_REQUESTS]);
	else if (family == FAMILY_IPV6 && all_known(k, BIT(K_OUT_REQUESTS) | BIT(K_FORW_DATAGRAMS)))
		figures_derive(out, M_OUT_PACKETS, v[K_OUT_REQUESTS] + v[K_FORW_DATAGRAMS]);
}

void kernel_figures(const struct kernel_counters *k, enum family family, struct kernel_epoch epoch,
		    bool per_if, struct figures *out)
{
	static const struct {
		enum kernel_column column;
		enum metric_id metric;
	} not_routed[] = {
		{K_NO_ROUTES, M_NO_ROUTES},       {K_HDR_ERRORS, M_HDR_ERRORS},
		{K_DISCARDS, M_FORW_DISCARDS},    {K_TOO_BIG, M_TOO_BIG},
		{K_RP_FILTER, M_RP_FILTER},       {K_ADDR_ERRORS, M_ADDR_ERRORS},
		{K_OUT_DISCARDS, M_OUT_DISCARDS}, {K_OUT_NO_ROUTES, M_OUT_NO_ROUTES},
		{K_REASM_FAILS, M_REASM_FAILS},
	};
	const uint64_t *v = k->value;

	if (all_known(k, ecn_columns))
		figures_set(out, M_IN_PACKETS,
			    v[K_IN_NO_ECT] + v[K_IN_ECT1] + v[K_IN_ECT0] + v[K_IN_CE]);
	if (kernel_known(k, K_IN_OCTETS))
		figures_derive(out, M_IN_OCTETS, v[K_IN_OCTETS]);
	if (kernel_known(k, K_OUT_OCTETS) && out_octets_right(k, family, epoch))
		figures_derive(out, M_OUT_OCTETS, v[K_OUT_OCTETS]);
	sent(k, family, out);
	forwarded(k, per_if, out);
	for (size_t i = 0; i < ARRAY_SIZE(not_routed); i++)
		if (kernel_known(k, not_routed[i].column))
			figures_set(out, not_routed[i].metric, v[not_routed[i].column]);
}

void kernel_ip_counts(const struct kernel_counters *k, enum family family, struct ip_counts *out)
{
	static const struct {
		enum kernel_column column;
		enum ip_count count;
	} same[] = {
		{K_IN_RECEIVES, C_IN_RECEIVES},
		{K_UNKNOWN_PROTOS, C_IN_UNKNOWN_PROTOS},
		{K_TRUNCATED, C_IN_TRUNCATED},
		{K_DELIVERS, C_IN_DELIVERS},
		{K_REASM_REQDS, C_REASM_REQDS},
		{K_REASM_OKS, C_REASM_OKS},
		{K_FRAG_OKS, C_FRAG_OKS},
		{K_FRAG_CREATES, C_FRAG_CREATES},
		{K_IN_MCAST_PACKETS, C_IN_MCAST_PACKETS},
		{K_IN_MCAST_OCTETS, C_IN_MCAST_OCTETS},
		{K_OUT_MCAST_PACKETS, C_OUT_MCAST_PACKETS},
		{K_OUT_MCAST_OCTETS, C_OUT_MCAST_OCTETS},
		{K_IN_BCAST_PACKETS, C_IN_BCAST_PACKETS},
		{K_OUT_BCAST_PACKETS, C_OUT_BCAST_PACKETS},
	};
	/* What is too big to be forwarded is K_TOO_BIG for both, which of IPv6 has this too. */
	const enum kernel_column fails = family == FAMILY_IPV4 ? K_TOO_BIG : K_FRAG_FAILS;

	for (size_t i = 0; i < ARRAY_SIZE(same); i++)
		if (kernel_known(k, same[i].column))
			ip_counts_set(out, same[i].count, k->value[same[i].column]);
	if (kernel_known(k, fails))
		ip_counts_set(out, C_FRAG_FAILS, k->value[fails]);
	/* Up to 6.6 those of IPv4 hold forwarded packets too. */
	if (kernel_known(k, K_OUT_REQUESTS) &&
	    (family == FAMILY_IPV6 || kernel_known(k, K_OUT_TRANSMITS)))
		ip_counts_set(out, C_OUT_REQUESTS, k->value[K_OUT_REQUESTS]);
}

void kernel_forget_unclear(struct kernel_counters *k)
{
	if (!kernel_known(k, K_OUT_TRANSMITS))
		k->known &= ~(BIT(K_FORW_DATAGRAMS) | BIT(K_OUT_REQUESTS) | BIT(K_OUT_OCTETS));
}

/* What remains of the device's counter after the IPv6 part and `less`, if that is positive. */
static void derive_rest(struct figures *out, enum metric_id m, uint64_t device, uint64_t less,
			bool ip6_known, uint64_t ip6)
{
	if (ip6_known && device >= less && device - less >= ip6)
		figures_subtract(out, m, device - less - ip6);
}

void kernel_derive_ipv4(const struct kernel_device *dev, bool has_ipv6,
			const struct kernel_counters *ip6, const struct figures *ip6_figures,
			struct figures *out)
{
	const uint64_t *v = ip6_figures->value;

	derive_rest(out, M_IN_PACKETS, dev->rx_packets, 0,
		    !has_ipv6 || kernel_known(ip6, K_IN_RECEIVES),
		    has_ipv6 ? ip6->value[K_IN_RECEIVES] : 0);
	derive_rest(out, M_OUT_PACKETS, dev->tx_packets, 0,
		    !has_ipv6 || figures_known(ip6_figures, M_OUT_PACKETS),
		    has_ipv6 ? v[M_OUT_PACKETS] : 0);
	if (dev->rx_header >= 0)
		derive_rest(out, M_IN_OCTETS, dev->rx_octets, dev->rx_packets * dev->rx_header,
			    !has_ipv6 || figures_known(ip6_figures, M_IN_OCTETS),
			    has_ipv6 ? v[M_IN_OCTETS] : 0);
	if (dev->tx_header >= 0)
		derive_rest(out, M_OUT_OCTETS, dev->tx_octets, dev->tx_packets * dev->tx_header,
			    !has_ipv6 || figures_known(ip6_figures, M_OUT_OCTETS),
			    has_ipv6 ? v[M_OUT_OCTETS] : 0);
}

void kernel_fill_device(struct snapshot_if *row, const struct kernel_device *dev)
{
	struct figures *total = &row->figures[FAMILY_TOTAL];

	figures_set(total, M_IN_PACKETS, dev->rx_packets);
	figures_set(total, M_IN_OCTETS, dev->rx_octets);
	figures_set(total, M_OUT_PACKETS, dev->tx_packets);
	figures_set(total, M_OUT_OCTETS, dev->tx_octets);
}

void kernel_fill_if(struct snapshot_if *row, const struct kernel_device *dev, bool has_ipv6,
		    const struct kernel_counters *ip6, struct kernel_epoch epoch)
{
	struct figures *v6 = &row->figures[FAMILY_IPV6];

	row->rx_header = dev->rx_header;
	row->tx_header = dev->tx_header;
	kernel_fill_device(row, dev);
	if (has_ipv6) {
		kernel_figures(ip6, FAMILY_IPV6, epoch, true, v6);
		kernel_ip_counts(ip6, FAMILY_IPV6, &row->ip6_counts);
	}
	kernel_derive_ipv4(dev, has_ipv6, ip6, v6, &row->figures[FAMILY_IPV4]);
	if (row->figures[FAMILY_IPV4].known)
		row->ipv4_source = has_ipv6 ? IPV4_LESS_IPV6 : IPV4_IS_DEVICE;
}
