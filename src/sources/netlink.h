/* SPDX-License-Identifier: MIT */
/*
 * netlink: interfaces and per-interface switches of the network namespace, by rtnetlink.
 */
#ifndef IPFW_SOURCES_NETLINK_H
#define IPFW_SOURCES_NETLINK_H

#include <stdbool.h>

#include "model/snapshot.h"
#include "sources/netlink_bypass.h"
#include "sources/procfs.h"

struct netlink;

/* Returns 0 or -errno. The object belongs to the network namespace of the calling thread. */
int netlink_open(struct netlink **out);
void netlink_close(struct netlink *n); /* accepts NULL */

/* Read the devices' own counters, for netlink_read_ifs(), which tells if that failed. */
void netlink_read_devices(struct netlink *n);

/*
 * All interfaces that netlink_read_devices() found, into `s`. IPv6 counters come with the dump
 * where the kernel's numbering is known, else from `procfs`. Returns 0 or -errno.
 */
int netlink_read_ifs(struct netlink *n, struct procfs *procfs, struct snapshot *s);

/*
 * The XDP programs that are on them, as that found. `error`: 0, or the -errno why there may be
 * more.
 */
const struct netlink_bypass_list *netlink_xdp(const struct netlink *n, int *error);

/* Read the device's own counters of that row again; `n` is a struct netlink. Returns 0 or -errno.
 */
int netlink_read_device(void *n, struct snapshot_if *row);

/* Whether any interface forwards that family (conf/IF/forwarding). Returns 0, 1 or -errno. */
int netlink_any_forwarding(struct netlink *n, enum family family);

#endif
