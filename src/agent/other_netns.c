/* SPDX-License-Identifier: MIT */
#include "agent/other_netns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "bpf/counters.h"

/*
 * To attach a namespace's counters takes 85 for a moment, before half of them are closed again, and
 * some more for flowtables. Whoever begins without would go on with the kernel's counters.
 */
#define ATTACH_FILES 112

struct other_netns {
	const struct options *o;
	const struct filter *filter;
	struct netns_set set;
	uint64_t tried_ns;
	uint64_t attach_until_ns; /* no more are taken in after that time */
	bool more;                /* although there are */
	bool blind;               /* the list of them could not be read, as was logged */
	bool ending;              /* the agent ends, and what is pinned stays */
};

static int came(void *arg, struct netns_member *m, struct why *why)
{
	struct other_netns *n = arg;
	char context[MIB_CONTEXT_MAX + 1];
	struct sampler *s;
	int r;

	if (clock_now_ns() > n->attach_until_ns) {
		n->more = true;
		return -EAGAIN;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		log_fatal("%s", strerror(ENOMEM));
	s->netns = m->name;
	r = collect_open(&s->collector, &n->o->collect, why);
	if (r) {
		free(s);
		return r;
	}
	collect_keep(s->collector);
	collect_set_filter(s->collector, n->filter);
	m->own = s;
	if (!mib_context_name(context, m->name))
		log_info("such a name cannot be an SNMP context");
	return 0;
}

static void went(void *arg, struct netns_member *m)
{
	struct other_netns *n = arg;
	struct sampler *s = m->own;
	struct why why;

	sampler_clear(s);
	collect_close(s->collector);
	free(s);
	if (n->ending && !n->o->detach_on_exit)
		return;
	if (counters_detach(false, NULL, &why) < 0)
		log_warning("%s", why.text);
	else if (!n->ending)
		log_info("this network namespace is gone");
}

static struct netns_events events(struct other_netns *n)
{
	return (struct netns_events){.came = came, .went = went, .arg = n};
}

int other_netns_open(struct other_netns **out, const struct options *o)
{
	struct other_netns *n = calloc(1, sizeof(*n));
	int r;

	if (!n)
		return -ENOMEM;
	n->o = o;
	n->filter = &o->collect.filter;
	r = netns_set_open(&n->set, o->netns, true);
	n->set.files = o->collect.source == CHOOSE_KERNEL ? 0 : ATTACH_FILES;
	if (r) {
		free(n);
		return r;
	}
	*out = n;
	return 0;
}

void other_netns_close(struct other_netns *n)
{
	struct netns_events e;

	if (!n)
		return;
	n->ending = true;
	e = events(n);
	netns_set_close(&n->set, &e);
	free(n);
}

bool other_netns_read(struct other_netns *n, int64_t master_start_ns)
{
	struct netns_events e;
	struct why why = {""};

	if (!n)
		return false;
	e = events(n);
	n->more = false;
	n->tried_ns = clock_now_ns();
	n->attach_until_ns = n->tried_ns + OTHER_NETNS_ATTACH_NS;
	if (netns_set_follow(&n->set, &e, &why) && !n->blind)
		log_warning("%s", why.text);
	n->blind = why.text[0];
	for (size_t i = 0; i < n->set.n; i++) {
		struct netns_member *m = n->set.members[i];

		if (netns_set_enter(&n->set, m))
			continue; /* who was in it before can be again */
		sampler_read(m->own, master_start_ns);
		netns_set_leave(&n->set);
	}
	return n->more;
}

void other_netns_set_filter(struct other_netns *n, const struct filter *filter)
{
	if (n)
		n->filter = filter;
	for (size_t i = 0; i < other_netns_count(n); i++)
		collect_set_filter(other_netns_sampler(n, i)->collector, filter);
}

uint64_t other_netns_tried_ns(const struct other_netns *n, uint64_t own_ns)
{
	return n && n->tried_ns < own_ns ? n->tried_ns : own_ns;
}

size_t other_netns_count(const struct other_netns *n)
{
	return n ? n->set.n : 0;
}

struct sampler *other_netns_sampler(const struct other_netns *n, size_t i)
{
	return n->set.members[i]->own;
}

const struct netns_member *other_netns_member(const struct other_netns *n, size_t i)
{
	return n->set.members[i];
}
