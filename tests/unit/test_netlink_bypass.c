/* SPDX-License-Identifier: MIT */
/* A dump that something interrupts is made again: what was found before must not count twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "mnl_socket.h"
#include "sources/netlink_bypass.h"

/* The kernel, in the place of libmnl's socket: one interface that takes MPLS. */
static struct {
	uint32_t seq;
	unsigned tries, interrupted; /* so many of them */
} kernel;

ssize_t mnl_socket_sendto(const struct mnl_socket *s, const void *request, size_t len)
{
	const struct nlmsghdr *h = request;

	(void)s;
	kernel.seq = h->nlmsg_seq;
	kernel.tries++;
	return (ssize_t)len;
}

static struct nlmsghdr *put(void *at, unsigned type)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(at);

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_MULTI;
	h->nlmsg_seq = kernel.seq;
	if (kernel.tries <= kernel.interrupted)
		h->nlmsg_flags |= NLM_F_DUMP_INTR;
	return h;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *s, void *buffer, size_t room)
{
	struct nlmsghdr *netconf = put(buffer, RTM_NEWNETCONF), *done;

	(void)s;
	(void)room;
	mnl_nlmsg_put_extra_header(netconf, sizeof(struct netconfmsg));
	mnl_attr_put_u32(netconf, NETCONFA_IFINDEX, 5);
	mnl_attr_put_u32(netconf, NETCONFA_INPUT, 1);
	done = put((char *)buffer + netconf->nlmsg_len, NLMSG_DONE);
	memset(mnl_nlmsg_put_extra_header(done, sizeof(int)), 0, sizeof(int));
	return netconf->nlmsg_len + done->nlmsg_len;
}

static void look(unsigned interrupted, int wanted)
{
	struct netlink_bypass_list l = {.rows = NULL};
	struct netlink_dump route = {.socket = NULL};

	netlink_bypass_add(&l, 3, "", BYPASS_XDP, "%s", ""); /* what was there stays */
	kernel.tries = 0;
	kernel.interrupted = interrupted;
	assert_int_equal(netlink_bypass_mpls(&route, &l), wanted);
	if (!wanted) {
		assert_int_equal(kernel.tries, interrupted + 1);
		assert_int_equal(l.n, 2);
		assert_int_equal(l.rows[0].kind, BYPASS_XDP);
		assert_int_equal(l.rows[1].ifindex, 5);
		assert_int_equal(l.rows[1].kind, BYPASS_MPLS);
	}
	netlink_bypass_clear(&l);
	netlink_dump_close(&route);
}

static void test_whole(void **state)
{
	(void)state;
	look(0, 0);
}

static void test_interrupted(void **state)
{
	(void)state;
	look(1, 0);
	look(7, 0);
}

static void test_never_whole(void **state)
{
	(void)state;
	look(NETLINK_DUMP_WHOLE, -EINTR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_never_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
