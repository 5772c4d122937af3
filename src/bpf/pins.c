/* SPDX-License-Identifier: MIT */
#include "bpf/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/units.h"
#include "bpf/bpffs.h"

int pins_locate(struct pins *p, bool may_mount, struct why *why)
{
	char place[BPFFS_PATH_MAX];
	uint64_t netns = netns_inode();
	int r = bpffs_find(place, may_mount, why);

	if (r)
		return r;
	if (!netns)
		return why_set(why, -ENOENT, "cannot tell which network namespace this is");
	snprintf(p->base, sizeof(p->base), "%s/ipfwagent", place);
	snprintf(p->directory, sizeof(p->directory), "%s/netns-%llu-layout-%d", p->base,
		 (unsigned long long)netns, IPFW_LAYOUT);
	return bpffs_trust(place, p->base, why);
}

int pins_explain(const struct pins *p, int error, struct why *why)
{
	if (error == -EPERM && bpffs_trust(p->base, p->directory, why))
		return error;
	return why_set(why, error, "only root can tell whether eBPF counters are attached (%s: %s)",
		       bpffs_shown(p->base), strerror(-error));
}

int pins_open_maps(const struct pins *p, int maps[MAP_COUNT])
{
	char path[256];
	int r = 0;

	for (int i = 0; i < MAP_COUNT; i++)
		maps[i] = -1;
	for (int i = 0; i < MAP_COUNT && !r; i++) {
		snprintf(path, sizeof(path), "%s/%s", p->directory, maps_names[i]);
		maps[i] = bpf_obj_get(path);
		if (maps[i] < 0)
			r = -errno;
	}
	for (int i = 0; i < MAP_COUNT && r; i++)
		if (maps[i] >= 0)
			close(maps[i]);
	return r;
}

/* The pin's path, if it is one of a link. */
static bool link_path(char path[PATH_MAX], const char *directory, const char *name)
{
	return snprintf(path, PATH_MAX, "%s/%s", directory, name) < PATH_MAX &&
	       !strncmp(name, "link_", 5);
}

int pins_link_program(int link_fd)
{
	struct bpf_link_info info = {.id = 0};
	uint32_t size = sizeof(info);
	int fd = bpf_obj_get_info_by_fd(link_fd, &info, &size)
			 ? -1
			 : bpf_prog_get_fd_by_id(info.prog_id);

	return fd < 0 ? -errno : fd;
}

size_t pins_open_programs(const struct pins *p, const char *prefix, int *programs, size_t max)
{
	DIR *d = opendir(p->directory);
	char path[PATH_MAX];
	struct dirent *e;
	size_t n = 0;

	while (d && n < max && (e = readdir(d))) {
		int fd = -1;

		if (!strncmp(e->d_name, prefix, strlen(prefix)) &&
		    link_path(path, p->directory, e->d_name))
			fd = bpf_obj_get(path);
		if (fd < 0)
			continue;
		programs[n] = pins_link_program(fd);
		n += programs[n] >= 0;
		close(fd);
	}
	if (d)
		closedir(d);
	return n;
}

static int pin(const char *directory, const char *name, int fd)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return bpf_obj_pin(fd, path) < 0 ? -errno : 0;
}

static struct timespec seal(uint64_t since_ns)
{
	return (struct timespec){since_ns / NS_PER_S, since_ns % NS_PER_S};
}

int pins_create(const struct pins *p, const struct hooks *h, uint64_t since_ns)
{
	const struct timespec times[] = {{0, UTIME_OMIT}, seal(since_ns)};
	char new[sizeof(p->directory) + 8];
	const struct held *held;
	int r = 0;

	/* Made beside and renamed, so that nobody finds half of it. No dots: bpffs refuses them. */
	snprintf(new, sizeof(new), "%s-new", p->directory);
	if ((mkdir(p->base, 0700) < 0 && errno != EEXIST) || mkdir(new, 0700) < 0)
		return -errno;
	for (int i = 0; i < MAP_COUNT && !r; i++)
		r = pin(new, maps_names[i], h->maps[i]);
	for (size_t i = 0; (held = hooks_held(h, i)) && !r; i++)
		r = pin(new, held->name, held->fd);
	if (!r && (utimensat(AT_FDCWD, new, times, 0) < 0 || rename(new, p->directory) < 0))
		r = -errno;
	return r;
}

int pins_add(const struct pins *p, const struct hooks *h, uint64_t since_ns)
{
	const struct timespec times[] = {{0, UTIME_OMIT}, seal(since_ns)};
	const struct held *held;
	int r = 0;

	for (size_t i = 0; (held = hooks_held(h, i)) && !r; i++)
		r = pin(p->directory, held->name, held->fd);
	for (size_t i = 0; (held = hooks_held(h, i)) && r; i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", p->directory, held->name);
		unlink(path);
	}
	if (utimensat(AT_FDCWD, p->directory, times, 0) < 0 && !r)
		r = -errno;
	return r;
}

/* Until the kernel no longer knows the link, or for two seconds. */
static void await_end(uint32_t link_id)
{
	const struct timespec pause = {0, 2000000};

	for (int i = 0; i < 1000; i++) {
		int fd = bpf_link_get_fd_by_id(link_id);

		if (fd < 0)
			return;
		close(fd);
		nanosleep(&pause, NULL);
	}
}

