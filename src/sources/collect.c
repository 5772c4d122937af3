/* SPDX-License-Identifier: MIT */
#include "sources/collect.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/schedule.h"
#include "base/units.h"
#include "bpf/counters.h"
#include "sources/bypasses.h"
#include "sources/netlink.h"
#include "sources/netlink_changes.h"
#include "sources/procfs.h"

struct collector {
	const struct collect_config *config;
	const struct filter *filter;
	struct procfs procfs;
	struct netlink *netlink;   /* NULL: a tree below a root is read */
	struct bypasses *bypasses; /* the same */
	struct counters *bpf;      /* NULL: the kernel's own counters only */
	struct why note;           /* why the kernel's own counters are used; "": they are not */
	struct netlink_changes changes; /* of interfaces; opened by collect_count_again() */
	bool whole; /* the last reading was, and nothing changed since, as far as was asked */
};

static bool wants_bpf(const struct collector *c)
{
	return !c->config->root && c->config->source != CHOOSE_KERNEL;
}

/* Count what flowtables forward as soon as that can be; from the beginning, if there was none. */
static void follow_flowtables(struct collector *c)
{
	if (c->bpf && counters_follow(c->bpf) && !bypasses_may_have_flowtables(c->bypasses))
		counters_none_bypassed(c->bpf);
}

int collect_open(struct collector **out, const struct collect_config *config, struct why *why)
{
	struct collector *c = calloc(1, sizeof(*c));
	int r = 0;

	if (!c)
		return why_errno(why, -ENOMEM, NULL);
	c->config = config;
	c->filter = &config->filter;
	procfs_open(&c->procfs, config->root);
	if (!config->root) {
		r = netlink_open(&c->netlink);
		if (r)
			why_errno(why, r, "netlink socket");
	}
	if (!r && c->netlink) {
		r = bypasses_open(&c->bypasses);
		if (r)
			why_errno(why, r, NULL);
	}
	if (!r && wants_bpf(c)) {
		r = counters_open(&c->bpf, config->hooks, config->attach, why);
		if (r && config->source == CHOOSE_AUTO) {
			c->note = *why;
			r = 0;
		}
	}
	if (r) {
		collect_close(c);
		return r;
	}
	follow_flowtables(c);
	*out = c;
	return 0;
}

void collect_keep(struct collector *c)
{
	procfs_keep(&c->procfs);
}

void collect_set_filter(struct collector *c, const struct filter *filter)
{
	c->filter = filter;
}

int64_t collect_memo(const struct collector *c)
{
	return c->bpf ? counters_memo(c->bpf) : 0;
}

void collect_set_memo(struct collector *c, int64_t memo)
{
	if (c->bpf)
		counters_set_memo(c->bpf, memo);
}

const char *collect_note(const struct collector *c)
{
	return c->note.text;
}

bool collect_degraded(const struct collector *c)
{
	return c->config->source == CHOOSE_AUTO && c->note.text[0];
}

bool collect_readable(const struct collector *c)
{
	return !c->bpf || counters_readable(c->bpf);
}

bool collect_attachment(const struct collector *c, struct attachment *out)
{
	if (c->bpf)
		counters_describe(c->bpf, out);
	return c->bpf;
}

void collect_close(struct collector *c)
{
	if (!c)
		return;
	counters_close(c->bpf);
	netlink_changes_close(&c->changes);
	bypasses_close(c->bypasses);
	netlink_close(c->netlink);
	procfs_close(&c->procfs);
	free(c);
}

/* The interfaces' own switches, where the global one is off. */
static void ask_interfaces(struct collector *c, struct snapshot *s)
{
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		struct snapshot_system *row = &s->system[f];
		int r;

		if (!row->forwarding_known || row->forwarding)
			continue;
		r = c->netlink ? netlink_any_forwarding(c->netlink, f)
			       : procfs_any_forwarding(&c->procfs, f);
		if (r > 0)
			row->forwarding = true;
		else if (r < 0 && r != -ENOENT)
			snapshot_trouble(s, "%s forwarding switches: %s", snapshot_family_names[f],
					 strerror(-r));
	}
}

static bool nothing_known(const struct snapshot *s)
{
	return !s->n_ifs && !s->system[FAMILY_IPV4].figures.known &&
	       !s->system[FAMILY_IPV6].figures.known;
}

/* Lock the eBPF maps, or note why there are none. Returns 0, or -errno if eBPF must count. */
static int begin_bpf(struct collector *c, struct why *why)
{
	struct why ignored;
	int r = -ENOENT;

	/* If they are gone, others may have replaced them. */
	for (int i = 0; i < 2 && r == -ENOENT; i++) {
		if (!c->bpf &&
		    !counters_open(&c->bpf, c->config->hooks, BPF_ATTACH_NEVER, &ignored))
			c->note.text[0] = 0;
		if (!c->bpf)
			break;
		r = counters_begin(c->bpf, why);
		if (r != -ENOENT)
			return r;
		counters_close(c->bpf);
		c->bpf = NULL;
		c->note = *why;
	}
	if (c->config->source == CHOOSE_AUTO)
		return 0;
	*why = c->note;
	return r;
}

static void stamp(struct peak_time *time)
{
	time->mono_ns = clock_now_ns();
	clock_gettime(CLOCK_REALTIME, &time->wall);
}

/* The devices first: what passes in between must not look as if IP had not seen it. */
static int count_ifs(struct collector *c, struct peak_time *time, struct why *why)
{
	int r;

	netlink_read_devices(c->netlink);
	r = counters_read_ifs(c->bpf, why);
	stamp(time);
	return r;
}

