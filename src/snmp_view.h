/* SPDX-License-Identifier: MIT */
/*
 * snmp_view: what the agent publishes, and the SNMP thread answers from.
 */
#ifndef IPFW_SNMP_VIEW_H
#define IPFW_SNMP_VIEW_H

#include "rate.h"
#include "snapshot.h"

/* Everything that an answer is made of; immutable once published. */
struct mib_view {
	/* a reference each */
	struct snapshot *snapshot; /* the newest reading */
	struct rates *rates;       /* of the last full interval; NULL before there is one */
	struct snapshot *rates_of; /* the reading that ended it: `rates` is parallel to this one */

	/* the agent's own state, for the ipfwAgent scalars */
	unsigned status; /* ipfwStatus: ok(1), degraded(2), failing(3) */
	char status_text[256];
	unsigned interval_ms;
	uint64_t samples, sample_errors;
	uint64_t if_change_ns; /* CLOCK_MONOTONIC of the last change of the set of interfaces */
	uint64_t notifications_dropped;
};

void mib_view_free(struct mib_view *v); /* accepts NULL */

#endif
