/* SPDX-License-Identifier: MIT */
/*
 * namespaces: the other network namespaces that the agent serves: a sampler for each, while it has
 * a name.
 *
 * What the agent pinned there would keep a namespace alive that has lost its name. So it is
 * detached then, by the next reading. Attaching takes longer than reading: where many come at once,
 * one reading takes in as many as fit into NAMESPACES_ATTACH_NS.
 */
#ifndef IPFW_AGENT_NAMESPACES_H
#define IPFW_AGENT_NAMESPACES_H

#include "agent/sampler.h"
#include "base/netns_set.h"
#include "options/options.h"

#define NAMESPACES_ATTACH_NS UINT64_C(300000000)

struct namespaces;

/*
 * Those that the pattern of --netns names, but for the calling thread's own. The options and
 * whatever the filter is must outlive them. Returns 0 or -errno.
 */
int namespaces_open(struct namespaces **out, const struct options *o);
void namespaces_close(struct namespaces *n); /* accepts NULL, as all others */

/*
 * See which there are now, and take a reading in each, as sampler_read(). What happens is logged.
 * True: there are more, which wait for the next reading.
 */
bool namespaces_read(struct namespaces *n, int64_t master_start_ns);

/* When the last reading began, CLOCK_MONOTONIC; without namespaces `own_ns`, and not later. */
uint64_t namespaces_tried_ns(const struct namespaces *n, uint64_t own_ns);

/* Show these interfaces from the next reading on; the caller keeps the filter. */
void namespaces_set_filter(struct namespaces *n, const struct filter *filter);

/* The samplers in order of the names, and whose they are; valid until the next reading. */
size_t namespaces_count(const struct namespaces *n);
struct sampler *namespaces_sampler(const struct namespaces *n, size_t i);
const struct netns_member *namespaces_member(const struct namespaces *n, size_t i);

#endif
