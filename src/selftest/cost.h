/* SPDX-License-Identifier: MIT */
/*
 * cost: how long a datagram takes through the router, with the counters of each hook set and
 * without any. It is measured in turns, since what else the machine does changes all the time.
 */
#ifndef IPFW_SELFTEST_COST_H
#define IPFW_SELFTEST_COST_H

#include "selftest/router.h"

#define COST_ROUNDS 5

/* In ns for each datagram, of all rounds: the one in the middle, and the lowest and highest. */
struct cost_ns {
	bool known;
	int64_t median, lowest, highest;
};

struct cost {
	unsigned rounds; /* fewer where to attach takes long */
	/* All of the way without counters; and how much longer it takes with those of a hook set.
	 */
	struct cost_ns without;
	struct cost_ns more[HOOKS_COUNT];
};

/*
 * Measure the hook sets whose bit is set in `hooks`, with datagrams to the receiver at the server.
 * No counters of ours may be attached.
 */
void cost_measure(struct cost *out, const struct router *r, int receiver, unsigned hooks);

#endif
