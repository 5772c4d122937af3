/* SPDX-License-Identifier: MIT */
/*
 * router: a router between a client and a server, in network namespaces that have no name: they end
 * with the process, however it ends. Nobody sends there but who is told to: all neighbours are
 * known, and IPv6 makes no addresses.
 *
 *   client 192.0.2.2, 2001:db8:1::2 ----- in0 [router] out0 ----- 192.0.2.130, 2001:db8:2::2 server
 *                                              silent0 ---------- 198.51.100.2, 2001:db8:3::2:
 * nobody; its packets are of 1300 octets at most
 */
#ifndef IPFW_SELFTEST_ROUTER_H
#define IPFW_SELFTEST_ROUTER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/why.h"
#include "model/snapshot.h"

/* The router's devices. */
enum device { DEVICE_IN, DEVICE_OUT, DEVICE_SILENT, DEVICES };
extern const char *const router_devices[DEVICES];

enum router_place { PLACE_ROUTER, PLACE_CLIENT, PLACE_SERVER, PLACE_OUTSIDE, PLACES };

/* Where packets can be sent to. */
enum target { TO_SERVER, TO_ROUTER, TO_SILENCE, TO_NOWHERE, TO_BLACKHOLE, TARGETS };

struct router {
	int places[PLACES]; /* their namespaces; 0: none yet */
	bool has[FAMILY_IPV6 + 1];
	struct why why_not[FAMILY_IPV6 + 1]; /* one of them is not there */
};

/*
 * Make it, and move the calling thread into the router. Returns 0, or -errno with a sentence in
 * `why`; -EPERM: it takes root. `r` begins zeroed; close it either way.
 */
int router_open(struct router *r, struct why *why);
void router_close(struct router *r);

/* A socket there. Returns its descriptor or -errno. */
int router_socket(const struct router *r, enum router_place place, int domain, int type);

/* Move the calling thread there. Returns 0 or -errno. */
int router_enter(const struct router *r, enum router_place place);

/* The address of a target, with that port. */
union router_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};
socklen_t router_address(union router_address *out, enum target to, enum family family,
			 unsigned port);

/* Wait until nothing moves any more on the router's devices, or for some seconds. */
void router_settle(void);

#endif
