/* SPDX-License-Identifier: MIT */
/*
 * master: an AgentX master (RFC 2741) for our own subagent, as snmpd is one, in a namespace beside
 * the router. It grants what the subagent asks for, and asks it for figures.
 */
#ifndef IPFW_SELFTEST_MASTER_H
#define IPFW_SELFTEST_MASTER_H

#include "mib/engine.h"
#include "selftest/router.h"

struct master {
	int listening, connection; /* descriptors; 0: none */
	struct agentx *subagent;
	struct notification_queue *notifications; /* none of them */
	uint32_t packet;                          /* number of the last one that we sent */
};

/*
 * Start the subagent and let it connect and register. Returns 0, or -errno with a sentence in
 * `why`; -EOPNOTSUPP: there is no library. `m` begins zeroed; close it either way.
 */
int master_open(struct master *m, const struct router *r, struct why *why);
void master_close(struct master *m);

/* One object. */
struct master_object {
	struct mib_oid name;
	bool known;
	uint64_t value;
};

/* Let it answer from that reading, and ask for the objects. Returns as master_open(). */
int master_ask(struct master *m, struct snapshot *s, struct master_object *objects, size_t n,
	       struct why *why);

#endif
