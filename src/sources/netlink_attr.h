/* SPDX-License-Identifier: MIT */
/*
 * netlink_attr: finds attributes in messages that are read once, here and there.
 */
#ifndef IPFW_SOURCES_NETLINK_ATTR_H
#define IPFW_SOURCES_NETLINK_ATTR_H

#include <libmnl/libmnl.h>

/* The first attribute of that type in a message behind `header` octets, or in a nest; or NULL. */
const struct nlattr *netlink_attr_in(const struct nlmsghdr *message, size_t header, unsigned type);
const struct nlattr *netlink_attr_nested(const struct nlattr *nest, unsigned type);

/* Its string; "" if it is NULL or none. */
const char *netlink_attr_text(const struct nlattr *attr);

/* Its number of 32 bits, as it stands there; 0 if it is NULL or none. */
uint32_t netlink_attr_u32(const struct nlattr *attr);

#endif
