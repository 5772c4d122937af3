/* SPDX-License-Identifier: MIT */
#include "sources/bypasses.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "sources/netlink_bypass.h"
#include "sources/netlink_changes.h"
#include "sources/tcx.h"

#define LOOK_AGAIN_NS (10 * NS_PER_S)

struct bypasses {
	struct netlink_dump route, netfilter;
	struct netlink_changes changes; /* of nftables' rules */
	bool rules_known;               /* `rules` is what there is, unless a change was told */
	uint64_t looked_ns;             /* when `links` was found; 0: never */
	struct netlink_bypass_list links, rules;
	struct why links_why, rules_why; /* why a list is not there; "": it is */
};

/*
 * A question could load the whole of nftables. Where it is built in among other modules, it is not
 * noticed.
 */
static bool has_nftables(void)
{
	return access("/sys/module/nf_tables", F_OK) == 0 || access("/proc/modules", F_OK) < 0;
}

static bool has_flowtables(void)
{
	return access("/sys/module/nf_flow_table", F_OK) == 0;
}

static void look_at_rules(struct bypasses *b)
{
	int r, deaf;

	if (!has_nftables()) {
		netlink_bypass_clear(&b->rules);
		b->rules_why.text[0] = '\0';
		return;
	}
	deaf = netlink_changes_open(&b->changes, NETLINK_NETFILTER, NFNLGRP_NFTABLES);
	if (!netlink_changes_any(&b->changes) && b->rules_known)
		return;
	netlink_bypass_clear(&b->rules);
	b->rules_why.text[0] = '\0';
	r = netlink_bypass_nftables(&b->netfilter, &b->rules);
	if (r)
		why_errno(&b->rules_why, r, "nftables");
	b->rules_known = !r && !deaf;
}

/* Who may not ask does not find them, and says nothing: nobody knows what these programs do. */
static int look_at_tcx(struct bypasses *b, const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_ifs; i++) {
		int r = tcx_look(s->ifs[i].ifindex, &b->links);

		if (r == -EINVAL || r == -EPERM || r == -ENOSYS)
			return 0;
		if (r && r != -ENODEV) /* it went away */
			return r;
	}
	return 0;
}

static void look_at_links(struct bypasses *b, const struct snapshot *s)
{
	uint64_t now_ns = clock_now_ns();
	int r;

	if (b->looked_ns && now_ns - b->looked_ns < LOOK_AGAIN_NS)
		return;
	netlink_bypass_clear(&b->links);
	b->links_why.text[0] = '\0';
	r = netlink_bypass_tc(&b->route, &b->links);
	if (!r)
		r = netlink_bypass_mpls(&b->route, &b->links);
	if (!r)
		r = look_at_tcx(b, s);
	if (r)
		why_errno(&b->links_why, r, "netlink");
	b->looked_ns = r ? 0 : now_ns;
}

int bypasses_open(struct bypasses **out)
{
	struct bypasses *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->netfilter.bus = NETLINK_NETFILTER;
	look_at_rules(b);
	*out = b;
	return 0;
}

void bypasses_close(struct bypasses *b)
{
	if (!b)
		return;
	netlink_changes_close(&b->changes);
	netlink_dump_close(&b->route);
	netlink_dump_close(&b->netfilter);
	netlink_bypass_clear(&b->links);
	netlink_bypass_clear(&b->rules);
	free(b);
}

static const struct snapshot_if *find_name(const struct snapshot *s, const char *name)
{
	for (size_t i = 0; i < s->n_ifs; i++)
		if (!strcmp(s->ifs[i].name, name))
			return &s->ifs[i];
	return NULL;
}

/* nftables may go on to name an interface as it was called when the rule was made. */
static void add_known(struct snapshot *s, const struct netlink_bypass_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct bypass *found = &l->rows[i];
		const struct snapshot_if *row = found->ifindex ? snapshot_find_if(s, found->ifindex)
							       : find_name(s, found->name);
		struct bypass *b;

		if (!row && found->ifindex)
			continue; /* it went away */
		b = snapshot_add_bypass(s);
		if (!b)
			continue;
		*b = *found;
		if (row) {
			b->ifindex = row->ifindex;
			memcpy(b->name, row->name, sizeof(b->name));
		}
	}
}

static bool may_have_flowtables(const struct bypasses *b)
{
	bool may = b->rules_why.text[0] && has_flowtables();

	for (size_t i = 0; i < b->rules.n; i++)
		may |= b->rules.rows[i].kind == BYPASS_FLOWTABLE ||
		       b->rules.rows[i].kind == BYPASS_FLOWTABLE_OFFLOAD;
	return may;
}

void bypasses_read(struct bypasses *b, const struct netlink_bypass_list *xdp, int xdp_error,
		   struct snapshot *s)
{
	int error;

	look_at_rules(b);
	look_at_links(b, s);
	add_known(s, &b->rules);
	add_known(s, &b->links);
	add_known(s, xdp);
	if (s->n_bypasses)
		qsort(s->bypasses, s->n_bypasses, sizeof(*s->bypasses), bypass_order);
	error = b->rules.failed || b->links.failed || xdp->failed ? -ENOMEM : xdp_error;
	s->bypasses_known = true;
	if (b->rules_why.text[0] || b->links_why.text[0])
		s->bypasses_why = b->rules_why.text[0] ? b->rules_why : b->links_why;
	else if (error)
		why_errno(&s->bypasses_why, error, "netlink");
	s->may_bypass = may_have_flowtables(b);
}

bool bypasses_may_have_flowtables(struct bypasses *b)
{
	look_at_rules(b);
	return may_have_flowtables(b);
}

void bypasses_counted(struct snapshot *s)
{
	size_t n = 0;

	if (!figures_known(&s->system[FAMILY_IPV4].figures, M_FAST_PATH_PACKETS))
		return;
	for (size_t i = 0; i < s->n_bypasses; i++)
		if (s->bypasses[i].kind != BYPASS_FLOWTABLE)
			s->bypasses[n++] = s->bypasses[i];
	s->n_bypasses = n;
}
