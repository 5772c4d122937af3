/* SPDX-License-Identifier: MIT */
/*
 * sampler: the agent's readings: the newest one, the last full interval, and how well it goes.
 */
#ifndef IPFW_AGENT_SAMPLER_H
#define IPFW_AGENT_SAMPLER_H

#include "mib/view.h"
#include "sources/collect.h"

/* Begins zeroed, but for the collector, which the caller opens and closes, and the namespace. */
struct sampler {
	struct collector *collector;
	const char *netns;       /* one of several: its name, kept by the caller; NULL: it is not */
	struct snapshot *latest; /* the newest reading; NULL: none yet */
	struct interval *interval; /* the last full one; NULL: none yet */
	struct peaks *peaks;       /* shown with each reading; kept by the caller; NULL: none */
	uint64_t samples, errors;
	uint64_t tried_ns; /* when the last reading began, whatever came of it */
	uint64_t if_change_ns;
	int64_t master_start_ns; /* see struct mib_view */
	uint64_t master_since_ns;
	enum mib_status status;
	char status_text[256];
};

/*
 * Take a reading for the master whose sysUpTime was 0 at that time (0: there is none). What changes
 * for better or worse is logged; a reading that fails leaves the one before, and is false.
 */
bool sampler_read(struct sampler *s, int64_t master_start_ns);

/* The newest reading ends a full interval. */
void sampler_end_interval(struct sampler *s);

/*
 * A view of the readings, which the caller owns; no memory ends the program. What else is in it is
 * the caller's to fill.
 */
struct mib_view *sampler_view(const struct sampler *s);

void sampler_clear(struct sampler *s); /* all but the collector */

#endif
