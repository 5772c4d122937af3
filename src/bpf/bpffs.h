/* SPDX-License-Identifier: MIT */
/*
 * bpffs: the file system of pins: where it is, and what in it may be believed. Where it is mounted
 * as the kernel does by default, anybody may make files in it.
 */
#ifndef IPFW_BPF_BPFFS_H
#define IPFW_BPF_BPFFS_H

#include <stdbool.h>

#include "base/why.h"

#define BPFFS_PATH_MAX 64

/*
 * Find where bpffs is for this process. `may_mount`: mount it if nobody has. Returns 0; or -ENOENT
 * and a sentence in `why`.
 */
int bpffs_find(char place[BPFFS_PATH_MAX], bool may_mount, struct why *why);

/* A path in it as people know it: without the way by another process's root. */
const char *bpffs_shown(const char *path);

/*
 * Refuse a directory `base` of bpffs at `place` that somebody else made or can change: a link, or
 * one that neither root nor we own, or that others may write to or take away. Returns 0, also if
 * there is none; or -EPERM and a sentence in `why`.
 */
int bpffs_trust(const char *place, const char *base, struct why *why);

/* The same for one that is open: nobody but its owner, root or us, may write to it. */
bool bpffs_is_own(int fd);

/* Open a directory; a link is none. Returns a descriptor or -errno. */
int bpffs_open_directory(const char *path);

/*
 * Lock it, but do not wait for ever: the one who holds it may have been stopped. Returns 0; -EBUSY:
 * somebody still holds it; or another -errno.
 */
int bpffs_lock(int fd, int patience_ms);

#endif
