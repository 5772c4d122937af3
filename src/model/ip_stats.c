/* SPDX-License-Identifier: MIT */
#include "model/ip_stats.h"

#include "base/units.h"
#include <assert.h>
#include <string.h>

/* What the objects are that take one counter as it is; the others have a function below. */
static const struct plain {
	enum { FORMULA, FIGURE, COUNT } kind;
	unsigned number; /* of enum metric_id or enum ip_count */
} plain[] = {
	[IP_IN_RECEIVES] = {FORMULA, 0},
	[IP_IN_OCTETS] = {FORMULA, 0},
	[IP_IN_HDR_ERRORS] = {FIGURE, M_HDR_ERRORS},
	[IP_IN_NO_ROUTES] = {FIGURE, M_NO_ROUTES},
	[IP_IN_ADDR_ERRORS] = {FORMULA, 0},
	[IP_IN_UNKNOWN_PROTOS] = {COUNT, C_IN_UNKNOWN_PROTOS},
	[IP_IN_TRUNCATED_PKTS] = {COUNT, C_IN_TRUNCATED},
	[IP_IN_FORW_DATAGRAMS] = {FORMULA, 0},
	[IP_REASM_REQDS] = {COUNT, C_REASM_REQDS},
	[IP_REASM_OKS] = {COUNT, C_REASM_OKS},
	[IP_REASM_FAILS] = {FIGURE, M_REASM_FAILS},
	[IP_IN_DISCARDS] = {FIGURE, M_FORW_DISCARDS},
	[IP_IN_DELIVERS] = {COUNT, C_IN_DELIVERS},
	[IP_OUT_REQUESTS] = {COUNT, C_OUT_REQUESTS},
	[IP_OUT_NO_ROUTES] = {FORMULA, 0},
	[IP_OUT_FORW_DATAGRAMS] = {FIGURE, M_OUT_FORW_PACKETS},
	[IP_OUT_DISCARDS] = {FIGURE, M_OUT_DISCARDS},
	[IP_OUT_FRAG_REQDS] = {FORMULA, 0},
	[IP_OUT_FRAG_OKS] = {COUNT, C_FRAG_OKS},
	[IP_OUT_FRAG_FAILS] = {COUNT, C_FRAG_FAILS},
	[IP_OUT_FRAG_CREATES] = {COUNT, C_FRAG_CREATES},
	[IP_OUT_TRANSMITS] = {FIGURE, M_OUT_PACKETS},
	[IP_OUT_OCTETS] = {FIGURE, M_OUT_OCTETS},
	[IP_IN_MCAST_PKTS] = {COUNT, C_IN_MCAST_PACKETS},
	[IP_IN_MCAST_OCTETS] = {COUNT, C_IN_MCAST_OCTETS},
	[IP_OUT_MCAST_PKTS] = {COUNT, C_OUT_MCAST_PACKETS},
	[IP_OUT_MCAST_OCTETS] = {COUNT, C_OUT_MCAST_OCTETS},
	[IP_IN_BCAST_PKTS] = {COUNT, C_IN_BCAST_PACKETS},
	[IP_OUT_BCAST_PKTS] = {COUNT, C_OUT_BCAST_PACKETS},
};

static_assert(ARRAY_SIZE(plain) == IP_OBJECTS, "one for each object");

/* Where packets are dropped that an object counts: the stage and the kernel's reason. */
struct place {
	enum drop_stage stage;
	const char *reason;
};

#define PLACES 3 /* at most */

/* In error before the IP layer had received them. */
static const struct place faulty[PLACES] = {
	{DROP_LINK, "IP_CSUM"}, {DROP_LINK, "IP_INHDR"}, {DROP_LINK, "PKT_TOO_SMALL"}};

/* What the kernel counts for no interface, where it counts it for IPv6. */
static const struct {
	enum ip_object object;
	struct place places[PLACES];
} of_ipv4[] = {
	{IP_IN_HDR_ERRORS,
	 {{DROP_LINK, "IP_CSUM"}, {DROP_LINK, "IP_INHDR"}, {DROP_INPUT, "IP_INHDR"}}},
	{IP_IN_NO_ROUTES, {{DROP_INPUT, "IP_INNOROUTES"}}},
	{IP_IN_TRUNCATED_PKTS, {{DROP_LINK, "PKT_TOO_SMALL"}}},
};

static const struct figures *figures_of(const struct ip_row *row)
{
	return row->of ? &row->of->figures[row->family]
		       : &row->snapshot->system[row->family].figures;
}

/* IPv4 of an interface that the device's counters are the source of holds other protocols too. */
static bool get_figure(const struct ip_row *row, enum metric_id m, uint64_t *value)
{
	const struct figures *f = figures_of(row);

	if (row->of && !(snapshot_if_metrics(row->family) >> m & 1))
		return false;
	if (row->of && row->family == FAMILY_IPV4 && f->derived >> m & 1)
		return false;
	*value = f->value[m];
	return figures_known(f, m);
}