static int sample_bpf(struct collector *c, struct peak_time *time, struct why *why)
{
	int r = begin_bpf(c, why);

	if (r || !c->bpf)
		return r;
	r = counters_read_rows(c->bpf, why);
	return r ? r : count_ifs(c, time, why);
}

/* The interfaces: the kernel's figures first, then the exact ones, which replace them. */
static int read_ifs(struct collector *c, struct snapshot *s, struct why *why)
{
	const struct devices devices = {netlink_read_device, c->netlink};
	const struct netlink_bypass_list *xdp;
	int r = 0, xdp_error;

	if (c->netlink) {
		if (!c->bpf)
			netlink_read_devices(c->netlink);
		r = netlink_read_ifs(c->netlink, &c->procfs, s);
		if (r)
			snapshot_trouble(s, "interfaces by netlink: %s", strerror(-r));
	} else {
		procfs_read_ifs(&c->procfs, s);
	}
	snapshot_sort(s);
	if (c->bypasses) {
		xdp = netlink_xdp(c->netlink, &xdp_error);
		bypasses_read(c->bypasses, xdp, r ? r : xdp_error, s);
	}
	if (!c->bpf)
		return 0;
	if (r) { /* not all are there: the records of the others must not be closed */
		counters_drop(c->bpf);
		return why_set(why, r, "%s", s->trouble);
	}
	r = counters_fill(c->bpf, s, &devices, why);
	if (r)
		snapshot_trouble(s, "%s", why->text);
	bypasses_counted(s);
	return 0;
}

/* Where dropped packets are not counted: what is missing after the FORWARD chain. */
static void derive_refused(struct figures *f)
{
	static const enum metric_id pairs[][3] = {
		{M_REFUSED_PACKETS, M_IN_FORW_PACKETS, M_OUT_FORW_PACKETS},
		{M_REFUSED_OCTETS, M_IN_FORW_OCTETS, M_OUT_FORW_OCTETS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		const enum metric_id refused = pairs[i][0], in = pairs[i][1], out = pairs[i][2];

		/* Copies make more of them go out: then it is not known. */
		if (!figures_known(f, refused) && figures_known(f, in) && figures_known(f, out) &&
		    f->value[in] >= f->value[out])
			figures_subtract(f, refused, f->value[in] - f->value[out]);
	}
}

int collect_read(struct collector *c, struct snapshot **out, struct why *why)
{
	struct snapshot *s = snapshot_new();
	const uint64_t began_ns = clock_now_ns();
	struct peak_time time = {.mono_ns = 0};
	int r = 0;

	if (!s)
		return why_errno(why, -ENOMEM, NULL);
	netlink_changes_any(&c->changes);
	c->whole = false;
	if (wants_bpf(c))
		r = sample_bpf(c, &time, why);
	/* Not before: while we waited for another process, it may have shown what begins anew here.
	 */
	if (!time.mono_ns)
		stamp(&time);
	s->mono_ns = time.mono_ns;
	s->wall = time.wall;
	if (c->config->root)
		procfs_read_origin(&c->procfs, s);
	if (!r) {
		procfs_read_system(&c->procfs, s);
		r = read_ifs(c, s, why);
		ask_interfaces(c, s);
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			derive_refused(&s->system[f].figures);
	}
	if (r) {
		snapshot_free(s);
		return r;
	}
	follow_flowtables(c);
	filter_apply(c->filter, s);
	s->duration_ns = clock_now_ns() - began_ns;
	if (s->troubles && nothing_known(s)) {
		r = why_set(why, -EIO, "%s", s->trouble);
		snapshot_free(s);
		return r;
	}
	c->whole = c->changes.socket && !s->troubles;
	*out = s;
	return 0;
}

/* Whether the rows of the last reading are still those that there are, by what the kernel told. */
static bool is_whole(struct collector *c)
{
	c->whole = c->whole && !netlink_changes_any(&c->changes);
	return c->whole;
}

static bool count_by_bpf(struct collector *c, const struct snapshot *s, struct peak_counts *out)
{
	struct why ignored;

	return !counters_begin(c->bpf, &ignored) && !count_ifs(c, &out->time, &ignored) &&
	       counters_count_again(c->bpf, s, out) &&
	       netlink_count_again(c->netlink, NULL, s, out);
}

/* In the order in which collect_read() has it. */
static bool count_by_kernel(struct collector *c, const struct snapshot *s, struct peak_counts *out)
{
	struct snapshot *now = snapshot_new();
	bool same = now;

	if (!now)
		return false;
	stamp(&out->time);
	procfs_read_system(&c->procfs, now);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		same = peak_counts_put(out->system[f], &now->system[f].figures,
				       &s->system[f].figures) &&
		       same;
	same = same && !now->troubles;
	snapshot_free(now);
	netlink_read_devices(c->netlink);
	return same && netlink_count_again(c->netlink, &c->procfs, s, out);
}

bool collect_count_again(struct collector *c, const struct snapshot *s, struct peak_counts *out)
{
	if (!c->netlink || netlink_changes_open(&c->changes, NETLINK_ROUTE, RTNLGRP_LINK))
		return false;
	if (!is_whole(c) || clock_now_ns() - s->mono_ns >= COLLECT_AGAIN_NS ||
	    peak_counts_begin(out, s))
		return false;
	if (!(c->bpf ? count_by_bpf(c, s, out) : count_by_kernel(c, s, out)))
		return false;
	follow_flowtables(c);
	return is_whole(c); /* asked last: what was read before is still theirs */
}
