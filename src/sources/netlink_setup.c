/* SPDX-License-Identifier: MIT */
#include "sources/netlink_setup.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>

#define TABLE "ipfwagent_selftest"
#define CHAIN "refuse"

#define CREATE (NLM_F_CREATE | NLM_F_EXCL)

/* Messages of one request, each asking for an answer but the frame of a batch. */
struct request {
	char buffer[4096];
	size_t used;
	unsigned seq;
	unsigned answers; /* that are to come */
};

static struct nlmsghdr *begin(struct request *r, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *m = mnl_nlmsg_put_header(r->buffer + r->used);

	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | flags;
	m->nlmsg_seq = ++r->seq;
	r->answers += flags & NLM_F_ACK ? 1 : 0;
	return m;
}

static void end(struct request *r, const struct nlmsghdr *m)
{
	r->used += MNL_ALIGN(m->nlmsg_len);
}

static int receive(struct mnl_socket *socket, struct request *r)
{
	unsigned port = mnl_socket_get_portid(socket);
	char buffer[8192];

	while (r->answers) {
		ssize_t n = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));

		/* mnl_cb_run() stops at the first answer in what came together. */
		if (n < 0)
			return -errno;
		for (int left = n; mnl_nlmsg_ok((struct nlmsghdr *)(buffer + n - left), left);) {
			struct nlmsghdr *m = (struct nlmsghdr *)(buffer + n - left);

			if (mnl_cb_run(m, m->nlmsg_len, 0, port, NULL, NULL) < 0)
				return -errno;
			r->answers -= r->answers ? 1 : 0;
			mnl_nlmsg_next(m, &left);
		}
	}
	return 0;
}

static int ask(int bus, struct request *r)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int result = 0;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(socket, r->buffer, r->used) < 0)
		result = -errno;
	if (!result)
		result = receive(socket, r);
	mnl_socket_close(socket);
	return result;
}

/* The only message of a request to rtnetlink. */
static int ask_for(struct request *r, const struct nlmsghdr *m)
{
	end(r, m);
	return ask(NETLINK_ROUTE, r);
}

static void put_end(struct nlmsghdr *m, const struct netlink_setup_end *e)
{
	mnl_attr_put_strz(m, IFLA_IFNAME, e->name);
	mnl_attr_put(m, IFLA_ADDRESS, sizeof(e->mac), e->mac);
}

int netlink_setup_veth(const struct netlink_setup_end *here, const struct netlink_setup_end *there,
		       int there_fd)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m = begin(&r, RTM_NEWLINK, NLM_F_ACK | CREATE);
	struct nlattr *info, *data, *peer;

	mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	put_end(m, here);
	info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(m, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	put_end(m, there);
	mnl_attr_put_u32(m, IFLA_NET_NS_FD, there_fd);
	mnl_attr_nest_end(m, peer);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, info);
	return ask_for(&r, m);
}

int netlink_setup_up(const char *device)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m = begin(&r, RTM_NEWLINK, NLM_F_ACK);
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(m, sizeof(*i));

	i->ifi_flags = i->ifi_change = IFF_UP;
	mnl_attr_put_strz(m, IFLA_IFNAME, device);
	return ask_for(&r, m);
}

int netlink_setup_mtu(const char *device, unsigned mtu)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m = begin(&r, RTM_NEWLINK, NLM_F_ACK);

	mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(m, IFLA_IFNAME, device);
	mnl_attr_put_u32(m, IFLA_MTU, mtu);
	return ask_for(&r, m);
}

static void put_address(struct nlmsghdr *m, uint16_t type, const struct netlink_setup_address *a)
{
	mnl_attr_put(m, type, a->family == AF_INET ? 4 : 16, a->bytes);
}

int netlink_setup_address(const char *device, const struct netlink_setup_address *address)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m = begin(&r, RTM_NEWADDR, NLM_F_ACK | CREATE);
	struct ifaddrmsg *i = mnl_nlmsg_put_extra_header(m, sizeof(*i));

	*i = (struct ifaddrmsg){.ifa_family = address->family,
				.ifa_prefixlen = address->prefix,
				.ifa_flags = IFA_F_NODAD,
				.ifa_index = if_nametoindex(device)};
	put_address(m, IFA_LOCAL, address);
	put_address(m, IFA_ADDRESS, address);
	return ask_for(&r, m);
}

