/* SPDX-License-Identifier: MIT */
#include "agent/readings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/netns.h"

int readings_open(struct readings *r, const struct options *o, struct why *why)
{
	int error = collect_open(&r->own.collector, &o->collect, why);

	if (error)
		return error;
	r->netns = netns_inode();
	if (!netns_is_pattern(o->netns))
		return 0;
	error = other_netns_open(&r->others, o);
	return error ? why_errno(why, error, "network namespaces") : 0;
}

void readings_close(struct readings *r)
{
	other_netns_close(r->others);
	free(r->contents.all);
	sampler_clear(&r->own);
	peak_sampler_end(&r->peaks);
	collect_close(r->own.collector);
}

bool readings_take(struct readings *r, int64_t master_start_ns)
{
	sampler_read(&r->own, master_start_ns);
	return other_netns_read(r->others, master_start_ns);
}

bool readings_are_old(const struct readings *r, uint64_t age_ns)
{
	/* The own one is also taken for the peaks. */
	uint64_t tried_ns = other_netns_tried_ns(r->others, r->own.tried_ns);

	return clock_now_ns() - tried_ns >= age_ns;
}

void readings_end_interval(struct readings *r)
{
	sampler_end_interval(&r->own);
	for (size_t i = 0; i < other_netns_count(r->others); i++)
		sampler_end_interval(other_netns_sampler(r->others, i));
}

void readings_set_filter(struct readings *r, const struct filter *filter)
{
	collect_set_filter(r->own.collector, filter);
	other_netns_set_filter(r->others, filter);
}

struct mib_view *readings_views(const struct readings *r)
{
	struct mib_view *views = sampler_view(&r->own), **end = &views->next;
	char context[MIB_CONTEXT_MAX + 1];

	for (size_t i = 0; i < other_netns_count(r->others); i++) {
		const struct sampler *s = other_netns_sampler(r->others, i);

		if (!mib_context_name(context, s->netns))
			continue;
		*end = sampler_view(s);
		memcpy((*end)->context, context, sizeof(context));
		end = &(*end)->next;
	}
	return views;
}

static struct socket_content content_of(const struct sampler *s, uint64_t netns,
					const struct status_line *agent)
{
	struct socket_content c = {.netns = netns,
				   .name = s->netns,
				   .reading = s->status == MIB_STATUS_FAILING ? NULL : s->latest,
				   .why = s->status_text,
				   .note = collect_note(s->collector),
				   .about = *agent};

	c.about.sampler = s;
	return c;
}

struct status_line readings_status(const struct readings *r, const struct status_line *agent)
{
	struct status_line line = *agent;

	line.sampler = &r->own;
	line.peaks = &r->peaks;
	line.namespaces = r->others;
	return line;
}

const struct socket_contents *readings_contents(struct readings *r, const struct status_line *agent)
{
	struct socket_contents *c = &r->contents;

	c->n = other_netns_count(r->others) + 1;
	free(c->all);
	c->all = calloc(c->n, sizeof(*c->all));
	if (!c->all)
		log_fatal("%s", strerror(ENOMEM));
	c->all[0] = content_of(&r->own, r->netns, agent);
	c->all[0].about = readings_status(r, agent);
	for (size_t i = 1; i < c->n; i++)
		c->all[i] = content_of(other_netns_sampler(r->others, i - 1),
				       other_netns_member(r->others, i - 1)->inode, agent);
	return c;
}
