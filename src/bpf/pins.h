/* SPDX-License-Identifier: MIT */
/*
 * pins: counters that outlive the process, as pins below bpffs: one directory for each
 * network namespace, /sys/fs/bpf/ipfwagent/netns-INODE/, with the maps, the links and the number of
 * the layout in the name of a directory within.
 */
#ifndef IPFW_BPF_PINS_H
#define IPFW_BPF_PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "bpf/counters.h"
#include "bpf/hooks.h"

struct pins {
	char base[128];      /* .../ipfwagent */
	char directory[192]; /* this namespace's, for this layout; it need not exist */
};

/*
 * Find where the pins of the calling thread's network namespace are. `may_mount`: mount bpffs if
 * nobody has. Returns 0 or -errno and a sentence in `why`.
 */
int pins_locate(struct pins *p, bool may_mount, struct why *why);

/* Why they cannot be opened, after -EACCES or -EPERM. Returns `error` and a sentence in `why`. */
int pins_explain(const struct pins *p, int error, struct why *why);

/* Open the pinned maps of this layout. -ENOENT: there are none. The caller closes them. */
int pins_open_maps(const struct pins *p, int maps[MAP_COUNT]);

/* The program of a link: a descriptor, which the caller closes, or -errno. */
int pins_link_program(int link_fd);

/*
 * Open the programs of the pinned links whose pins begin with `prefix`. Returns how many; the
 * caller closes them.
 */
size_t pins_open_programs(const struct pins *p, const char *prefix, int *programs, size_t max);

/*
 * Pin the hooks' maps and links: afterwards all are there or none. `since_ns` (CLOCK_REALTIME)
 * becomes the directory's time, which changes when somebody takes one away. Returns 0 or -errno.
 */
int pins_create(const struct pins *p, const struct hooks *h, uint64_t since_ns);

/* Pin the hooks' links beside the others, as if from the beginning; with both locks below. */
int pins_add(const struct pins *p, const struct hooks *h, uint64_t since_ns);

/* Links that were detached, which the kernel lets go of later. */
struct pins_ended {
	uint32_t *ids;
	size_t n;
	counters_detached *each; /* NULL: nobody wants to know */
};

/*
 * Detach what is pinned for this namespace, of whichever layout, or with `all` for every one.
 * Returns the number of links that ended, or -errno. Also after a failure pins_await() waits until
 * the kernel has let go of what ended, and clears that: do so without the lock.
 */
int pins_remove(const struct pins *p, bool all, struct pins_ended *ended);
void pins_await(struct pins_ended *ended);

/*
 * One process at a time may change pins, of whichever namespace: hold this while files move and no
 * longer, not while programs are loaded or links end. Returns a descriptor to close, or -errno;
 * -EBUSY: somebody has held it for ten seconds.
 */
int pins_lock_all(const struct pins *p);

/*
 * And one at a time the records beside the counters of this namespace. The descriptor stays good
 * for a process that has given up its privileges. Locking returns 0; -EBUSY: somebody has held it
 * for a second; another -errno.
 */
int pins_open_records(const struct pins *p);
bool pins_whole(int fd, uint64_t since_ns); /* false: some are gone, or all */
int pins_lock_records(int fd);
void pins_unlock_records(int fd);

#endif
