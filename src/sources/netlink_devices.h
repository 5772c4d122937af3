/* SPDX-License-Identifier: MIT */
/*
 * netlink_devices: what the devices themselves have counted, by RTM_GETSTATS.
 */
#ifndef IPFW_SOURCES_NETLINK_DEVICES_H
#define IPFW_SOURCES_NETLINK_DEVICES_H

#include "sources/netlink_dump.h"
#include "sources/netlink_links.h"

/* All of them, sorted, in place of what `links` had; nameless. Returns 0 or -errno. */
int netlink_devices_read(struct netlink_dump *d, struct netlink_links *links);

/* One again, into FAMILY_TOTAL of the row with that ifindex. Returns 0 or -errno (-ENODEV). */
int netlink_devices_read_one(struct netlink_dump *d, struct snapshot_if *row);

#endif
