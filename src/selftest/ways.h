/* SPDX-License-Identifier: MIT */
/*
 * ways: in which ways packets are sent through the router, and what has to be counted of each.
 */
#ifndef IPFW_SELFTEST_WAYS_H
#define IPFW_SELFTEST_WAYS_H

#include "selftest/counts.h"
#include "selftest/traffic.h"

/* What was sent in one way. */
struct sent {
	struct amount there, back;
	struct counts counts; /* what has to be counted; ways_own() adds what the router says */
	uint64_t own_before;  /* messages of ICMP that the router had sent before */
	uint32_t told;        /* what the kernel tells of it (bits) */
	bool answers;         /* the router tells the sender that it cannot forward them */
};

struct way {
	const char *name;
	int (*send)(const struct way *way, const struct router *r, enum family family,
		    struct sent *out, struct why *why);
	struct datagrams datagrams;
	unsigned hook; /* where a filter refuses them (NF_INET_...) */
	bool merged, answers;
};

#define WAYS 14
extern const struct way ways[WAYS];

/*
 * Send in that way. Returns 0, or -errno and the reason why this is not possible here. `sent` has
 * what every hook set has to have counted, apart from the router's own messages.
 */
int ways_send(const struct way *way, const struct router *r, enum family family, struct sent *out,
	      struct why *why);

/* The same with the messages of ICMP that the router has sent until now, by the kernel's count. */
struct counts ways_own(const struct sent *sent, enum family family);

#endif
