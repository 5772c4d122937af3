/* SPDX-License-Identifier: MIT */
#include "sources/netlink_attr.h"

const struct nlattr *netlink_attr_in(const struct nlmsghdr *message, size_t header, unsigned type)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, header) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

const struct nlattr *netlink_attr_nested(const struct nlattr *nest, unsigned type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, nest) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

const char *netlink_attr_text(const struct nlattr *attr)
{
	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 ? mnl_attr_get_str(attr)
									 : "";
}

uint32_t netlink_attr_u32(const struct nlattr *attr)
{
	return attr && mnl_attr_get_payload_len(attr) >= sizeof(uint32_t) ? mnl_attr_get_u32(attr)
									  : 0;
}
