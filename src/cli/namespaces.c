/* SPDX-License-Identifier: MIT */
#include "cli/namespaces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

int namespaces_worst(int a, int b)
{
	return a > b ? a : b;
}

int namespaces_open(struct namespaces *n, const struct options *o, bool outside,
		    const struct netns_events *events)
{
	int r;

	*n = (struct namespaces){.o = o,
				 .events = events,
				 .many = netns_is_pattern(o->netns),
				 .set = {.home_fd = -1}};
	if (!n->many)
		return EXIT_DONE;
	r = netns_set_open(&n->set, o->netns, false);
	n->set.outside = outside;
	if (!r)
		return EXIT_DONE;
	log_warning("network namespace: %s", strerror(-r));
	return EXIT_FAILED;
}

static int follow_many(struct namespaces *n)
{
	struct why why;

	if (netns_set_follow(&n->set, n->events, &why)) {
		log_warning("%s", why.text);
		return EXIT_FAILED;
	}
	n->matched |= n->set.found;
	if (n->matched)
		return n->set.n_refused ? EXIT_FAILED : EXIT_DONE;
	log_warning("no network namespace matches '%s'", n->o->netns);
	return EXIT_FAILED;
}

int namespaces_follow(struct namespaces *n)
{
	struct why why;

	if (n->many)
		return follow_many(n);
	if (!n->only && !n->events->came(n->events->arg, &n->here, &why))
		n->only = &n->here;
	return EXIT_DONE;
}

void namespaces_close(struct namespaces *n)
{
	if (n->many)
		netns_set_close(&n->set, n->events);
	else if (n->only)
		n->events->went(n->events->arg, n->only);
}

struct netns_member **namespaces_all(struct namespaces *n, size_t *count)
{
	*count = n->many ? n->set.n : n->only != NULL;
	return n->many ? n->set.members : &n->only;
}

bool namespaces_enter(struct namespaces *n, struct netns_member *m)
{
	int r = n->many ? netns_set_enter(&n->set, m) : 0;

	if (r)
		log_warning("network namespace %s: %s", m->name, strerror(-r));
	return !r;
}

void namespaces_leave(struct namespaces *n)
{
	if (n->many)
		netns_set_leave(&n->set);
}

struct each {
	const struct options *o;
	namespaces_job *job;
	void *arg;
	int status;
};

static int do_job(void *arg, struct netns_member *m, struct why *why)
{
	struct each *e = arg;

	(void)why;
	e->status = namespaces_worst(e->status, e->job(e->arg, e->o, m->name));
	return 0; /* so that it is not offered again under another name */
}

static void nothing(void *arg, struct netns_member *m)
{
	(void)arg;
	(void)m;
}

int namespaces_each(const struct options *o, namespaces_job *job, void *arg)
{
	struct each e = {.o = o, .job = job, .arg = arg};
	const struct netns_events events = {.came = do_job, .went = nothing, .arg = &e};
	struct namespaces n;
	int status = namespaces_open(&n, o, false, &events);

	if (!status)
		status = namespaces_follow(&n);
	namespaces_close(&n);
	return namespaces_worst(e.status, status);
}
