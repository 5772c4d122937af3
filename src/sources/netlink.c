/* SPDX-License-Identifier: MIT */
#include "sources/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "sources/ip6_order.h"
#include "sources/netlink_devices.h"
#include "sources/netlink_dump.h"
#include "sources/netlink_links.h"
#include "sources/netlink_properties.h"

/*
 * A dev_snmp6 file costs about 55 us. The numbering costs 0.2 ms if it can be mapped and 4.5 ms if
 * it must be read; each row then costs 1.5 us. So it is read when a process comes to so many files,
 * in one reading or in several.
 */
#define FILES_ARE_CHEAPER 36

#define ETHERNET_HEADER 14

struct netlink {
	struct netlink_dump dumper;
	struct netlink_links links; /* their memory is used again for each reading */
	struct netlink_properties properties;
	int devices_error; /* -errno: not all of them could be read */
};

/* The kernel's numbering, for all that this process reads. */
static struct {
	enum { NUMBERING_UNREAD, NUMBERING_KNOWN, NUMBERING_UNKNOWN } state;
	struct ip6_order order;
	size_t files; /* read without it */
} kernel_order;

/* What the callbacks of the dumps fill. */
struct link_reader {
	struct netlink_links *links;
	const struct ip6_order *numbering; /* NULL: IPv6 counters come from files */
};

int netlink_open(struct netlink **out)
{
	struct netlink *n = calloc(1, sizeof(*n));
	int r;

	if (!n)
		return -ENOMEM;
	r = netlink_dump_open(&n->dumper);
	if (r) {
		netlink_close(n);
		return r;
	}
	*out = n;
	return 0;
}

void netlink_close(struct netlink *n)
{
	if (!n)
		return;
	netlink_dump_close(&n->dumper);
	netlink_properties_close(&n->properties);
	netlink_links_clear(&n->links);
	free(n);
}

void netlink_read_devices(struct netlink *n)
{
	n->devices_error = netlink_devices_read(&n->dumper, &n->links);
}

int netlink_read_device(void *n, struct snapshot_if *row)
{
	return netlink_devices_read_one(&((struct netlink *)n)->dumper, row);
}

static void read_inet6_stats(struct netlink_link *link, const struct nlattr *attr,
			     const struct ip6_order *numbering)
{
	size_t count = mnl_attr_get_payload_len(attr) / sizeof(uint64_t);
	const char *array = mnl_attr_get_payload(attr);
	uint64_t value;

	if (!count)
		return;
	memcpy(&value, array, sizeof(value)); /* the first one is the number of entries */
	if (value != numbering->count || count < numbering->count)
		return;
	for (int c = 0; c < K_COUNT; c++) {
		if (numbering->index[c] < 0)
			continue;
		memcpy(&value, array + numbering->index[c] * sizeof(value), sizeof(value));
		kernel_set(&link->ip6, c, value);
	}
	link->ip6_counted = true;
}

/* Names, link types and IPv6 counters, from RTM_NEWLINK of either family. */
static int on_link(const struct nlmsghdr *message, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct link_reader *reader = arg;
	struct netlink_link *link = netlink_links_find(reader->links, info->ifi_index);
	const struct nlattr *attr, *nested;

	if (!link)
		return MNL_CB_OK;
	link->type = info->ifi_type;
	mnl_attr_for_each (attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			strncpy(link->name, mnl_attr_get_str(attr), sizeof(link->name) - 1);
		if (mnl_attr_get_type(attr) != IFLA_PROTINFO || info->ifi_family != AF_INET6)
			continue;
		link->has_ip6 = true;
		if (!reader->numbering)
			continue;
		mnl_attr_for_each_nested (nested, attr) {
			if (mnl_attr_get_type(nested) == IFLA_INET6_STATS)
				read_inet6_stats(link, nested, reader->numbering);
		}
	}
	return MNL_CB_OK;
}

static struct nlmsghdr *request_links(char *buffer, unsigned char family)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_GETLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_family = family;
	return request;
}

/*
 * How many octets of link-layer header the device's own counters include per packet. VLAN devices
 * and bridges count received packets without the Ethernet header, which was removed before
 * (vlan_do_receive(), br_pass_frame_up()), and sent packets with it.
 */
static void find_headers(const struct netlink *n, struct netlink_links *links)
{
	for (size_t i = 0; i < links->n; i++) {
		struct netlink_link *link = &links->rows[i];
		const struct netlink_property *p =
			netlink_properties_find(&n->properties, link->ifindex);

		if (!p || (link->type != ARPHRD_ETHER && link->type != ARPHRD_LOOPBACK))
			continue; /* it may be of any kind */
		link->dev.rx_header = p->no_receive_header ? 0 : ETHERNET_HEADER;
		link->dev.tx_header = ETHERNET_HEADER;
	}
}

/* NULL: so many interfaces are to be read from files. */
static const struct ip6_order *numbering_for(size_t interfaces)
{
	if (kernel_order.state == NUMBERING_UNREAD &&
	    kernel_order.files + interfaces > FILES_ARE_CHEAPER) {
		int r = ip6_order_read(&kernel_order.order);

		if (!r)
			kernel_order.state = NUMBERING_KNOWN;
		else if (r != -EMFILE && r != -ENFILE && r != -ENOMEM) /* these may pass */
			kernel_order.state = NUMBERING_UNKNOWN;
	}
	return kernel_order.state == NUMBERING_KNOWN ? &kernel_order.order : NULL;
}

