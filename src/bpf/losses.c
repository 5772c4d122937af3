/* SPDX-License-Identifier: MIT */
#include "bpf/losses.h"

/* Of each stage at which a packet can be dropped, all that came in by an interface. */
static void dropped_and_refused(struct figures *out, const struct ipfw_sum *stages)
{
	uint64_t packets = 0, octets = 0;

	for (int stage = 0; stage < IPFW_DROP_STAGES; stage++) {
		packets += stages[stage].packets;
		octets += stages[stage].octets;
	}
	figures_set(out, M_DROPPED_PACKETS, packets);
	figures_set(out, M_DROPPED_OCTETS, octets);
	figures_set(out, M_REFUSED_PACKETS, stages[IPFW_DROP_FORWARD].packets);
	figures_set(out, M_REFUSED_OCTETS, stages[IPFW_DROP_FORWARD].octets);
}

static void unaccounted(struct figures *out, int64_t rest)
{
	if (rest >= 0)
		figures_derive(out, M_UNACCOUNTED_PACKETS, rest);
}

/* What came in, less where it went. */
static int64_t rest_of_input(const struct ipfw_if_counters *c, int ipv6)
{
	const struct ipfw_counter *of = c->of[ipv6];

	return of[IPFW_IN].packets - of[IPFW_LOCAL].packets - of[IPFW_IN_FORW].packets -
	       c->dropped[ipv6][IPFW_DROP_INPUT].packets;
}

static int64_t rest_of_forwarding(const struct ipfw_if_counters *c, int ipv6)
{
	const struct ipfw_counter *of = c->of[ipv6];

	return of[IPFW_IN_FORW].packets - of[IPFW_OUT_FORW].packets -
	       c->dropped[ipv6][IPFW_DROP_FORWARD].packets;
}

void losses_of_if(struct figures *out, const struct ipfw_if_counters *own, int ipv6)
{
	dropped_and_refused(out, own->dropped[ipv6]);
	unaccounted(out, rest_of_input(own, ipv6));
}

void losses_of_system(struct figures *out, const struct ipfw_if_counters *all, int ipv6)
{
	dropped_and_refused(out, all->dropped[ipv6]);
	unaccounted(out, rest_of_input(all, ipv6) + rest_of_forwarding(all, ipv6));
}
