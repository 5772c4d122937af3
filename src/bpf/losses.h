/* SPDX-License-Identifier: MIT */
/*
 * losses: what became of the packets that came in and were not sent on, from the counters of one
 * reading. Only where dropped packets are counted.
 *
 * received = delivered + handed over + dropped before either + unaccounted. Of the system also:
 * handed over = forwarded + dropped in between + unaccounted. Unaccounted is what fragments that
 * were put together again, queues, IPsec and tunnels took, and what is under way. A copy counts
 * once more on the right side only: where these exceed what came in, it is not known.
 */
#ifndef IPFW_BPF_LOSSES_H
#define IPFW_BPF_LOSSES_H

#include "ipfw_shared.h"
#include "model/figures.h"

/* Set dropped, refused and unaccounted of one family from an interface's own counters, or from the
 * sum of all. */
void losses_of_if(struct figures *out, const struct ipfw_if_counters *own, int ipv6);
void losses_of_system(struct figures *out, const struct ipfw_if_counters *all, int ipv6);

#endif
