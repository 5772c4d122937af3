/* SPDX-License-Identifier: MIT */
/*
 * netlink_setup: makes devices, addresses, routes and a filter in the calling thread's network
 * namespace. For namespaces of one's own: nothing here is undone.
 */
#ifndef IPFW_SOURCES_NETLINK_SETUP_H
#define IPFW_SOURCES_NETLINK_SETUP_H

#include <stddef.h>
#include <stdint.h>

#define NETLINK_SETUP_MAC 6

struct netlink_setup_end {
	const char *name;
	uint8_t mac[NETLINK_SETUP_MAC];
};

/* An address of a family (AF_INET, AF_INET6) and how many of its bits are those of its network. */
struct netlink_setup_address {
	int family;
	uint8_t bytes[16];
	uint8_t prefix;
};

/* Each returns 0 or -errno. */

/* A pair of veth devices, the other end of it in that namespace (a descriptor). */
int netlink_setup_veth(const struct netlink_setup_end *here, const struct netlink_setup_end *there,
		       int there_fd);
int netlink_setup_up(const char *device);

/* An address of the device, usable at once. */
int netlink_setup_address(const char *device, const struct netlink_setup_address *address);

/* The largest packet that it sends. */
int netlink_setup_mtu(const char *device, unsigned mtu);

/* The default route of its family. */
int netlink_setup_default_route(const struct netlink_setup_address *gateway);

/* A route that loses what takes it. */
int netlink_setup_blackhole(const struct netlink_setup_address *to);

/* A neighbour that nobody needs to ask for. */
int netlink_setup_neighbour(const char *device, const struct netlink_setup_address *address,
			    const uint8_t mac[NETLINK_SETUP_MAC]);

/* A table of nftables whose one chain, at that hook (NF_INET_...), refuses all; and away with it.
 */
int netlink_setup_refuse(unsigned hook);
int netlink_setup_refuse_no_more(void);

#endif
