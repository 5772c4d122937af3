/* SPDX-License-Identifier: MIT */
#include "selftest/ways.h"

#include <linux/netfilter.h>
#include <unistd.h>

#include "selftest/kernel_counts.h"
#include "sources/netlink_setup.h"

/* What the kernel tells of the system, in one way or the other; docs/figures.md. */
#define KERNEL_TELLS ((1u << (M_OUT_FORW_OCTETS + 1)) - 1)

#define TCP_OCTETS     1000000
#define GIVE_UP_US     20000
#define GIVE_UP_ROUNDS 250

/* Messages of ICMP that the router sent. */
static uint64_t own_messages(enum family family)
{
	return family == FAMILY_IPV6 ? kernel_counts_line("/proc/net/snmp6", "Icmp6OutMsgs")
				     : kernel_counts_column("/proc/net/snmp", "Icmp:", "OutMsgs");
}

static uint64_t unreachables(enum family family)
{
	return family == FAMILY_IPV6
		       ? kernel_counts_line("/proc/net/snmp6", "Icmp6OutDestUnreachs")
		       : kernel_counts_column("/proc/net/snmp", "Icmp:", "OutDestUnreachs");
}

/* Two figures of the same thing, in packets and octets. */
static void add(struct figures *f, enum metric_id packets, struct amount a)
{
	f->value[packets] += a.packets;
	f->value[packets + 1] += a.octets;
}

/* In a device's row and in the router's. */
static void count(struct sent *s, enum family family, enum device d, enum metric_id packets,
		  struct amount a)
{
	add(&s->counts.rows[ROW_SYSTEM][family], packets, a);
	add(&s->counts.rows[ROW_DEVICE + d][family], packets, a);
}

static void arrive(struct sent *s, enum family family, enum device in, struct amount a)
{
	count(s, family, in, M_IN_PACKETS, a);
}

static void hand_over(struct sent *s, enum family family, enum device in, struct amount a)
{
	arrive(s, family, in, a);
	count(s, family, in, M_IN_FORW_PACKETS, a);
}

static void pass(struct sent *s, enum family family, enum device in, enum device out,
		 struct amount a)
{
	hand_over(s, family, in, a);
	count(s, family, out, M_OUT_FORW_PACKETS, a);
	count(s, family, out, M_OUT_PACKETS, a);
	add(&s->counts.rows[ROW_PATH + out][family], M_OUT_FORW_PACKETS, a);
}

static void lose(struct sent *s, enum family family, enum drop_stage stage, struct amount a)
{
	count(s, family, DEVICE_IN, M_DROPPED_PACKETS, a);
	if (stage == DROP_FORWARD)
		count(s, family, DEVICE_IN, M_REFUSED_PACKETS, a);
	add(&s->counts.rows[ROW_LOST + stage][family], M_DROPPED_PACKETS, a);
}

static int send_datagrams(const struct way *way, const struct router *r, enum family family,
			  struct sent *out, struct why *why)
{
	const struct datagrams *d = &way->datagrams;
	int fd = traffic_sender(r, d, family);
	int result = fd < 0 ? fd : traffic_send(fd, d, family, d->count);

	if (fd >= 0)
		close(fd);
	out->there = traffic_amount(d, family);
	return result ? why_errno(why, result, d->segment ? "UDP_SEGMENT" : "UDP") : 0;
}

static int send_through(const struct way *way, const struct router *r, enum family family,
			struct sent *out, struct why *why)
{
	int result = send_datagrams(way, r, family, out, why);

	pass(out, family, DEVICE_IN, DEVICE_OUT, out->there);
	return result;
}

static int send_tcp(const struct way *way, const struct router *r, enum family family,
		    struct sent *out, struct why *why)
{
	int result = traffic_tcp(r, family, TCP_OCTETS, &out->there, &out->back, why);

	(void)way;
	pass(out, family, DEVICE_IN, DEVICE_OUT, out->there);
	pass(out, family, DEVICE_OUT, DEVICE_IN, out->back);
	return result;
}

/* Lost where its route is looked for: for its time to live, its size, or since there is none. */
static int send_in_vain(const struct way *way, const struct router *r, enum family family,
			struct sent *out, struct why *why)
{
	int result = send_datagrams(way, r, family, out, why);

	arrive(out, family, DEVICE_IN, out->there);
	lose(out, family, DROP_INPUT, out->there);
	return result;
}

static int send_against_filter(const struct way *way, const struct router *r, enum family family,
			       struct sent *out, struct why *why)
{
	int result = netlink_setup_refuse(way->hook);

	if (result)
		return why_errno(why, result, "a filter by nf_tables");
	result = send_datagrams(way, r, family, out, why);
	router_settle();
	netlink_setup_refuse_no_more();
	return result;
}

static int send_refused(const struct way *way, const struct router *r, enum family family,
			struct sent *out, struct why *why)
{
	int result = send_against_filter(way, r, family, out, why);

	hand_over(out, family, DEVICE_IN, out->there);
	lose(out, family, DROP_FORWARD, out->there);
	return result;
}

/* Before it is known that they are to be forwarded. */
static int send_refused_early(const struct way *way, const struct router *r, enum family family,
			      struct sent *out, struct why *why)
{
	int result = send_against_filter(way, r, family, out, why);

	arrive(out, family, DEVICE_IN, out->there);
	lose(out, family, DROP_INPUT, out->there);
	return result;
}

