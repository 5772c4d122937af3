/* SPDX-License-Identifier: MIT */
/*
 * netlink_properties: what seldom changes of interfaces: which kind they are, their VRF and alias,
 * and the XDP programs on them. The dump that has it takes longer than those of the counters, so it
 * is kept: until the kernel tells of a change, and for ten seconds, since it tells of XDP at times
 * only. Of a new alias of an interface that is down it does not tell: those are asked each time.
 */
#ifndef IPFW_SOURCES_NETLINK_PROPERTIES_H
#define IPFW_SOURCES_NETLINK_PROPERTIES_H

#include "sources/netlink_bypass.h"
#include "sources/netlink_changes.h"
#include "sources/netlink_links.h"

struct netlink_property {
	uint32_t ifindex;
	uint32_t vrf;   /* the ifindex of the VRF device whose port it is; 0: of none */
	uint32_t alias; /* where it begins in `aliases` */
	bool is_down;
	bool no_receive_header; /* received packets are counted without the link-layer header */
};

/* Begins zeroed. */
struct netlink_properties {
	struct netlink_property *rows; /* owned; sorted by ifindex */
	size_t n, cap;
	char *aliases; /* owned: strings of any bytes; "" is the first one */
	size_t n_aliases, cap_aliases;
	struct netlink_bypass_list xdp;
	int xdp_error;    /* -errno: there may be more of them */
	uint64_t read_ns; /* when it was read, whole; 0: never */
	struct netlink_changes changes;
};

/*
 * Bring it up to date for these interfaces, which are sorted. While interfaces come and go some may
 * be missing. Returns 0 or -errno.
 */
int netlink_properties_read(struct netlink_properties *p, struct netlink_dump *route,
			    const struct netlink_links *links);

/* NULL: not known. */
const struct netlink_property *netlink_properties_find(const struct netlink_properties *p,
						       uint32_t ifindex);
void netlink_properties_close(struct netlink_properties *p);

#endif
