/* SPDX-License-Identifier: MIT */
/*
 * readings: all that the agent reads: its own network namespace, with the peaks there, and the
 * others that --netns names.
 */
#ifndef IPFW_AGENT_READINGS_H
#define IPFW_AGENT_READINGS_H

#include "agent/other_netns.h"
#include "agent/peak_sampler.h"
#include "agent/sampler.h"
#include "agent/socket_reply.h"
#include "options/options.h"

/* Begins zeroed. */
struct readings {
	struct sampler own;
	uint64_t netns; /* its inode */
	struct peak_sampler peaks;
	struct other_netns *others; /* NULL: none */
	struct socket_contents contents;
};

/*
 * Open what the readings need, and attach counters as the options say; they must outlive it. The
 * others are attached by the first readings. Returns 0 or -errno, with a sentence in `why`. Close
 * it either way.
 */
int readings_open(struct readings *r, const struct options *o, struct why *why);
void readings_close(struct readings *r);

/*
 * Take one in each namespace, for the master whose sysUpTime was 0 at that time (0: there is none).
 * True: more namespaces wait to be taken in; soon take the next one.
 */
bool readings_take(struct readings *r, int64_t master_start_ns);

/* Whether one of them began so long ago. */
bool readings_are_old(const struct readings *r, uint64_t age_ns);

/* The newest ones end a full interval. */
void readings_end_interval(struct readings *r);

/* Show these interfaces from the next ones on; the caller keeps the filter. */
void readings_set_filter(struct readings *r, const struct filter *filter);

/*
 * A view of each namespace that can be an SNMP context, the own one first; the caller owns the
 * list. What else is in them is the caller's to fill.
 */
struct mib_view *readings_views(const struct readings *r);

/*
 * What there is to say of each namespace, valid until the next call, and how the agent is: `agent`
 * with what is of that namespace filled in. No memory ends the program.
 */
const struct socket_contents *readings_contents(struct readings *r,
						const struct status_line *agent);

/* How the agent is, in its own namespace. */
struct status_line readings_status(const struct readings *r, const struct status_line *agent);

#endif
