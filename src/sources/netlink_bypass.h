/* SPDX-License-Identifier: MIT */
/*
 * netlink_bypass: the ways past the IP layer that this network namespace has, by netlink.
 */
#ifndef IPFW_SOURCES_NETLINK_BYPASS_H
#define IPFW_SOURCES_NETLINK_BYPASS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/bypass.h"
#include "sources/netlink_dump.h"

/* Begins zeroed. nftables names interfaces, the others number them. */
struct netlink_bypass_list {
	struct bypass *rows; /* owned */
	size_t n, cap;
	bool failed; /* no memory: not all are there */
};

/* Add one of that kind, with its detail in a format. */
__attribute__((format(printf, 5, 6))) void netlink_bypass_add(struct netlink_bypass_list *l,
							      uint32_t ifindex, const char *name,
							      enum bypass_kind kind,
							      const char *fmt, ...);
void netlink_bypass_clear(struct netlink_bypass_list *l);

/* Add the XDP program on the interface that an RTM_NEWLINK is about, if there is one. */
void netlink_bypass_xdp(const struct nlmsghdr *message, struct netlink_bypass_list *l);

/*
 * Each adds what it finds. They return 0 or -errno. Anybody may ask all but nftables, of which only
 * CAP_NET_ADMIN may.
 */
int netlink_bypass_tc(struct netlink_dump *route, struct netlink_bypass_list *l);
int netlink_bypass_mpls(struct netlink_dump *route, struct netlink_bypass_list *l);
int netlink_bypass_nftables(struct netlink_dump *netfilter, struct netlink_bypass_list *l);

#endif
