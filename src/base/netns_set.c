/* SPDX-License-Identifier: MIT */
#include "base/netns_set.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "base/netns.h"
#include "base/netns_find.h"

#define SPARE_FILES 16 /* for those that are opened for a moment */

int netns_set_open(struct netns_set *set, const char *pattern, bool without_home)
{
	*set = (struct netns_set){.pattern = pattern,
				  .without_home = without_home,
				  .home = netns_inode(),
				  .home_fd =
					  open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
	if (set->home_fd < 0)
		return -errno;
	files_raise_limit(); /* what is read in many namespaces is many descriptors */
	return 0;
}

int netns_set_enter(struct netns_set *set, const struct netns_member *m)
{
	if (!m->outside && setns(m->fd, CLONE_NEWNET))
		return -errno;
	set->away = !m->outside;
	log_about(m->name);
	return 0;
}

void netns_set_leave(struct netns_set *set)
{
	/* Whoever could enter another one can come back. */
	if (set->away && setns(set->home_fd, CLONE_NEWNET))
		abort();
	set->away = false;
	log_about(NULL);
}

static void let_go(struct netns_set *set, const struct netns_events *events, struct netns_member *m)
{
	if (!netns_set_enter(set, m)) {
		events->went(events->arg, m);
		netns_set_leave(set);
	}
	if (m->fd >= 0)
		close(m->fd);
	free(m);
}

/* Open it, and see that it still is the one that was found. Returns 0 or -errno. */
static int open_member(struct netns_set *set, struct netns_member *m, const struct netns_found *f)
{
	struct stat st;
	int r;

	m->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (m->fd < 0)
		r = -errno;
	else if (fstat(m->fd, &st) || st.st_ino != f->inode)
		return -ESTALE;
	else
		r = netns_set_enter(set, m);
	m->outside = set->outside && (r == -EPERM || r == -EACCES);
	return m->outside ? netns_set_enter(set, m) : r;
}

/* In it: let it be a member. Returns 0 or -errno. */
static int offer(struct netns_member *m, const struct netns_events *events, struct why *why)
{
	int r = events->came(events->arg, m, why);

	if (r || files_have_room(SPARE_FILES))
		return r;
	events->went(events->arg, m);
	return why_errno(why, -EMFILE, NETNS_CANNOT_ENTER);
}

/* Returns 0; or -errno, with a sentence in `why` unless it is -EAGAIN. */
static int take_in(struct netns_set *set, const struct netns_found *f,
		   const struct netns_events *events, struct why *why)
{
	struct netns_member **grown =
		reallocarray(set->members, set->n + 1, sizeof(struct netns_member *));
	struct netns_member *m = calloc(1, sizeof(*m));
	int r;

	if (grown)
		set->members = grown;
	if (!grown || !m) {
		free(m);
		return why_errno(why, -ENOMEM, NULL);
	}
	memcpy(m->name, f->name, sizeof(m->name));
	m->inode = f->inode;
	m->present = true;
	m->fd = -1;
	r = files_have_room(SPARE_FILES + set->files) ? open_member(set, m, f) : -EMFILE;
	if (r) {
		why_errno(why, r, NETNS_CANNOT_ENTER);
	} else {
		r = offer(m, events, why);
		netns_set_leave(set);
	}
	if (!r) {
		set->members[set->n++] = m;
		return 0;
	}
	if (m->fd >= 0)
		close(m->fd);
	free(m);
	return r == -ENOENT || r == -ESTALE || r == -ESRCH ? -EAGAIN : r; /* gone meanwhile */
}

/* Who is refused, with the reason that was logged. */
struct netns_refused {
	char name[NAME_MAX + 1];
	struct why why;
	bool present;
};

static void refuse(struct netns_set *set, const char *name, const struct why *why)
{
	struct netns_refused *r = set->refused, *end = r + set->n_refused;

	while (r < end && strcmp(r->name, name) != 0)
		r++;
	if (r == end) {
		r = reallocarray(set->refused, set->n_refused + 1, sizeof(*r));
		if (!r)
			return;
		set->refused = r;
		r += set->n_refused++;
		*r = (struct netns_refused){.present = true};
		memcpy(r->name, name, sizeof(r->name));
	}
	r->present = true;
	if (!strcmp(r->why.text, why->text))
		return;
	r->why = *why;
	log_about(name);
	log_warning("%s", why->text);
	log_about(NULL);
}

static void forget_refused(struct netns_set *set)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->n_refused; i++) {
		if (set->refused[i].present)
			set->refused[kept++] = set->refused[i];
	}
	set->n_refused = kept;
	for (size_t i = 0; i < kept; i++)
		set->refused[i].present = false;
}

static int by_member_name(const void *a, const void *b)
{
	return strcmp((*(struct netns_member *const *)a)->name,
		      (*(struct netns_member *const *)b)->name);
}

/* Which members still have the name that they came by; these are no news. */
static void recognise(struct netns_set *set, struct netns_list *l)
{
	for (size_t i = 0; i < set->n; i++) {
		struct netns_member *m = set->members[i];

		m->present = false;
		for (size_t k = 0; k < l->n && !m->present; k++)
			m->present =
				l->found[k].inode == m->inode && !strcmp(l->found[k].name, m->name);
	}
}

static bool is_member(const struct netns_set *set, uint64_t inode)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->members[i]->inode == inode)
			return true;
	return false;
}

static void drop_absent(struct netns_set *set, const struct netns_events *events)
{
	size_t kept = 0;

	for (size_t i = 0; i < set->n; i++)
		if (set->members[i]->present)
			set->members[kept++] = set->members[i];
		else
			let_go(set, events, set->members[i]);
	set->n = kept;
}

int netns_set_follow(struct netns_set *set, const struct netns_events *events, struct why *why)
{
	struct netns_list l;
	int r = netns_find(&l, set->pattern);

	if (r)
		return why_errno(why, r, "network namespaces");
	set->found = l.n;
	recognise(set, &l);
	drop_absent(set, events);
	for (size_t i = 0; i < l.n; i++) {
		const struct netns_found *f = &l.found[i];
		struct why refused = {""};

		if (is_member(set, f->inode) || (set->without_home && f->inode == set->home))
			continue;
		r = take_in(set, f, events, &refused);
		if (r && r != -EAGAIN)
			refuse(set, f->name, &refused);
	}
	forget_refused(set);
	if (set->n)
		qsort(set->members, set->n, sizeof(struct netns_member *), by_member_name);
	netns_list_clear(&l);
	return 0;
}

void netns_set_close(struct netns_set *set, const struct netns_events *events)
{
	for (size_t i = 0; i < set->n; i++)
		let_go(set, events, set->members[i]);
	free(set->members);
	free(set->refused);
	if (set->home_fd >= 0)
		close(set->home_fd);
	*set = (struct netns_set){.home_fd = -1};
}
