/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink's answers: the input is what the kernel sends, in place of libmnl's socket. Lengths,
 * sequence numbers and error numbers of messages are put right, the rest is as the input has it.
 * Forty links come before it in the dump of counters, since IPv6 counters come with the dump only
 * where there are many.
 */
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "../unit/mnl_socket.h"
#include "bytes.h"
#include "sources/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINKS = 40 };

static struct bytes input;
static uint32_t seq;
static unsigned answers; /* to the request of now */
static bool stats;

ssize_t mnl_socket_sendto(const struct mnl_socket *s, const void *request, size_t len)
{
	const struct nlmsghdr *h = request;

	(void)s;
	seq = h->nlmsg_seq;
	stats = h->nlmsg_type == RTM_GETSTATS;
	answers = 0;
	return (ssize_t)len;
}

static size_t put_links(char *buffer)
{
	size_t n = 0;

	for (uint32_t i = 1; i <= LINKS; i++) {
		struct nlmsghdr *h = mnl_nlmsg_put_header(buffer + n);
		struct rtnl_link_stats64 counters = {.rx_packets = i, .rx_bytes = 100 * i};
		struct if_stats_msg *m;

		h->nlmsg_type = RTM_NEWSTATS;
		h->nlmsg_flags = NLM_F_MULTI;
		h->nlmsg_seq = seq;
		m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
		m->ifindex = i;
		mnl_attr_put(h, IFLA_STATS_LINK_64, sizeof(counters), &counters);
		n += h->nlmsg_len;
	}
	return n;
}

/* The next two bytes of the input are how much of it arrives; at its end the dump is done. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *s, void *buffer, size_t room)
{
	struct nlmsghdr *h = buffer;
	size_t n;

	(void)s;
	if (stats && !answers++)
		return put_links(buffer);
	n = byte(&input);
	n |= byte(&input) << 8;
	if (n > (size_t)(input.end - input.at))
		n = input.end - input.at;
	if (n > room)
		n = room;
	if (!n || answers++ > 4) {
		h = mnl_nlmsg_put_header(buffer);
		h->nlmsg_type = NLMSG_DONE;
		h->nlmsg_flags = NLM_F_MULTI;
		h->nlmsg_seq = seq;
		memset(mnl_nlmsg_put_extra_header(h, sizeof(int)), 0, sizeof(int));
		return h->nlmsg_len;
	}
	memcpy(buffer, input.at, n);
	input.at += n;
	for (size_t at = 0; at + sizeof(*h) <= n; at += NLMSG_ALIGN(h->nlmsg_len)) {
		h = (struct nlmsghdr *)((char *)buffer + at);
		h->nlmsg_seq = seq;
		h->nlmsg_pid = 1;
		if (h->nlmsg_len < sizeof(*h) || h->nlmsg_len > n - at)
			h->nlmsg_len = n - at;
		if ((h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) &&
		    h->nlmsg_len >= sizeof(*h) + sizeof(int)) {
			int *error = mnl_nlmsg_get_payload(h);

			*error = -(*error & 4095);
		}
	}
	return (ssize_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct netlink *netlink; /* it keeps the kernel's numbering */
	struct procfs procfs = {.root = "/nowhere", .epoch = {6, 12}};
	struct snapshot *s = snapshot_new();

	if (!s || (!netlink && netlink_open(&netlink)))
		abort();
	input = (struct bytes){data, data + size};
	if (size && data[0] % 8 == 0) {
		input.at++;
		netlink_any_forwarding(netlink, FAMILY_IPV4);
	}
	netlink_read_devices(netlink);
	if (netlink_read_ifs(netlink, &procfs, s) == 0) {
		snapshot_sort(s);
		for (size_t i = 0; i < s->n_ifs; i++)
			if (!s->ifs[i].name[0] || strlen(s->ifs[i].name) >= SNAPSHOT_NAME_MAX)
				abort();
	}
	snapshot_free(s);
	return 0;
}
