/* SPDX-License-Identifier: MIT */
/* VRF, alias, kind and XDP of interfaces, from messages as the kernel sends them; what is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/units.h"
#include "mnl_socket.h"
#include "sources/netlink_properties.h"

/* An interface as the kernel has it. */
struct link {
	uint32_t ifindex, master;
	const char *kind, *master_kind, *alias;
	unsigned flags, xdp;
};

/* The kernel, in the place of libmnl's socket; it tells of changes by one that does not wait. */
static struct {
	struct link links[8];
	size_t n;
	bool changed;         /* one waits at the socket of changes */
	unsigned dumps, asks; /* requests so far */
	unsigned interrupted; /* so many dumps from now on */
	uint32_t seq, one;
} kernel;

int mnl_socket_setsockopt(const struct mnl_socket *s, int type, void *value, socklen_t size)
{
	assert_true(mnl_socket_is_of_changes(s));
	assert_int_equal(type, NETLINK_ADD_MEMBERSHIP);
	assert_int_equal(size, sizeof(int));
	assert_int_equal(*(int *)value, RTNLGRP_LINK);
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *s, const void *request, size_t len)
{
	const struct nlmsghdr *h = request;
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);

	(void)s;
	assert_int_equal(h->nlmsg_type, RTM_GETLINK);
	kernel.seq = h->nlmsg_seq;
	kernel.one = info->ifi_index;
	*(kernel.one ? &kernel.asks : &kernel.dumps) += 1;
	return (ssize_t)len;
}

static struct nlmsghdr *put(char *at, unsigned type)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);

	h->nlmsg_type = type;
	h->nlmsg_flags = kernel.one ? 0 : NLM_F_MULTI;
	h->nlmsg_seq = kernel.seq;
	if (!kernel.one && kernel.interrupted)
		h->nlmsg_flags |= NLM_F_DUMP_INTR;
	return h;
}

static size_t put_link(char *at, const struct link *l)
{
	struct nlmsghdr *h = put(at, RTM_NEWLINK);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(h, sizeof(*info));
	struct nlattr *nest;

	info->ifi_index = (int)l->ifindex;
	info->ifi_flags = l->flags;
	if (l->master)
		mnl_attr_put_u32(h, IFLA_MASTER, l->master);
	if (l->alias)
		mnl_attr_put_strz(h, IFLA_IFALIAS, l->alias);
	nest = mnl_attr_nest_start(h, IFLA_XDP);
	mnl_attr_put_u8(h, IFLA_XDP_ATTACHED, l->xdp ? XDP_ATTACHED_SKB : XDP_ATTACHED_NONE);
	if (l->xdp)
		mnl_attr_put_u32(h, IFLA_XDP_PROG_ID, l->xdp);
	mnl_attr_nest_end(h, nest);
	if (l->kind || l->master_kind) {
		nest = mnl_attr_nest_start(h, IFLA_LINKINFO);
		if (l->kind)
			mnl_attr_put_strz(h, IFLA_INFO_KIND, l->kind);
		if (l->master_kind)
			mnl_attr_put_strz(h, IFLA_INFO_SLAVE_KIND, l->master_kind);
		mnl_attr_nest_end(h, nest);
	}
	return h->nlmsg_len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *s, void *buffer, size_t room)
{
	char *at = buffer;
	struct nlmsghdr *end;
	size_t found = 0;
	int *error;

	(void)room;
	if (mnl_socket_is_of_changes(s)) {
		bool changed = kernel.changed;

		kernel.changed = false;
		errno = EAGAIN;
		return changed ? 1 : -1;
	}
	memset(buffer, 0, room);
	for (size_t i = 0; i < kernel.n; i++)
		if (!kernel.one || kernel.one == kernel.links[i].ifindex) {
			at += put_link(at, &kernel.links[i]);
			found++;
		}
	end = put(at, kernel.one ? NLMSG_ERROR : NLMSG_DONE);
	error = mnl_nlmsg_put_extra_header(end, kernel.one ? sizeof(struct nlmsgerr) : sizeof(int));
	*error = kernel.one && !found ? -ENODEV : 0;
	if (!kernel.one && kernel.interrupted)
		kernel.interrupted--;
	return at + end->nlmsg_len - (char *)buffer;
}

static struct netlink_properties properties;
static struct netlink_dump route;
static struct netlink_links links;

/* A router: a VRF with a port, and with a bridge, which has a port too. */
static int begin(void **state)
{
	static const struct link router[] = {
		{.ifindex = 9,
		 .master = 3,
		 .master_kind = "vrf",
		 .alias = "uplink",
		 .flags = IFF_UP},
		{.ifindex = 3, .kind = "vrf", .flags = IFF_UP},
		{.ifindex = 4,
		 .kind = "bridge",
		 .master = 3,
		 .master_kind = "vrf",
		 .flags = IFF_UP},
		{.ifindex = 5,
		 .kind = "veth",
		 .master = 4,
		 .master_kind = "bridge",
		 .flags = IFF_UP},
		{.ifindex = 6, .kind = "vlan", .alias = "a\nb\"\xff", .xdp = 77, .flags = IFF_UP},
		{.ifindex = 7, .kind = "vrfx", .master = 8, .master_kind = "bond"},
	};

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	mnl_socket_changes = true;
	memcpy(kernel.links, router, sizeof(router));
	kernel.n = sizeof(router) / sizeof(router[0]);
	links.n = 0;
	for (size_t i = 0; i < kernel.n; i++)
		netlink_links_add(&links, kernel.links[i].ifindex);
	netlink_links_sort(&links, false);
	return 0;
}

