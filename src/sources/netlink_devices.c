/* SPDX-License-Identifier: MIT */
#include "sources/netlink_devices.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

static void begin_try(void *arg)
{
	struct netlink_links *links = arg;

	links->try++;
}

/* Returns whether they are there. */
static bool device_of(const struct nlmsghdr *message, struct kernel_device *out)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, sizeof(struct if_stats_msg)) {
		size_t size = mnl_attr_get_payload_len(attr);
		struct rtnl_link_stats64 s;

		if (mnl_attr_get_type(attr) != IFLA_STATS_LINK_64)
			continue;
		memset(&s, 0, sizeof(s));
		memcpy(&s, mnl_attr_get_payload(attr), size < sizeof(s) ? size : sizeof(s));
		*out = (struct kernel_device){s.rx_packets, s.rx_bytes, s.tx_packets,
					      s.tx_bytes,   -1,         -1};
		return true;
	}
	return false;
}

static int on_device(const struct nlmsghdr *message, void *arg)
{
	const struct if_stats_msg *stats = mnl_nlmsg_get_payload(message);
	struct kernel_device dev;
	struct netlink_link *link;

	if (!device_of(message, &dev))
		return MNL_CB_OK;
	link = netlink_links_add(arg, stats->ifindex);
	if (!link)
		return MNL_CB_ERROR;
	link->dev = dev;
	return MNL_CB_OK;
}

static int on_one_device(const struct nlmsghdr *message, void *arg)
{
	const struct if_stats_msg *stats = mnl_nlmsg_get_payload(message);
	struct snapshot_if *row = arg;
	struct kernel_device dev;

	if (stats->ifindex == row->ifindex && device_of(message, &dev))
		kernel_fill_device(row, &dev);
	return MNL_CB_OK;
}

static struct nlmsghdr *request_devices(char *buffer, uint32_t ifindex)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct if_stats_msg *stats;

	request->nlmsg_type = RTM_GETSTATS;
	stats = mnl_nlmsg_put_extra_header(request, sizeof(*stats));
	stats->ifindex = ifindex;
	stats->filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
	return request;
}

int netlink_devices_read(struct netlink_dump *d, struct netlink_links *links)
{
	char buffer[512];
	int r;

	links->n = 0;
	r = netlink_dump_run(d, request_devices(buffer, 0), NETLINK_DUMP_TOGETHER, on_device, links,
			     begin_try);
	if (r < 0)
		return r;
	netlink_links_sort(links, r == NETLINK_DUMP_INTERRUPTED);
	return 0;
}

int netlink_devices_read_one(struct netlink_dump *d, struct snapshot_if *row)
{
	char buffer[512];

	return netlink_dump_one(d, request_devices(buffer, row->ifindex), on_one_device, row);
}
