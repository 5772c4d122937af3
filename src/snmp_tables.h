/* SPDX-License-Identifier: MIT */
/*
 * snmp_tables: what the MIB's objects are, as tables over one reading. No net-snmp types here:
 * snmp_engine.c answers GET and GETNEXT from it, snmp_agent.c carries the answers to the master.
 */
#ifndef IPFW_SNMP_TABLES_H
#define IPFW_SNMP_TABLES_H

#include "rate.h"
#include "snapshot.h"

/* Everything that an answer is made of; immutable once published. */
struct mib_view {
	struct snapshot *snapshot; /* owned */
	struct rates *rates;       /* owned; of the last full interval; NULL before there is one */
	/* which snapshot's ifs/paths `rates` is parallel to: the one that ended the interval */
	struct snapshot *rates_of; /* owned, may be NULL; may equal `snapshot` (then freed once) */

	/* the agent's own state, for the ipfwAgent scalars */
	unsigned status;           /* ipfwStatus: ok(1), degraded(2), failing(3) */
	char status_text[256];
	unsigned interval_ms;
	uint64_t samples, sample_errors;
	uint64_t if_change_ns; /* CLOCK_MONOTONIC of the last change of the set of interfaces */
	uint64_t notifications_dropped;
};

void mib_view_free(struct mib_view *v); /* accepts NULL */

#endif
