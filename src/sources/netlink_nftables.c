/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/netlink_attr.h"
#include "sources/netlink_bypass.h"

#define HARDWARE_OFFLOAD 1 /* a flag of flowtables: NF_FLOWTABLE_HW_OFFLOAD, in no header */

/* A chain of the netdev family with a rule that says "fwd", as "TABLE CHAIN". */
struct forwarding_chain {
	char name[2 * NFT_NAME_MAXLEN];
};

struct chains {
	struct forwarding_chain *rows; /* owned */
	size_t n, cap;
	struct netlink_bypass_list *list;
};

static const struct nlattr *find_in(const struct nlmsghdr *message, unsigned type)
{
	return netlink_attr_in(message, sizeof(struct nfgenmsg), type);
}

/* One entry for each device of a hook; one without a device if it names none. */
static void add_devices(struct netlink_bypass_list *l, const struct nlattr *devices,
			enum bypass_kind kind, const char *detail)
{
	const struct nlattr *device;
	bool any = false;

	if (devices)
		mnl_attr_for_each_nested (device, devices) {
			if (mnl_attr_get_type(device) != NFTA_DEVICE_NAME)
				continue;
			netlink_bypass_add(l, 0, netlink_attr_text(device), kind, "%s", detail);
			any = true;
		}
	if (!any)
		netlink_bypass_add(l, 0, "", kind, "%s", detail);
}

static const char *family_name(unsigned family)
{
	switch (family) {
	case NFPROTO_INET:
		return "inet";
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_NETDEV:
		return "netdev";
	}
	return "?";
}

static int on_flowtable(const struct nlmsghdr *message, void *arg)
{
	const struct nfgenmsg *generic = mnl_nlmsg_get_payload(message);
	const struct nlattr *flags = find_in(message, NFTA_FLOWTABLE_FLAGS);
	const struct nlattr *hook = find_in(message, NFTA_FLOWTABLE_HOOK);
	bool offload = ntohl(netlink_attr_u32(flags)) & HARDWARE_OFFLOAD;
	char detail[BYPASS_DETAIL_MAX];

	snprintf(detail, sizeof(detail), "%s %s %s", family_name(generic->nfgen_family),
		 netlink_attr_text(find_in(message, NFTA_FLOWTABLE_TABLE)),
		 netlink_attr_text(find_in(message, NFTA_FLOWTABLE_NAME)));
	add_devices(arg, hook ? netlink_attr_nested(hook, NFTA_FLOWTABLE_HOOK_DEVS) : NULL,
		    offload ? BYPASS_FLOWTABLE_OFFLOAD : BYPASS_FLOWTABLE, detail);
	return MNL_CB_OK;
}

static bool says_fwd(const struct nlattr *expressions)
{
	const struct nlattr *e;

	mnl_attr_for_each_nested (e, expressions) {
		if (!strcmp(netlink_attr_text(netlink_attr_nested(e, NFTA_EXPR_NAME)), "fwd"))
			return true;
	}
	return false;
}

static int on_rule(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *expressions = find_in(message, NFTA_RULE_EXPRESSIONS);
	struct forwarding_chain chain;
	struct chains *c = arg;

	if (!expressions || !says_fwd(expressions))
		return MNL_CB_OK;
	snprintf(chain.name, sizeof(chain.name), "%s %s",
		 netlink_attr_text(find_in(message, NFTA_RULE_TABLE)),
		 netlink_attr_text(find_in(message, NFTA_RULE_CHAIN)));
	if (c->n && !strcmp(c->rows[c->n - 1].name, chain.name)) /* they come chain by chain */
		return MNL_CB_OK;
	if (c->n == c->cap) {
		size_t cap = c->cap ? 2 * c->cap : 8;
		struct forwarding_chain *grown = reallocarray(c->rows, cap, sizeof(*grown));

		if (!grown)
			return MNL_CB_ERROR;
		c->rows = grown;
		c->cap = cap;
	}
	c->rows[c->n++] = chain;
	return MNL_CB_OK;
}

/* A chain with a hook has the devices; one that others jump to has none. */
static int on_chain(const struct nlmsghdr *message, void *arg)
{
	const struct nlattr *hook = find_in(message, NFTA_CHAIN_HOOK), *device;
	char name[sizeof(struct forwarding_chain)], detail[BYPASS_DETAIL_MAX];
	const struct chains *c = arg;

	snprintf(name, sizeof(name), "%s %s", netlink_attr_text(find_in(message, NFTA_CHAIN_TABLE)),
		 netlink_attr_text(find_in(message, NFTA_CHAIN_NAME)));
	snprintf(detail, sizeof(detail), "netdev %.80s", name);
	for (size_t i = 0; i < c->n; i++) {
		if (strcmp(c->rows[i].name, name) != 0)
			continue;
		device = hook ? netlink_attr_nested(hook, NFTA_HOOK_DEV) : NULL;
		if (device)
			netlink_bypass_add(c->list, 0, netlink_attr_text(device), BYPASS_NFT_FWD,
					   "%s", detail);
		else
			add_devices(c->list,
				    hook ? netlink_attr_nested(hook, NFTA_HOOK_DEVS) : NULL,
				    BYPASS_NFT_FWD, detail);
		break;
	}
	return MNL_CB_OK;
}

static int look(struct netlink_dump *d, unsigned type, unsigned family, mnl_cb_t each, void *arg,
		size_t *found)
{
	char buffer[256] = {0};
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *generic;
	int r;

	request->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | type;
	generic = mnl_nlmsg_put_extra_header(request, sizeof(*generic));
	generic->nfgen_family = family;
	r = netlink_dump_whole(d, request, each, arg, found);
	return r == -EOPNOTSUPP || r == -EINVAL || r == -ENOENT ? 0 : r; /* the kernel has none */
}

int netlink_bypass_nftables(struct netlink_dump *netfilter, struct netlink_bypass_list *l)
{
	struct chains chains = {.list = l};
	int r = look(netfilter, NFT_MSG_GETFLOWTABLE, NFPROTO_UNSPEC, on_flowtable, l, &l->n);

	if (!r)
		r = look(netfilter, NFT_MSG_GETRULE, NFPROTO_NETDEV, on_rule, &chains, &chains.n);
	if (!r && chains.n)
		r = look(netfilter, NFT_MSG_GETCHAIN, NFPROTO_NETDEV, on_chain, &chains, &l->n);
	free(chains.rows);
	return r;
}