static bool get_count(const struct ip_row *row, enum ip_count count, uint64_t *value)
{
	const struct ip_counts *c =
		row->of ? &row->of->ip6_counts : &row->snapshot->system[row->family].ip_counts;

	if (row->of && row->family == FAMILY_IPV4)
		return false;
	*value = c->value[count];
	return ip_counts_known(c, count);
}

static bool is_at(const struct snapshot_drop *d, const struct place places[PLACES])
{
	for (size_t i = 0; i < PLACES && places[i].reason; i++)
		if (d->stage == places[i].stage && !strcmp(d->reason, places[i].reason))
			return true;
	return false;
}

/* The first row of drops of that family that came in by that interface or by a later one. */
static size_t find_drops(const struct snapshot *s, enum family family, uint32_t ifindex)
{
	size_t low = 0, high = s->n_drops;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct snapshot_path *p = &s->drops[middle].path;

		if (p->family < family || (p->family == family && p->in_ifindex < ifindex))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What was dropped there of what came in by the row's interface: M_DROPPED_PACKETS or _OCTETS. */
static bool get_dropped(const struct ip_row *row, const struct place places[PLACES],
			enum metric_id m, uint64_t *value)
{
	const struct snapshot *s = row->snapshot;

	if (!row->of || !s->drops_known || s->missed_drop_packets ||
	    !figures_known(figures_of(row), m))
		return false;
	*value = 0;
	for (size_t i = find_drops(s, row->family, row->of->ifindex); i < s->n_drops; i++) {
		const struct snapshot_drop *d = &s->drops[i];

		if (d->path.family != row->family || d->path.in_ifindex != row->of->ifindex)
			break;
		if (is_at(d, places))
			*value += d->path.figures.value[m];
	}
	return true;
}

static bool add(bool known, const uint64_t *more, uint64_t *value)
{
	if (known)
		*value += *more;
	return known;
}

/* eBPF: received, and what was in error before that. The kernel: its count, with those in error. */
static bool get_in_receives(const struct ip_row *row, uint64_t *value)
{
	const bool by_ebpf = row->snapshot->source == SOURCE_EBPF;
	uint64_t more = 0;

	if (row->of && by_ebpf)
		return get_figure(row, M_IN_PACKETS, value) &&
		       add(get_dropped(row, faulty, M_DROPPED_PACKETS, &more), &more, value);
	if (!get_count(row, C_IN_RECEIVES, value))
		return false;
	return !by_ebpf || add(get_count(row, C_IN_EXTRA, &more), &more, value);
}

static bool get_in_octets(const struct ip_row *row, uint64_t *value)
{
	uint64_t more = 0;

	if (!get_figure(row, M_IN_OCTETS, value))
		return false;
	return !row->of || row->snapshot->source != SOURCE_EBPF ||
	       add(get_dropped(row, faulty, M_DROPPED_OCTETS, &more), &more, value);
}

/* Those for which a route was looked for: with one, and without. */
static bool get_in_forw(const struct ip_row *row, uint64_t *value)
{
	uint64_t more = 0;

	return get_figure(row, M_IN_FORW_PACKETS, value) &&
	       add(ip_stats_get(row, IP_IN_NO_ROUTES, &more), &more, value);
}

static bool get_formula(const struct ip_row *row, enum ip_object object, uint64_t *value)
{
	uint64_t more = 0;

	switch (object) {
	case IP_IN_RECEIVES:
		return get_in_receives(row, value);
	case IP_IN_OCTETS:
		return get_in_octets(row, value);
	case IP_IN_ADDR_ERRORS: /* of IPv6 the kernel counts sources among them */
		return row->family == FAMILY_IPV4 && get_figure(row, M_ADDR_ERRORS, value);
	case IP_IN_FORW_DATAGRAMS:
		return get_in_forw(row, value);
	case IP_OUT_NO_ROUTES: /* an interface has none, since there was no route */
		return !row->of && get_figure(row, M_OUT_NO_ROUTES, value);
	case IP_OUT_FRAG_REQDS:
		return get_count(row, C_FRAG_OKS, value) &&
		       add(get_count(row, C_FRAG_FAILS, &more), &more, value);
	default:
		return false;
	}
}

bool ip_stats_get(const struct ip_row *row, enum ip_object object, uint64_t *value)
{
	const struct plain *p = &plain[object];

	for (size_t i = 0; i < ARRAY_SIZE(of_ipv4); i++)
		if (of_ipv4[i].object == object && row->of && row->family == FAMILY_IPV4)
			return get_dropped(row, of_ipv4[i].places, M_DROPPED_PACKETS, value);
	switch (p->kind) {
	case FIGURE:
		return get_figure(row, (enum metric_id)p->number, value);
	case COUNT:
		return get_count(row, (enum ip_count)p->number, value);
	case FORMULA:
		break;
	}
	return get_formula(row, object, value);
}

bool ip_stats_any(const struct ip_row *row)
{
	uint64_t value;

	for (int object = 0; object < IP_OBJECTS; object++)
		if (ip_stats_get(row, (enum ip_object)object, &value))
			return true;
	return false;
}
