/* SPDX-License-Identifier: MIT */
/*
 * other_netns: the other network namespaces that the agent serves: a sampler for each, while it has
 * a name.
 *
 * What the agent pinned there would keep a namespace alive that has lost its name. So it is
 * detached then, by the next reading. Attaching takes longer than reading: where many come at once,
 * one reading takes in as many as fit into OTHER_NETNS_ATTACH_NS.
 */
#ifndef IPFW_AGENT_OTHER_NETNS_H
#define IPFW_AGENT_OTHER_NETNS_H

#include "agent/sampler.h"
#include "base/netns_set.h"
#include "options/options.h"

#define OTHER_NETNS_ATTACH_NS UINT64_C(300000000)

struct other_netns;

/*
 * Those that the pattern of --netns names, but for the calling thread's own. The options and
 * whatever the filter is must outlive them. Returns 0 or -errno.
 */
int other_netns_open(struct other_netns **out, const struct options *o);
void other_netns_close(struct other_netns *n); /* accepts NULL, as all others */

/*
 * See which there are now, and take a reading in each, as sampler_read(). What happens is logged.
 * True: there are more, which wait for the next reading.
 */
bool other_netns_read(struct other_netns *n, int64_t master_start_ns);

/* When the last reading began, CLOCK_MONOTONIC; without namespaces `own_ns`, and not later. */
uint64_t other_netns_tried_ns(const struct other_netns *n, uint64_t own_ns);

/* Show these interfaces from the next reading on; the caller keeps the filter. */
void other_netns_set_filter(struct other_netns *n, const struct filter *filter);

/* The samplers in order of the names, and whose they are; valid until the next reading. */
size_t other_netns_count(const struct other_netns *n);
struct sampler *other_netns_sampler(const struct other_netns *n, size_t i);
const struct netns_member *other_netns_member(const struct other_netns *n, size_t i);

#endif
