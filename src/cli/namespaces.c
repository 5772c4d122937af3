/* SPDX-License-Identifier: MIT */
#include "cli/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

#define SPARE_FILES 16

int namespaces_worst(int a, int b)
{
	return a > b ? a : b;
}

/* A list of names. */
struct namespaces_refused {
	struct namespaces_refused *next;
	char name[NAME_MAX + 1];
};

static void forget(struct namespaces_refused **list)
{
	while (*list) {
		struct namespaces_refused *next = (*list)->next;

		free(*list);
		*list = next;
	}
}

static void refused(void *arg, const char *name, int error)
{
	struct namespaces *n = arg;
	struct namespaces_refused *new = calloc(1, sizeof(*new)), *said = n->said;

	if (!new)
		log_fatal("%s", strerror(ENOMEM));
	snprintf(new->name, sizeof(new->name), "%s", name);
	new->next = n->refused;
	n->refused = new;
	n->matched = true;
	while (said && strcmp(said->name, name) != 0)
		said = said->next;
	if (said)
		return;
	log_about(name);
	log_warning("cannot enter this network namespace: %s", strerror(-error));
	log_about(NULL);
}

/* Whether there is room for the files that a reading opens for a moment. */
static bool has_room(void)
{
	int fds[SPARE_FILES], n = 0;

	while (n < SPARE_FILES && (fds[n] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		n++;
	for (int i = 0; i < n; i++)
		close(fds[i]);
	return n == SPARE_FILES;
}

static bool came(void *arg, struct netns_member *m)
{
	struct namespaces *n = arg;
	bool stays;

	n->matched = true;
	n->full |= !has_room();
	log_about(m->name);
	stays = !n->full && n->events->came(n->events->arg, m);
	if (stays && !has_room()) {
		n->events->went(n->events->arg, m);
		n->full = true;
	}
	log_about(NULL);
	if (n->full)
		refused(n, m->name, -EMFILE);
	return stays && !n->full;
}

static void went(void *arg, struct netns_member *m)
{
	struct namespaces *n = arg;

	log_about(m->name);
	n->events->went(n->events->arg, m);
	log_about(NULL);
	n->full = false;
}

/* Counters of many namespaces are many descriptors. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int namespaces_open(struct namespaces *n, const struct options *o,
		    const struct netns_events *events)
{
	int r;

	*n = (struct namespaces){.o = o,
				 .events = events,
				 .many = o->netns && netns_is_pattern(o->netns),
				 .set = {.home_fd = -1}};
	if (!n->many)
		return EXIT_DONE;
	raise_limit();
	r = netns_set_open(&n->set, o->netns, false);
	if (!r)
		return EXIT_DONE;
	log_warning("network namespace: %s", strerror(-r));
	return EXIT_FAILED;
}

static int follow_many(struct namespaces *n)
{
	const struct netns_events events = {
		.came = came, .went = went, .refused = refused, .arg = n};
	struct why why;

	if (netns_set_follow(&n->set, &events, &why)) {
		log_warning("%s", why.text);
		return EXIT_FAILED;
	}
	forget(&n->said);
	n->said = n->refused;
	n->refused = NULL;
	if (n->matched)
		return n->said ? EXIT_FAILED : EXIT_DONE;
	log_warning("no network namespace matches '%s'", n->o->netns);
	return EXIT_FAILED;
}

int namespaces_follow(struct namespaces *n)
{
	if (n->many)
		return follow_many(n);
	if (!n->only && n->events->came(n->events->arg, &n->here))
		n->only = &n->here;
	return EXIT_DONE;
}

void namespaces_close(struct namespaces *n)
{
	const struct netns_events events = {.came = came, .went = went, .arg = n};

	if (n->many)
		netns_set_close(&n->set, &events);
	else if (n->only)
		n->events->went(n->events->arg, n->only);
	forget(&n->said);
	forget(&n->refused);
}

struct netns_member **namespaces_all(struct namespaces *n, size_t *count)
{
	*count = n->many ? n->set.n : n->only != NULL;
	return n->many ? n->set.members : &n->only;
}

bool namespaces_enter(struct namespaces *n, struct netns_member *m)
{
	int r = n->many ? netns_set_enter(m) : 0;

	if (r)
		refused(n, m->name, r);
	else if (n->many)
		log_about(m->name);
	return !r;
}

void namespaces_leave(struct namespaces *n)
{
	if (!n->many)
		return;
	log_about(NULL);
	netns_set_leave(&n->set);
}

struct each {
	const struct options *o;
	namespaces_job *job;
	void *arg;
	int status;
};

static bool do_job(void *arg, struct netns_member *m)
{
	struct each *e = arg;

	e->status = namespaces_worst(e->status, e->job(e->arg, e->o, m->name));
	return true; /* so that it is not offered again under another name */
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
	int status = namespaces_open(&n, o, &events);

	if (!status)
		status = namespaces_follow(&n);
	namespaces_close(&n);
	return namespaces_worst(e.status, status);
}
