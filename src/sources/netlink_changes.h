/* SPDX-License-Identifier: MIT */
/*
 * netlink_changes: whether the kernel told of a change since the last question.
 */
#ifndef IPFW_SOURCES_NETLINK_CHANGES_H
#define IPFW_SOURCES_NETLINK_CHANGES_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

struct netlink_changes {
	struct mnl_socket *socket; /* NULL: not open */
};

/*
 * Join that group of that netlink bus, in the calling thread's network namespace. `c` begins
 * zeroed; nothing happens where it is open. Of nftables only CAP_NET_ADMIN is told, who then goes
 * on to be told without. Returns 0 or -errno.
 */
int netlink_changes_open(struct netlink_changes *c, int bus, int group);
void netlink_changes_close(struct netlink_changes *c); /* also where it is not open */

/* Anything, or more than there was room for, since the last call; true where it is not open. */
bool netlink_changes_any(struct netlink_changes *c);

#endif
