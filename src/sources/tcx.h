/* SPDX-License-Identifier: MIT */
/*
 * tcx: programs of traffic control that are attached by bpf(2). Netlink does not tell of them.
 */
#ifndef IPFW_SOURCES_TCX_H
#define IPFW_SOURCES_TCX_H

#include "sources/netlink_bypass.h"

/*
 * Add those of the interface, in the calling thread's network namespace. Returns 0 or -errno:
 * -EINVAL where the kernel has no tcx (before Linux 6.6), -EPERM without CAP_NET_ADMIN, -ENODEV.
 */
int tcx_look(uint32_t ifindex, struct netlink_bypass_list *l);

#endif