static int read_links(struct netlink *n, struct netlink_links *links)
{
	struct link_reader reader = {.links = links};
	struct nlmsghdr *request;
	char buffer[512];
	int r;

	reader.numbering = numbering_for(links->n);

	/* The IPv6 dump is the cheapest that has names; a kernel without IPv6 has none. */
	r = netlink_dump_run(&n->dumper, request_links(buffer, AF_INET6), NETLINK_DUMP_TOGETHER,
			     on_link, &reader, NULL);
	if (r < 0 && r != -EOPNOTSUPP && r != -EAFNOSUPPORT)
		return r;
	for (size_t i = 0; i < links->n && r == NETLINK_DUMP_INTERRUPTED; i++)
		links->rows[i].has_ip6 = true; /* if it has none, its file tells */
	for (size_t i = 0; i < links->n; i++) {
		if (links->rows[i].name[0])
			continue;
		request = request_links(buffer, AF_UNSPEC);
		mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
		r = netlink_dump_run(&n->dumper, request, NETLINK_DUMP_TOGETHER, on_link, &reader,
				     NULL);
		if (r < 0)
			return r;
		break;
	}
	r = netlink_properties_read(&n->properties, &n->dumper, links);
	if (!r)
		find_headers(n, links);
	return r;
}

/* The VRF and the alias, unless they are not known. Returns 0 or -errno. */
static int add_labels(const struct netlink *n, const struct netlink_link *link, struct snapshot *s,
		      struct snapshot_if *row)
{
	const struct netlink_property *p = netlink_properties_find(&n->properties, link->ifindex);
	const struct netlink_link *vrf;

	if (!p)
		return 0;
	if (p->vrf) {
		vrf = netlink_links_find(&n->links, p->vrf);
		if (!vrf || !vrf->name[0])
			return 0; /* it came, or goes, at this moment */
		memcpy(row->vrf, vrf->name, sizeof(row->vrf));
	}
	row->labels_known = true;
	return snapshot_set_alias(s, row, n->properties.aliases + p->alias);
}

static int add_rows(struct netlink *n, struct procfs *procfs, struct snapshot *s)
{
	struct netlink_links *links = &n->links;

	if (snapshot_reserve_ifs(s, links->n))
		return -ENOMEM;
	for (size_t i = 0; i < links->n; i++) {
		struct netlink_link *link = &links->rows[i];
		struct snapshot_if *row;

		if (!link->name[0])
			continue; /* without a name: it vanished between two dumps */
		if (link->has_ip6 && !link->ip6_counted) {
			uint32_t ifindex = link->ifindex;
			int r;

			kernel_order.files++;
			r = procfs_read_ip6(procfs, link->name, &link->ip6, &ifindex);

			if (ifindex != link->ifindex) /* another interface has its name by now */
				link->ip6.known = 0;
			if (r && r != -ENOENT)
				snapshot_trouble(s, "/proc/net/dev_snmp6/%s: %s", link->name,
						 r == -EBADMSG ? "cut off or garbled"
							       : strerror(-r));
		}
		row = snapshot_add_if(s, link->ifindex, link->name);
		if (!row)
			return -ENOMEM;
		kernel_fill_if(row, &link->dev, link->has_ip6, &link->ip6, procfs->epoch);
		if (add_labels(n, link, s, row))
			return -ENOMEM;
	}
	return 0;
}

const struct netlink_bypass_list *netlink_xdp(const struct netlink *n, int *error)
{
	*error = n->properties.xdp_error;
	return &n->properties.xdp;
}

int netlink_read_ifs(struct netlink *n, struct procfs *procfs, struct snapshot *s)
{
	int r = n->devices_error;

	if (!r)
		r = read_links(n, &n->links);
	if (!r)
		r = add_rows(n, procfs, s);
	s->ifs_incomplete = r != 0;
	return r;
}

static int on_netconf(const struct nlmsghdr *message, void *arg)
{
	bool *any = arg, is_if = false, forwards = false;
	const struct nlattr *attr;

	mnl_attr_for_each (attr, message, sizeof(struct netconfmsg)) {
		if (mnl_attr_get_payload_len(attr) < sizeof(uint32_t))
			continue;
		if (mnl_attr_get_type(attr) ==
		    NETCONFA_IFINDEX) /* "all" and "default" are negative */
			is_if = (int32_t)mnl_attr_get_u32(attr) > 0;
		if (mnl_attr_get_type(attr) == NETCONFA_FORWARDING)
			forwards = mnl_attr_get_u32(attr) > 0;
	}
	*any |= is_if && forwards;
	return MNL_CB_OK;
}

int netlink_any_forwarding(struct netlink *n, enum family family)
{
	char buffer[512];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct netconfmsg *netconf;
	bool any = false;
	int r;

	request->nlmsg_type = RTM_GETNETCONF;
	netconf = mnl_nlmsg_put_extra_header(request, sizeof(*netconf));
	netconf->ncm_family = family == FAMILY_IPV4 ? AF_INET : AF_INET6;
	r = netlink_dump_run(&n->dumper, request, NETLINK_DUMP_WHOLE, on_netconf, &any, NULL);
	if (r == NETLINK_DUMP_INTERRUPTED && !any)
		return -EINTR; /* the one that forwards may have been left out */
	return r < 0 ? r : any;
}
