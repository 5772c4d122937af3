/* SPDX-License-Identifier: MIT */
#include "sources/netlink_bypass.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/netconf.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/escape.h"
#include "base/units.h"
#include "sources/netlink_attr.h"

void netlink_bypass_add(struct netlink_bypass_list *l, uint32_t ifindex, const char *name,
			enum bypass_kind kind, const char *fmt, ...)
{
	struct bypass *row;
	va_list ap;

	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 8;

		row = reallocarray(l->rows, cap, sizeof(*row));
		if (!row) {
			l->failed = true;
			return;
		}
		l->rows = row;
		l->cap = cap;
	}
	row = &l->rows[l->n++];
	*row = (struct bypass){.ifindex = ifindex, .kind = kind};
	snprintf(row->name, sizeof(row->name), "%s", name);
	va_start(ap, fmt);
	escape_sentence(row->detail, sizeof(row->detail), fmt, ap);
	va_end(ap);
}

void netlink_bypass_clear(struct netlink_bypass_list *l)
{
	free(l->rows);
	*l = (struct netlink_bypass_list){.rows = NULL};
}

/* Ask with that header. A list that is not whole is worse than an error: something could be
 * missing. */
static int look(struct netlink_dump *route, unsigned type, const void *header, size_t size,
		mnl_cb_t each, void *arg, size_t *found)
{
	char buffer[256] = {0};
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

	request->nlmsg_type = type;
	memcpy(mnl_nlmsg_put_extra_header(request, size), header, size);
	return netlink_dump_whole(route, request, each, arg, found);
}

void netlink_bypass_xdp(const struct nlmsghdr *message, struct netlink_bypass_list *l)
{
	static const char *const modes[] = {[XDP_ATTACHED_DRV] = "driver",
					    [XDP_ATTACHED_SKB] = "generic",
					    [XDP_ATTACHED_HW] = "hardware",
					    [XDP_ATTACHED_MULTI] = "several"};
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const struct nlattr *xdp = netlink_attr_in(message, sizeof(*info), IFLA_XDP), *attr;
	unsigned mode;

	attr = xdp ? netlink_attr_nested(xdp, IFLA_XDP_ATTACHED) : NULL;
	mode = attr && mnl_attr_get_payload_len(attr) ? mnl_attr_get_u8(attr) : XDP_ATTACHED_NONE;
	if (mode == XDP_ATTACHED_NONE || mode >= ARRAY_SIZE(modes))
		return;
	attr = netlink_attr_nested(xdp, IFLA_XDP_PROG_ID);
	if (attr)
		netlink_bypass_add(l, info->ifi_index, "", BYPASS_XDP, "%s, program %u",
				   modes[mode], netlink_attr_u32(attr));
	else
		netlink_bypass_add(l, info->ifi_index, "", BYPASS_XDP, "%s", modes[mode]);
}

/* Interfaces with filters on what comes in or goes out. */
struct filtered {
	uint32_t *ifindexes; /* owned */
	size_t n, cap;
};

static int on_qdisc(const struct nlmsghdr *message, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(message);
	const char *kind = netlink_attr_text(netlink_attr_in(message, sizeof(*tc), TCA_KIND));
	struct filtered *f = arg;

	if (strcmp(kind, "clsact") != 0 && strcmp(kind, "ingress") != 0)
		return MNL_CB_OK;
	if (f->n == f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 16;
		uint32_t *grown = reallocarray(f->ifindexes, cap, sizeof(*grown));

		if (!grown)
			return MNL_CB_ERROR;
		f->ifindexes = grown;
		f->cap = cap;
	}
	f->ifindexes[f->n++] = tc->tcm_ifindex;
	return MNL_CB_OK;
}

struct filter_reader {
	struct netlink_bypass_list *list;
	uint32_t ifindex;
	const char *direction;
};

static void look_at_actions(const struct filter_reader *r, const struct nlattr *actions)
{
	const struct nlattr *action;

	mnl_attr_for_each_nested (action, actions) {
		const struct nlattr *options = netlink_attr_nested(action, TCA_ACT_OPTIONS), *attr;
		struct tc_mirred mirred;

		if (strcmp(netlink_attr_text(netlink_attr_nested(action, TCA_ACT_KIND)),
			   "mirred") != 0 ||
		    !options)
			continue;
		attr = netlink_attr_nested(options, TCA_MIRRED_PARMS);
		if (!attr || mnl_attr_get_payload_len(attr) < sizeof(mirred))
			continue;
		memcpy(&mirred, mnl_attr_get_payload(attr), sizeof(mirred));
		if (mirred.eaction == TCA_EGRESS_REDIR || mirred.eaction == TCA_INGRESS_REDIR)
			netlink_bypass_add(r->list, r->ifindex, "", BYPASS_TC_REDIRECT,
					   "%s, to interface %u", r->direction, mirred.ifindex);
	}
}

