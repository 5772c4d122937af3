/* SPDX-License-Identifier: MIT */
#include "base/netns_set.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/netns.h"

#define NAMES     "/run/netns"
#define PROCESSES "/proc"

/* A name that leads to a namespace. */
struct found {
	char name[NAME_MAX + 1];
	char path[sizeof(NAMES) + NAME_MAX + 16];
	uint64_t inode;
};

struct list {
	struct found *found;
	size_t n, room;
};

bool netns_is_pattern(const char *value)
{
	return value && (!strcmp(value, NETNS_ALL) || !strcmp(value, NETNS_ALL_KNOWN) ||
			 (!strchr(value, '/') && strpbrk(value, "*?[")));
}

static bool wants(const char *pattern, const char *name)
{
	return !strcmp(pattern, NETNS_ALL) || !strcmp(pattern, NETNS_ALL_KNOWN) ||
	       !fnmatch(pattern, name, 0);
}

static struct found *add(struct list *l)
{
	size_t room = l->room ? 2 * l->room : 16;
	struct found *grown = l->found;

	if (l->n == l->room) {
		grown = reallocarray(l->found, room, sizeof(*grown));
		if (!grown)
			return NULL;
		l->found = grown;
		l->room = room;
	}
	return &l->found[l->n++];
}

static bool is_known(const struct list *l, uint64_t inode)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->found[i].inode == inode)
			return true;
	return false;
}

/* What is left of a name when the machine lost its mounts is an empty file. */
static bool is_namespace(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == NSFS_MAGIC;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

static int find_named(struct list *l, const char *pattern)
{
	DIR *d = opendir(NAMES);
	struct dirent *e;
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno; /* nobody has made one yet */
	while (!r && (e = readdir(d))) {
		struct found f;
		struct found *new;
		struct stat st;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    !wants(pattern, e->d_name))
			continue;
		snprintf(f.name, sizeof(f.name), "%s", e->d_name);
		snprintf(f.path, sizeof(f.path), NAMES "/%s", e->d_name);
		if (!is_namespace(f.path) || stat(f.path, &st))
			continue;
		f.inode = st.st_ino;
		new = add(l);
		if (new)
			*new = f;
		else
			r = -ENOMEM;
	}
	closedir(d);
	if (!r && l->n)
		qsort(l->found, l->n, sizeof(*l->found), by_name);
	return r;
}

/* Those of processes, but for what has a name. One that ends meanwhile is no trouble. */
static int find_held(struct list *l)
{
	DIR *d = opendir(PROCESSES);
	struct dirent *e;
	int r = 0;

	if (!d)
		return -errno;
	while (!r && (e = readdir(d))) {
		char path[sizeof(l->found->path)];
		struct found *new;
		struct stat st;

		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), PROCESSES "/%.16s/ns/net", e->d_name);
		if (stat(path, &st) || is_known(l, st.st_ino))
			continue;
		new = add(l);
		if (!new) {
			r = -ENOMEM;
			break;
		}
		snprintf(new->name, sizeof(new->name), "%" PRIu64, (uint64_t)st.st_ino);
		snprintf(new->path, sizeof(new->path), "%s", path);
		new->inode = st.st_ino;
	}
	closedir(d);
	return r;
}

int netns_set_open(struct netns_set *set, const char *pattern, bool without_home)
{
	*set = (struct netns_set){.pattern = pattern,
				  .without_home = without_home,
				  .home = netns_inode(),
				  .home_fd =
					  open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
	return set->home_fd < 0 ? -errno : 0;
}

int netns_set_enter(const struct netns_member *m)
{
	return setns(m->fd, CLONE_NEWNET) ? -errno : 0;
}

void netns_set_leave(const struct netns_set *set)
{
	/* Whoever could enter another one can come back. */
	if (setns(set->home_fd, CLONE_NEWNET))
		abort();
}

static void let_go(struct netns_set *set, const struct netns_events *events, struct netns_member *m)
{
	if (!netns_set_enter(m)) {
		events->went(events->arg, m);
		netns_set_leave(set);
	}
	close(m->fd);
	free(m);
}

/* Open it, and see that it still is the one that was found. Returns 0 or -errno. */
static int open_member(struct netns_member *m, const struct found *f)
{
	struct stat st;

	m->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (m->fd < 0)
		return -errno;
	if (!fstat(m->fd, &st) && st.st_ino == f->inode)
		return netns_set_enter(m);
	return -ESTALE;
}

/* Returns 0 or -errno; 0 also if it is not to be a member yet, or was gone at once. */
static int take_in(struct netns_set *set, const struct found *f, const struct netns_events *events)
{
	struct netns_member **grown =
		reallocarray(set->members, set->n + 1, sizeof(struct netns_member *));
	struct netns_member *m = calloc(1, sizeof(*m));
	bool is_member = false;
	int r = grown && m ? 0 : -ENOMEM;

	if (grown)
		set->members = grown;
	if (!r) {
		memcpy(m->name, f->name, sizeof(m->name));
		m->fd = -1;
		m->inode = f->inode;
		m->present = true;
		r = open_member(m, f);
	}
	if (!r) {
		is_member = events->came(events->arg, m);
		netns_set_leave(set);
	}
	if (is_member) {
		set->members[set->n++] = m;
		return 0;
	}
	if (m && m->fd >= 0)
		close(m->fd);
	free(m);
	return r == -ENOENT || r == -ESTALE || r == -ESRCH ? 0 : r;
}

static int by_member_name(const void *a, const void *b)
{
	return strcmp((*(struct netns_member *const *)a)->name,
		      (*(struct netns_member *const *)b)->name);
}

/* Which members still have the name that they came by; these are no news. */
static void recognise(struct netns_set *set, struct list *l)
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
	struct list l = {NULL, 0, 0};
	int r = find_named(&l, set->pattern);

	why->text[0] = '\0';
	if (!r && !strcmp(set->pattern, NETNS_ALL_KNOWN))
		r = find_held(&l);
	if (r) {
		free(l.found);
		return why_errno(why, r, "network namespaces");
	}
	recognise(set, &l);
	drop_absent(set, events);
	for (size_t i = 0; i < l.n; i++) {
		const struct found *f = &l.found[i];

		if (is_member(set, f->inode) || (set->without_home && f->inode == set->home))
			continue;
		r = take_in(set, f, events);
		if (!r)
			continue;
		why_set(why, r, "network namespace %.128s: %s", f->name, strerror(-r));
		if (events->refused)
			events->refused(events->arg, f->name, r);
	}
	if (set->n)
		qsort(set->members, set->n, sizeof(struct netns_member *), by_member_name);
	free(l.found);
	return 0;
}

void netns_set_close(struct netns_set *set, const struct netns_events *events)
{
	for (size_t i = 0; i < set->n; i++)
		let_go(set, events, set->members[i]);
	free(set->members);
	if (set->home_fd >= 0)
		close(set->home_fd);
	*set = (struct netns_set){.home_fd = -1};
}
