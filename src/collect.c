/* SPDX-License-Identifier: MIT */
#include "collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src_bpf.h"
#include "src_netlink.h"
#include "src_procfs.h"
#include "timer.h"

struct collector {
	const struct collect_config *config;
	struct procfs procfs;
	struct src_netlink *netlink; /* NULL: a tree below a root is read */
	struct src_bpf *bpf;         /* NULL: the kernel's own counters only */
	char note[256];
};

int collect_open(struct collector **out, const struct collect_config *config, char *why,
		 size_t why_size)
{
	struct collector *c = calloc(1, sizeof(*c));
	int r = 0;

	if (!c) {
		snprintf(why, why_size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	c->config = config;
	procfs_open(&c->procfs, config->root);
	if (!config->root) {
		r = netlink_open(&c->netlink);
		if (r)
			snprintf(why, why_size, "netlink socket: %s", strerror(-r));
	}
	if (!r && !config->root && config->source != CHOOSE_KERNEL) {
		r = src_bpf_open(&c->bpf, config->hooks, config->may_attach, why, why_size);
		if (r && config->source == CHOOSE_AUTO) {
			snprintf(c->note, sizeof(c->note), "%s", why);
			r = 0;
		}
	}
	if (r) {
		collect_close(c);
		return r;
	}
	*out = c;
	return 0;
}

const char *collect_note(const struct collector *c)
{
	return c->note;
}

void collect_close(struct collector *c)
{
	if (!c)
		return;
	src_bpf_close(c->bpf);
	netlink_close(c->netlink);
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
			snapshot_trouble(s, "%s forwarding switches: %s", family_names[f],
					 strerror(-r));
	}
}

static bool nothing_known(const struct snapshot *s)
{
	return !s->n_ifs && !s->system[FAMILY_IPV4].figures.known &&
	       !s->system[FAMILY_IPV6].figures.known;
}

int collect_read(struct collector *c, struct snapshot **out, char *why, size_t why_size)
{
	struct snapshot *s = snapshot_new();
	int r;

	if (!s) {
		snprintf(why, why_size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	s->mono_ns = timer_now_ns();
	clock_gettime(CLOCK_REALTIME, &s->wall);
	procfs_read_system(&c->procfs, s);
	ask_interfaces(c, s);
	if (c->netlink) {
		r = netlink_read_ifs(c->netlink, &c->procfs, &c->config->filter, s);
		if (r)
			snapshot_trouble(s, "interfaces by netlink: %s", strerror(-r));
	} else {
		procfs_read_ifs(&c->procfs, &c->config->filter, s);
	}
	snapshot_sort(s);
	if (c->bpf) {
		char what[200];

		if (src_bpf_read(c->bpf, s, what, sizeof(what)))
			snapshot_trouble(s, "%s", what);
	}
	s->duration_ns = timer_now_ns() - s->mono_ns;
	if (s->troubles && nothing_known(s)) {
		snprintf(why, why_size, "%s", s->trouble);
		snapshot_free(s);
		return -EIO;
	}
	*out = s;
	return 0;
}