static int on_filter(const struct nlmsghdr *message, void *arg)
{
	/* Where the kinds of filters keep their actions. */
	static const struct {
		const char *kind;
		unsigned actions;
	} kinds[] = {{"matchall", TCA_MATCHALL_ACT},
		     {"flower", TCA_FLOWER_ACT},
		     {"u32", TCA_U32_ACT},
		     {"bpf", TCA_BPF_ACT},
		     {"fw", TCA_FW_ACT},
		     {"basic", TCA_BASIC_ACT},
		     {"route", TCA_ROUTE4_ACT},
		     {"flow", TCA_FLOW_ACT},
		     {"cgroup", TCA_CGROUP_ACT}};
	const size_t header = sizeof(struct tcmsg);
	const struct filter_reader *r = arg;
	const struct nlattr *options = netlink_attr_in(message, header, TCA_OPTIONS), *attr;
	const char *kind = netlink_attr_text(netlink_attr_in(message, header, TCA_KIND));

	for (size_t i = 0; options && i < ARRAY_SIZE(kinds); i++) {
		attr = strcmp(kind, kinds[i].kind) == 0
			       ? netlink_attr_nested(options, kinds[i].actions)
			       : NULL;
		if (attr)
			look_at_actions(r, attr);
	}
	attr = options && !strcmp(kind, "bpf") ? netlink_attr_nested(options, TCA_BPF_FLAGS) : NULL;
	if (attr && netlink_attr_u32(attr) & TCA_BPF_FLAG_ACT_DIRECT)
		netlink_bypass_add(r->list, r->ifindex, "", BYPASS_TC_BPF, "%s, %s", r->direction,
				   netlink_attr_text(netlink_attr_nested(options, TCA_BPF_NAME)));
	return MNL_CB_OK;
}

static int look_at_filters(struct netlink_dump *route, struct netlink_bypass_list *l,
			   uint32_t ifindex)
{
	static const struct {
		const char *name;
		uint32_t parent;
	} directions[] = {{"ingress", TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)},
			  {"egress", TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)}};

	for (size_t i = 0; i < ARRAY_SIZE(directions); i++) {
		struct filter_reader reader = {l, ifindex, directions[i].name};
		const struct tcmsg header = {.tcm_family = AF_UNSPEC,
					     .tcm_ifindex = ifindex,
					     .tcm_parent = directions[i].parent};
		int r = look(route, RTM_GETTFILTER, &header, sizeof(header), on_filter, &reader,
			     &l->n);

		if (r && r != -ENODEV && r != -EINVAL && r != -EOPNOTSUPP) /* it went away */
			return r;
	}
	return 0;
}

int netlink_bypass_tc(struct netlink_dump *route, struct netlink_bypass_list *l)
{
	const struct tcmsg header = {.tcm_family = AF_UNSPEC};
	struct filtered filtered = {NULL, 0, 0};
	int r = look(route, RTM_GETQDISC, &header, sizeof(header), on_qdisc, &filtered,
		     &filtered.n);

	for (size_t i = 0; i < filtered.n && !r; i++)
		r = look_at_filters(route, l, filtered.ifindexes[i]);
	free(filtered.ifindexes);
	return r == -EOPNOTSUPP ? 0 : r; /* a kernel without traffic control */
}

static int on_mpls(const struct nlmsghdr *message, void *arg)
{
	const size_t header = sizeof(struct netconfmsg);
	const struct nlattr *ifindex = netlink_attr_in(message, header, NETCONFA_IFINDEX);
	const struct nlattr *input = netlink_attr_in(message, header, NETCONFA_INPUT);

	/* "all" is negative. */
	if (ifindex && input && (int32_t)netlink_attr_u32(ifindex) > 0 && netlink_attr_u32(input))
		netlink_bypass_add(arg, netlink_attr_u32(ifindex), "", BYPASS_MPLS, "%s", "");
	return MNL_CB_OK;
}

int netlink_bypass_mpls(struct netlink_dump *route, struct netlink_bypass_list *l)
{
	const struct netconfmsg header = {.ncm_family = AF_MPLS};
	int r = look(route, RTM_GETNETCONF, &header, sizeof(header), on_mpls, l, &l->n);

	return r == -EOPNOTSUPP || r == -EAFNOSUPPORT ? 0 : r; /* there is no MPLS */
}