static struct nlmsghdr *begin_route(struct request *r, int family, uint8_t type)
{
	struct nlmsghdr *m = begin(r, RTM_NEWROUTE, NLM_F_ACK | CREATE);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(m, sizeof(*route));

	*route = (struct rtmsg){.rtm_family = family,
				.rtm_table = RT_TABLE_MAIN,
				.rtm_protocol = RTPROT_STATIC,
				.rtm_scope = RT_SCOPE_UNIVERSE,
				.rtm_type = type};
	return m;
}

int netlink_setup_default_route(const struct netlink_setup_address *gateway)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m = begin_route(&r, gateway->family, RTN_UNICAST);

	put_address(m, RTA_GATEWAY, gateway);
	return ask_for(&r, m);
}

int netlink_setup_blackhole(const struct netlink_setup_address *to)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m = begin_route(&r, to->family, RTN_BLACKHOLE);
	struct rtmsg *route = mnl_nlmsg_get_payload(m);

	route->rtm_dst_len = to->prefix;
	put_address(m, RTA_DST, to);
	return ask_for(&r, m);
}

int netlink_setup_neighbour(const char *device, const struct netlink_setup_address *address,
			    const uint8_t mac[NETLINK_SETUP_MAC])
{
	struct request r = {.used = 0};
	struct nlmsghdr *m = begin(&r, RTM_NEWNEIGH, NLM_F_ACK | CREATE);
	struct ndmsg *n = mnl_nlmsg_put_extra_header(m, sizeof(*n));

	*n = (struct ndmsg){.ndm_family = address->family,
			    .ndm_ifindex = if_nametoindex(device),
			    .ndm_state = NUD_PERMANENT};
	put_address(m, NDA_DST, address);
	mnl_attr_put(m, NDA_LLADDR, NETLINK_SETUP_MAC, mac);
	return ask_for(&r, m);
}

/* nftables takes messages in batches only. */
static void frame(struct request *r, uint16_t type)
{
	struct nlmsghdr *m = begin(r, type, 0);
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(m, sizeof(*g));

	*g = (struct nfgenmsg){.version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES)};
	end(r, m);
}

static struct nlmsghdr *nft(struct request *r, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *m = begin(r, NFNL_SUBSYS_NFTABLES << 8 | type, NLM_F_ACK | flags);
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(m, sizeof(*g));

	*g = (struct nfgenmsg){.nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0};
	return m;
}

int netlink_setup_refuse(unsigned at)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m;
	struct nlattr *hook;

	frame(&r, NFNL_MSG_BATCH_BEGIN);
	m = nft(&r, NFT_MSG_NEWTABLE, CREATE);
	mnl_attr_put_strz(m, NFTA_TABLE_NAME, TABLE);
	end(&r, m);
	m = nft(&r, NFT_MSG_NEWCHAIN, CREATE);
	mnl_attr_put_strz(m, NFTA_CHAIN_TABLE, TABLE);
	mnl_attr_put_strz(m, NFTA_CHAIN_NAME, CHAIN);
	hook = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(m, NFTA_HOOK_HOOKNUM, htonl(at));
	mnl_attr_put_u32(m, NFTA_HOOK_PRIORITY, htonl(0));
	mnl_attr_nest_end(m, hook);
	mnl_attr_put_u32(m, NFTA_CHAIN_POLICY, htonl(NF_DROP));
	mnl_attr_put_strz(m, NFTA_CHAIN_TYPE, "filter");
	end(&r, m);
	frame(&r, NFNL_MSG_BATCH_END);
	return ask(NETLINK_NETFILTER, &r);
}

int netlink_setup_refuse_no_more(void)
{
	struct request r = {.used = 0};
	struct nlmsghdr *m;

	frame(&r, NFNL_MSG_BATCH_BEGIN);
	m = nft(&r, NFT_MSG_DELTABLE, 0);
	mnl_attr_put_strz(m, NFTA_TABLE_NAME, TABLE);
	end(&r, m);
	frame(&r, NFNL_MSG_BATCH_END);
	return ask(NETLINK_NETFILTER, &r);
}
