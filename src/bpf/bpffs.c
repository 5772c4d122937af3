/* SPDX-License-Identifier: MIT */
#include "bpf/bpffs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define BPFFS "/sys/fs/bpf"

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	/* Its type is another one on each kind of machine. */
	return !statfs(path, &fs) && (uint32_t)fs.f_type == BPF_FS_MAGIC;
}

int bpffs_lock(int fd, int patience_ms)
{
	const struct timespec pause = {0, 1000000};
	int r = -EWOULDBLOCK;

	for (int i = 0; i < patience_ms && r == -EWOULDBLOCK; i++) {
		if (i)
			nanosleep(&pause, NULL);
		r = flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
	}
	return r == -EWOULDBLOCK ? -EBUSY : r;
}

int bpffs_open_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Only its owner and root may write there, and the owner is either of them. */
static bool is_own(const struct stat *st)
{
	return S_ISDIR(st->st_mode) && !(st->st_mode & 022) &&
	       (st->st_uid == 0 || st->st_uid == geteuid());
}

bool bpffs_is_own(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && is_own(&st);
}

const char *bpffs_shown(const char *path)
{
	const char *shown = strstr(path, BPFFS);

	return shown ? shown : path;
}

int bpffs_trust(const char *place, const char *base, struct why *why)
{
	struct stat parent, st;

	if (lstat(base, &st))
		return 0; /* there is none, or none to be seen: who opens it is told why */
	if (is_own(&st) && !stat(place, &parent) && (is_own(&parent) || parent.st_mode & S_ISVTX))
		return 0;
	return why_set(why, -EPERM,
		       "%s is not trusted: it must be a directory of root's that only root may "
		       "write to",
		       bpffs_shown(base));
}

/*
 * One at a time: whoever mounted a second one over the first would hide the pins that are in it
 * already. Anybody can hold that lock, so it is done without it, too.
 */
static bool mount_bpffs(void)
{
	int fd = bpffs_open_directory(BPFFS);
	bool mounted;

	if (fd >= 0)
		bpffs_lock(fd, 10000);
	mounted = is_bpffs(BPFFS) || !mount("bpf", BPFFS, "bpf", 0, "mode=0700");
	if (fd >= 0)
		close(fd);
	return mounted;
}

static pid_t parent_of(pid_t pid)
{
	char path[64], line[512] = "";
	const char *rest;
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f) && (rest = strrchr(line, ')')))
		sscanf(rest, ") %*c %d", &parent);
	fclose(f);
	return parent;
}

/*
 * Where bpffs is, for this process: "ip netns exec" mounts a fresh /sys over it, but the shell that
 * it was called from has the old one. `hidden`: an ancestor lives in another mount namespace.
 */
static bool find(char place[BPFFS_PATH_MAX], bool *hidden)
{
	struct stat ours, theirs;
	char path[64];

	snprintf(place, BPFFS_PATH_MAX, BPFFS);
	*hidden = false;
	if (is_bpffs(place))
		return true;
	if (stat("/proc/thread-self/ns/mnt", &ours) < 0)
		return false;
	for (pid_t pid = getppid(); pid > 0; pid = parent_of(pid)) {
		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
		if (stat(path, &theirs) < 0 || theirs.st_ino == ours.st_ino)
			continue;
		*hidden = true;
		snprintf(place, BPFFS_PATH_MAX, "/proc/%d/root" BPFFS, pid);
		if (is_bpffs(place))
			return true;
	}
	return false;
}

int bpffs_find(char place[BPFFS_PATH_MAX], bool may_mount, struct why *why)
{
	bool hidden, found = find(place, &hidden);

	if (!found && !hidden && may_mount)
		found = mount_bpffs();
	if (found)
		return 0;
	return why_set(why, -ENOENT, "%s",
		       hidden ? BPFFS " is hidden here: use --netns instead of ip netns exec"
			      : "no eBPF counters are attached: no bpffs is mounted at " BPFFS);
}
