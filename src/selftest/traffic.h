/* SPDX-License-Identifier: MIT */
/*
 * traffic: sends exactly known packets from the client, with plain sockets.
 */
#ifndef IPFW_SELFTEST_TRAFFIC_H
#define IPFW_SELFTEST_TRAFFIC_H

#include <stdint.h>

#include "selftest/router.h"

#define TRAFFIC_PORT 9

struct datagrams {
	enum target to;
	unsigned count;
	unsigned size;    /* octets of payload, at most TRAFFIC_SIZE_MAX */
	unsigned segment; /* the kernel is to cut each into pieces of so many; 0: it is not */
	unsigned ttl;     /* 0: as the kernel has it */
	bool whole;       /* nobody may cut them on their way */
};

#define TRAFFIC_SIZE_MAX 16384
#define TRAFFIC_BURST    32 /* after so many there is a pause: no queue on the way overflows */

/* As on the wire: packets, and octets of IP. */
struct amount {
	uint64_t packets, octets;
};

/* Who takes the datagrams in that place, and does not answer. Returns a descriptor or -errno. */
int traffic_receiver(const struct router *r, enum router_place place);

/* Forget what has come to it, so that there is room again. */
void traffic_drain(int receiver);

/* A socket of the client's for those datagrams. Returns a descriptor or -errno. */
int traffic_sender(const struct router *r, const struct datagrams *d, enum family family);

/* Send `count` of them by it. Returns 0 or -errno. */
int traffic_send(int sender, const struct datagrams *d, enum family family, unsigned count);

/* What they are on the wire, in fragments or segments if need be. */
struct amount traffic_amount(const struct datagrams *d, enum family family);

/*
 * Send so many octets to the server by TCP and end the connection. What the two ends sent is by
 * their own count. Returns 0, or -errno with a sentence in `why`.
 */
int traffic_tcp(const struct router *r, enum family family, unsigned octets, struct amount *there,
		struct amount *back, struct why *why);

#endif