static void note_end(struct pins_ended *ended, uint32_t link_id)
{
	uint32_t *ids = realloc(ended->ids, (ended->n + 1) * sizeof(*ids));

	if (!ids)
		return await_end(link_id);
	ended->ids = ids;
	ended->ids[ended->n++] = link_id;
}

void pins_await(struct pins_ended *ended)
{
	for (size_t i = 0; i < ended->n; i++)
		await_end(ended->ids[i]);
	free(ended->ids);
	*ended = (struct pins_ended){NULL, 0, NULL};
}

/* Unpin one file; a link is detached. Returns 1 for a link, else 0 or -errno. */
static int remove_pin(const char *directory, const char *name, struct pins_ended *ended)
{
	struct bpf_link_info info = {.id = 0};
	uint32_t size = sizeof(info);
	char path[PATH_MAX];
	bool is_link = link_path(path, directory, name);
	int fd = is_link ? bpf_obj_get(path) : -1;
	int r;

	if (fd >= 0)
		bpf_obj_get_info_by_fd(fd, &info, &size);
	/* First, so that whoever is killed in between leaves nothing that looks whole. */
	r = unlink(path) < 0 ? -errno : 0;
	/* At once where the kind of link can, which those cannot that are shared; else when freed.
	 */
	if (fd >= 0 && !r)
		bpf_link_detach(fd);
	if (fd >= 0)
		close(fd);
	if (r)
		return r;
	if (info.id)
		note_end(ended, info.id);
	return is_link;
}

static int remove_directory(const char *directory, struct pins_ended *ended)
{
	DIR *d = opendir(directory);
	struct dirent *e;
	int links = 0, r = 0;

	if (!d)
		return -errno;
	while (r >= 0 && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		r = remove_pin(directory, e->d_name, ended);
		links += r > 0;
	}
	closedir(d);
	if (r >= 0 && rmdir(directory) < 0)
		r = -errno;
	return r < 0 ? r : links;
}

static void forget_end(struct pins_ended *ended, uint32_t link_id)
{
	for (size_t i = 0; i < ended->n; i++)
		if (ended->ids[i] == link_id)
			ended->ids[i--] = ended->ids[--ended->n];
}

/* Links that are pinned for other network namespaces too go on. */
static void forget_pinned(const char *directory, struct pins_ended *ended)
{
	DIR *d = opendir(directory);
	char path[PATH_MAX];
	struct dirent *e;

	while (d && (e = readdir(d))) {
		struct bpf_link_info info = {.id = 0};
		uint32_t size = sizeof(info);
		int fd = link_path(path, directory, e->d_name) ? bpf_obj_get(path) : -1;

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size))
			forget_end(ended, info.id);
		close(fd);
	}
	if (d)
		closedir(d);
}

static void forget_shared(const struct pins *p, struct pins_ended *ended)
{
	DIR *d = opendir(p->base);
	char path[PATH_MAX];
	struct dirent *e;

	while (d && ended->n && (e = readdir(d)))
		if (e->d_name[0] != '.' &&
		    snprintf(path, sizeof(path), "%s/%s", p->base, e->d_name) < PATH_MAX)
			forget_pinned(path, ended);
	if (d)
		closedir(d);
}

int pins_remove(const struct pins *p, bool all, struct pins_ended *ended)
{
	const char *name = strrchr(p->directory, '/') + 1;
	size_t common =
		all ? strlen("netns-") : strstr(name, "-layout-") - name + strlen("-layout-");
	DIR *d = opendir(p->base);
	char path[PATH_MAX];
	struct dirent *e;
	int links = 0, r = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while (r >= 0 && (e = readdir(d))) {
		if (strncmp(e->d_name, name, common) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", p->base, e->d_name);
		r = remove_directory(path, ended);
		links += r > 0 ? r : 0;
		if (r >= 0 && ended->each)
			ended->each(bpffs_shown(path), r);
	}
	closedir(d);
	dispatch_tidy(p->base);
	forget_shared(p, ended);
	if (r >= 0)
		rmdir(p->base); /* the last namespace's takes the base along */
	return r < 0 ? r : links;
}

int pins_lock_all(const struct pins *p)
{
	for (;;) {
		struct stat base;
		int fd, r;

		if (mkdir(p->base, 0700) < 0 && errno != EEXIST)
			return -errno;
		fd = bpffs_open_directory(p->base);
		r = fd < 0 ? fd : bpffs_is_own(fd) ? bpffs_lock(fd, 10000) : -EPERM;
		if (!r && !fstat(fd, &base) && base.st_nlink)
			return fd;
		if (fd >= 0)
			close(fd);
		/* Who had it took the directory away: others lock the one in its place. */
		if (r && r != -ENOENT)
			return r;
	}
}

int pins_open_records(const struct pins *p)
{
	int fd = bpffs_open_directory(p->directory);

	if (fd < 0 || bpffs_is_own(fd))
		return fd;
	close(fd); /* the base was not there when it was looked at */
	return -EPERM;
}

bool pins_whole(int fd, uint64_t since_ns)
{
	struct timespec made = seal(since_ns);
	struct stat directory;

	return !fstat(fd, &directory) && directory.st_nlink &&
	       directory.st_mtim.tv_sec == made.tv_sec && directory.st_mtim.tv_nsec == made.tv_nsec;
}

int pins_lock_records(int fd)
{
	return bpffs_lock(fd, 1000);
}

void pins_unlock_records(int fd)
{
	flock(fd, LOCK_UN);
}
