/* SPDX-License-Identifier: MIT */
#include "base/netns_find.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define NAMES     "/run/netns"
#define PROCESSES "/proc"

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

static struct netns_found *add(struct netns_list *l)
{
	size_t room = l->room ? 2 * l->room : 16;
	struct netns_found *grown = l->found;

	if (l->n == l->room) {
		grown = reallocarray(l->found, room, sizeof(*grown));
		if (!grown)
			return NULL;
		l->found = grown;
		l->room = room;
	}
	return &l->found[l->n++];
}

static bool is_known(const struct netns_list *l, uint64_t inode)
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
	return strcmp(((const struct netns_found *)a)->name, ((const struct netns_found *)b)->name);
}

static int find_named(struct netns_list *l, const char *pattern)
{
	DIR *d = opendir(NAMES);
	struct dirent *e;
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno; /* nobody has made one yet */
	while (!r && (e = readdir(d))) {
		struct netns_found f;
		struct netns_found *new;
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
static int find_held(struct netns_list *l)
{
	DIR *d = opendir(PROCESSES);
	struct dirent *e;
	int r = 0;

	if (!d)
		return -errno;
	while (!r && (e = readdir(d))) {
		struct netns_found f, *new;
		struct stat st;

		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(f.path, sizeof(f.path), PROCESSES "/%.16s/ns/net", e->d_name);
		if (stat(f.path, &st) || is_known(l, st.st_ino))
			continue;
		f.inode = st.st_ino;
		snprintf(f.name, sizeof(f.name), "%" PRIu64, f.inode);
		new = add(l);
		if (new)
			*new = f;
		else
			r = -ENOMEM;
	}
	closedir(d);
	return r;
}

int netns_find(struct netns_list *l, const char *pattern)
{
	int r;

	*l = (struct netns_list){NULL, 0, 0};
	r = find_named(l, pattern);
	if (!r && !strcmp(pattern, NETNS_ALL_KNOWN))
		r = find_held(l);
	if (r)
		netns_list_clear(l);
	return r;
}

void netns_list_clear(struct netns_list *l)
{
	free(l->found);
	*l = (struct netns_list){NULL, 0, 0};
}
