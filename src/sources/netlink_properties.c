/* SPDX-License-Identifier: MIT */
#include "sources/netlink_properties.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/units.h"
#include "sources/netlink_attr.h"

#define READ_AGAIN_NS (10 * NS_PER_S)

static int order(const void *a, const void *b)
{
	const struct netlink_property *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static struct netlink_property *find(const struct netlink_properties *p, uint32_t ifindex)
{
	const struct netlink_property key = {.ifindex = ifindex};

	return p->n ? bsearch(&key, p->rows, p->n, sizeof(key), order) : NULL;
}

const struct netlink_property *netlink_properties_find(const struct netlink_properties *p,
						       uint32_t ifindex)
{
	return find(p, ifindex);
}

/* Make room for `more` elements. Returns the array, or NULL: no memory. */
static void *grow(void *array, size_t n, size_t more, size_t *cap, size_t size)
{
	size_t grown = 2 * (n + more);
	void *larger;

	if (n + more <= *cap)
		return array;
	larger = reallocarray(array, grown, size);
	if (larger)
		*cap = grown;
	return larger;
}

/* Returns whether there is memory for it. */
static bool set_alias(struct netlink_properties *p, struct netlink_property *row, const char *alias)
{
	size_t size = strlen(alias) + 1;
	char *aliases;

	if (!strcmp(p->aliases + row->alias, alias))
		return true;
	aliases = grow(p->aliases, p->n_aliases, size, &p->cap_aliases, 1);
	if (!aliases)
		return false;
	p->aliases = aliases;
	row->alias = p->n_aliases;
	memcpy(aliases + p->n_aliases, alias, size);
	p->n_aliases += size;
	return true;
}

static bool is_word(const struct nlattr *attr, const char *word)
{
	return !strcmp(netlink_attr_text(attr), word);
}

/*
 * What a message says of its interface. A packet is routed by the VRF that is its interface's own
 * master: that of a bridge is not the VRF of the bridge's ports, which IP does not see.
 */
static bool take(struct netlink_properties *p, struct netlink_property *row,
		 const struct nlmsghdr *message)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr = netlink_attr_in(message, sizeof(*info), IFLA_LINKINFO);
	const struct nlattr *kind = attr ? netlink_attr_nested(attr, IFLA_INFO_KIND) : NULL;
	const struct nlattr *of = attr ? netlink_attr_nested(attr, IFLA_INFO_SLAVE_KIND) : NULL;

	row->is_down = !(info->ifi_flags & IFF_UP);
	row->no_receive_header = is_word(kind, "vlan") || is_word(kind, "bridge");
	row->vrf = is_word(of, "vrf")
			   ? netlink_attr_u32(netlink_attr_in(message, sizeof(*info), IFLA_MASTER))
			   : 0;
	return set_alias(p, row,
			 netlink_attr_text(netlink_attr_in(message, sizeof(*info), IFLA_IFALIAS)));
}

static int on_link(const struct nlmsghdr *message, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct netlink_properties *p = arg;
	struct netlink_property *rows = grow(p->rows, p->n, 1, &p->cap, sizeof(*rows));

	if (!rows)
		return MNL_CB_ERROR;
	p->rows = rows;
	rows[p->n] = (struct netlink_property){.ifindex = info->ifi_index};
	if (!take(p, &rows[p->n++], message))
		return MNL_CB_ERROR;
	netlink_bypass_xdp(message, &p->xdp);
	return MNL_CB_OK;
}

static int on_one_link(const struct nlmsghdr *message, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct netlink_properties *p = arg;
	struct netlink_property *row = find(p, info->ifi_index);

	return !row || take(p, row, message) ? MNL_CB_OK : MNL_CB_ERROR;
}

static struct nlmsghdr *request_links(char *buffer, uint32_t ifindex)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info;

	request->nlmsg_type = RTM_GETLINK;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->ifi_index = (int)ifindex;
	mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return request;
}

static void begin_again(void *arg)
{
	struct netlink_properties *p = arg;

	p->n = 0;
	p->n_aliases = 1;
	netlink_bypass_clear(&p->xdp);
}

/* The last try has to do, whole or not. */
static int read_all(struct netlink_properties *p, struct netlink_dump *route)
{
	uint64_t now_ns = clock_now_ns();
	char buffer[256] = {0};
	int r;

	p->read_ns = 0;
	if (!p->aliases) {
		p->aliases = calloc(1, 1);
		if (!p->aliases)
			return -ENOMEM;
		p->cap_aliases = 1;
	}
	r = netlink_dump_run(route, request_links(buffer, 0), NETLINK_DUMP_TOGETHER, on_link, p,
			     begin_again);
	p->xdp_error = r == NETLINK_DUMP_INTERRUPTED ? -EINTR : r;
	if (r < 0) {
		begin_again(p);
		return r;
	}
	if (p->n)
		qsort(p->rows, p->n, sizeof(*p->rows), order);
	if (!r)
		p->read_ns = now_ns;
	return 0;
}

/* To ask for one takes longer than its part of a dump. */
static bool most_are_down(const struct netlink_properties *p)
{
	size_t down = 0;

	for (size_t i = 0; i < p->n; i++)
		down += p->rows[i].is_down;
	return 2 * down > p->n;
}

static int read_those_down(struct netlink_properties *p, struct netlink_dump *route)
{
	char buffer[256];
	int r = 0;

	for (size_t i = 0; i < p->n && (!r || r == -ENODEV); i++) {
		if (!p->rows[i].is_down)
			continue;
		memset(buffer, 0, sizeof(buffer));
		r = netlink_dump_one(route, request_links(buffer, p->rows[i].ifindex), on_one_link,
				     p);
	}
	return r == -ENODEV ? 0 : r;
}

/* The kernel shows an interface before it tells of it. */
static bool has_all(const struct netlink_properties *p, const struct netlink_links *links)
{
	for (size_t i = 0; i < links->n; i++)
		if (!find(p, links->rows[i].ifindex))
			return false;
	return true;
}

int netlink_properties_read(struct netlink_properties *p, struct netlink_dump *route,
			    const struct netlink_links *links)
{
	int deaf = netlink_changes_open(&p->changes, NETLINK_ROUTE, RTNLGRP_LINK);
	bool changed = netlink_changes_any(&p->changes);
	int r;

	if (changed || !p->read_ns || clock_now_ns() - p->read_ns >= READ_AGAIN_NS ||
	    !has_all(p, links) || most_are_down(p))
		r = read_all(p, route);
	else
		r = read_those_down(p, route);
	if (deaf)
		p->read_ns = 0; /* a change from now on is not told */
	return r;
}

void netlink_properties_close(struct netlink_properties *p)
{
	netlink_changes_close(&p->changes);
	netlink_bypass_clear(&p->xdp);
	free(p->rows);
	free(p->aliases);
	*p = (struct netlink_properties){.rows = NULL};
}