static int end(void **state)
{
	(void)state;
	netlink_properties_close(&properties);
	netlink_dump_close(&route);
	netlink_links_clear(&links);
	return 0;
}

static void look(void)
{
	assert_int_equal(netlink_properties_read(&properties, &route, &links), 0);
}

static const struct netlink_property *row(uint32_t ifindex)
{
	const struct netlink_property *p = netlink_properties_find(&properties, ifindex);

	assert_non_null(p);
	return p;
}

static const char *alias(uint32_t ifindex)
{
	return properties.aliases + row(ifindex)->alias;
}

static void test_what_is_found(void **state)
{
	(void)state;
	look();
	assert_int_equal(row(9)->vrf, 3);
	assert_int_equal(row(3)->vrf, 0); /* it is one */
	assert_int_equal(row(4)->vrf, 3);
	assert_int_equal(row(5)->vrf, 0); /* the bridge routes, not its port */
	assert_int_equal(row(6)->vrf, 0);
	assert_int_equal(row(7)->vrf, 0);
	assert_string_equal(alias(9), "uplink");
	assert_string_equal(alias(3), "");
	assert_string_equal(alias(6), "a\nb\"\xff");
	for (uint32_t i = 3; i <= 9; i++)
		if (i != 8)
			assert_int_equal(row(i)->no_receive_header, i == 4 || i == 6);
	assert_null(netlink_properties_find(&properties, 8));
	assert_int_equal(properties.xdp.n, 1);
	assert_int_equal(properties.xdp.rows[0].ifindex, 6);
	assert_string_equal(properties.xdp.rows[0].detail, "generic, program 77");
	assert_int_equal(properties.xdp_error, 0);
}

/* Without a change nothing is asked but the alias of what is down. */
static void test_kept(void **state)
{
	(void)state;
	look();
	look();
	assert_int_equal(kernel.dumps, 1);
	assert_int_equal(kernel.asks, 1);
	kernel.links[0].alias = "not told";
	kernel.links[5].alias = "down";
	look();
	assert_int_equal(kernel.dumps, 1);
	assert_string_equal(alias(9), "uplink");
	assert_string_equal(alias(7), "down");
	kernel.n--; /* that one goes away, and it is not told yet */
	look();
	assert_int_equal(kernel.dumps, 1);
	kernel.changed = true;
	look();
	assert_int_equal(kernel.dumps, 2);
	assert_string_equal(alias(9), "not told");
	assert_null(netlink_properties_find(&properties, 7));
	look();
	assert_int_equal(kernel.dumps, 2 + 1); /* a reading still has it */
	properties.read_ns -= 10 * NS_PER_S;
	look();
	assert_int_equal(kernel.dumps, 4);
}

/* Where most are down, one dump takes less than so many questions. */
static void test_most_are_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++)
		kernel.links[i].flags = 0;
	look();
	kernel.links[0].alias = "down";
	look();
	assert_int_equal(kernel.dumps, 2);
	assert_int_equal(kernel.asks, 0);
	assert_string_equal(alias(9), "down");
}

/* A reading has an interface of which nobody told yet. */
static void test_new(void **state)
{
	(void)state;
	look();
	kernel.links[kernel.n++] = (struct link){.ifindex = 20, .alias = "new", .flags = IFF_UP};
	netlink_links_add(&links, 20);
	netlink_links_sort(&links, false);
	look();
	assert_int_equal(kernel.dumps, 2);
	assert_string_equal(alias(20), "new");
}

static void test_no_socket_for_changes(void **state)
{
	(void)state;
	mnl_socket_changes = false;
	look();
	look();
	assert_int_equal(kernel.dumps, 2);
	assert_string_equal(alias(9), "uplink");
	mnl_socket_changes = true; /* what happened before cannot be known */
	look();
	look();
	assert_int_equal(kernel.dumps, 3);
}

static void test_interrupted(void **state)
{
	(void)state;
	kernel.interrupted = 2;
	look();
	assert_int_equal(kernel.dumps, 3);
	assert_int_equal(properties.n, kernel.n);
	assert_int_equal(properties.xdp.n, 1);
	assert_int_equal(properties.xdp_error, 0);
	kernel.changed = true;
	kernel.interrupted = NETLINK_DUMP_TOGETHER;
	look();
	assert_string_equal(alias(9), "uplink");
	assert_int_equal(properties.xdp_error, -EINTR);
	kernel.dumps = 0;
	look(); /* it was not whole */
	assert_int_equal(kernel.dumps, 1);
	assert_int_equal(properties.xdp_error, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_found, begin, end),
		cmocka_unit_test_setup_teardown(test_kept, begin, end),
		cmocka_unit_test_setup_teardown(test_most_are_down, begin, end),
		cmocka_unit_test_setup_teardown(test_new, begin, end),
		cmocka_unit_test_setup_teardown(test_no_socket_for_changes, begin, end),
		cmocka_unit_test_setup_teardown(test_interrupted, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
