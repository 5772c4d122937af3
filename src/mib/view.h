/* SPDX-License-Identifier: MIT */
/*
 * view: what the agent publishes, and what the SNMP thread answers from.
 */
#ifndef IPFW_MIB_VIEW_H
#define IPFW_MIB_VIEW_H

#include "model/interval.h"
#include "model/snapshot.h"

/*
 * Whether two times are of the same master: when its sysUpTime was 0, CLOCK_MONOTONIC; 0: there is
 * no master. An agent learns this time with each connection. It is too early by a tick and the time
 * that the answer took, and too late by 497 days for each wrap of sysUpTime.
 */
bool mib_same_master(int64_t start_ns, int64_t other_start_ns);

/* ipfwStatus. 0: there was no reading yet. */
enum mib_status { MIB_STATUS_OK = 1, MIB_STATUS_DEGRADED, MIB_STATUS_FAILING, MIB_STATUS_COUNT };
extern const char *const mib_status_names[MIB_STATUS_COUNT];

#define MIB_CONTEXT_MAX 32 /* octets: vacmContextName (RFC 3415) */

/*
 * The name of a network namespace as that of an SNMP context (SnmpAdminString, RFC 3411), `out` has
 * room for MIB_CONTEXT_MAX and a NUL. False: it cannot be one, since it is empty, too long, no
 * UTF-8, or has characters that are not seen.
 */
bool mib_context_name(char *out, const char *netns);

/* Everything that an answer is made of; immutable once published. */
struct mib_view {
	/* that of the agent's own namespace, "", comes first; then by name */
	struct mib_view *next;
	char context[MIB_CONTEXT_MAX + 1];

	/* a reference each */
	struct snapshot *snapshot; /* the newest reading */
	struct interval *interval; /* the last full one; NULL before there is one */

	/* the agent's own state, for the ipfwAgent scalars */
	enum mib_status status;
	char status_text[256];
	unsigned interval_ms;
	bool ip_mib; /* RFC 4293's tables are served, in place of the master's own */
	uint64_t samples, sample_errors;
	uint64_t if_change_ns; /* CLOCK_MONOTONIC of the last change of the set of interfaces */
	uint64_t notifications_dropped;

	/*
	 * The master that it is for, as learnt first, so that a TimeStamp does not move; and when
	 * readings for it began.
	 */
	int64_t master_start_ns;
	uint64_t master_since_ns;
};

void mib_view_free(struct mib_view *list); /* accepts NULL */

#endif