static int send_to_router(const struct way *way, const struct router *r, enum family family,
			  struct sent *out, struct why *why)
{
	int receiver = traffic_receiver(r, PLACE_ROUTER), result;

	if (receiver < 0)
		return why_errno(why, receiver, "UDP");
	result = send_datagrams(way, r, family, out, why);
	arrive(out, family, DEVICE_IN, out->there);
	count(out, family, DEVICE_IN, M_DELIVERED_PACKETS, out->there);
	router_settle();
	close(receiver);
	return result;
}

/* They leave the IP layer and wait for a neighbour, whom the kernel gives up. */
static int send_to_silence(const struct way *way, const struct router *r, enum family family,
			   struct sent *out, struct why *why)
{
	const uint64_t before = unreachables(family);
	int result = send_datagrams(way, r, family, out, why);

	pass(out, family, DEVICE_IN, DEVICE_SILENT, out->there);
	lose(out, family, DROP_OUTPUT, out->there);
	for (int i = 0; i < GIVE_UP_ROUNDS && unreachables(family) == before; i++)
		usleep(GIVE_UP_US);
	return result;
}

const struct way ways[WAYS] = {
	{.name = "UDP",
	 .send = send_through,
	 .datagrams = {.to = TO_SERVER, .count = 400, .size = 100}},
	{.name = "UDP in segments (GSO)",
	 .send = send_through,
	 .datagrams = {.to = TO_SERVER, .count = 20, .size = 12500, .segment = 1000},
	 .merged = true},
	{.name = "TCP (TSO)", .send = send_tcp, .merged = true},
	{.name = "UDP in fragments",
	 .send = send_through,
	 .datagrams = {.to = TO_SERVER, .count = 100, .size = 4000}},
	{.name = "for the router itself",
	 .send = send_to_router,
	 .datagrams = {.to = TO_ROUTER, .count = 100, .size = 100}},
	{.name = "a TTL of 1",
	 .send = send_in_vain,
	 .datagrams = {.to = TO_SERVER, .count = 50, .size = 100, .ttl = 1},
	 .answers = true},
	{.name = "no route",
	 .send = send_in_vain,
	 .datagrams = {.to = TO_NOWHERE, .count = 50, .size = 100},
	 .answers = true},
	{.name = "a blackhole route",
	 .send = send_in_vain,
	 .datagrams = {.to = TO_BLACKHOLE, .count = 50, .size = 100}},
	{.name = "too big for the next link",
	 .send = send_in_vain,
	 .datagrams = {.to = TO_SILENCE, .count = 50, .size = 1372, .whole = true},
	 .answers = true},
	{.name = "refused by a filter",
	 .send = send_refused,
	 .datagrams = {.to = TO_SERVER, .count = 100, .size = 100},
	 .hook = NF_INET_FORWARD},
	{.name = "refused before routing",
	 .send = send_refused_early,
	 .datagrams = {.to = TO_SERVER, .count = 100, .size = 100},
	 .hook = NF_INET_PRE_ROUTING},
	{.name = "refused after routing",
	 .send = send_refused,
	 .datagrams = {.to = TO_SERVER, .count = 100, .size = 100},
	 .hook = NF_INET_POST_ROUTING},
	{.name = "refused by the router itself",
	 .send = send_refused_early,
	 .datagrams = {.to = TO_ROUTER, .count = 100, .size = 100},
	 .hook = NF_INET_LOCAL_IN},
	{.name = "no answer from a neighbour",
	 .send = send_to_silence,
	 .datagrams = {.to = TO_SILENCE, .count = 20, .size = 100},
	 .answers = true},
};

/* Nothing else than what is sent may be counted: all figures are known, and 0. */
static void begin(struct sent *s)
{
	*s = (struct sent){.told = 0};
	for (int row = 0; row < ROWS; row++)
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			s->counts.rows[row][f].known = counts_metrics(row);
}

/*
 * It counts what was merged as one in most places, what is too big before it finds that out, and
 * what is forwarded, before Linux 6.7, ahead of the last filters.
 */
static uint32_t told_by_kernel(const struct way *way)
{
	if (way->merged)
		return 1u << M_IN_PACKETS;
	if (way->hook == NF_INET_POST_ROUTING)
		return 1u << M_IN_PACKETS | 1u << M_IN_OCTETS;
	return way->datagrams.whole ? KERNEL_TELLS & ~(1u << M_IN_FORW_PACKETS) : KERNEL_TELLS;
}

int ways_send(const struct way *way, const struct router *r, enum family family, struct sent *out,
	      struct why *why)
{
	int result;

	begin(out);
	out->told = told_by_kernel(way);
	out->answers = way->answers;
	out->own_before = own_messages(family);
	result = way->send(way, r, family, out, why);
	router_settle();
	return result;
}

struct counts ways_own(const struct sent *sent, enum family family)
{
	struct counts c = sent->counts;

	if (!sent->answers)
		return c;
	c.rows[ROW_SYSTEM][family].value[M_OUT_PACKETS] += own_messages(family) - sent->own_before;
	/* How long they are, and where they leave, is not known. */
	for (int row = ROW_SYSTEM; row < ROW_PATH; row++)
		figures_keep(&c.rows[row][family],
			     row == ROW_SYSTEM ? ~(1u << M_OUT_OCTETS)
					       : ~(1u << M_OUT_PACKETS | 1u << M_OUT_OCTETS));
	return c;
}
