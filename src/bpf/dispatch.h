/* SPDX-License-Identifier: MIT */
/*
 * dispatch: hooks that see all network namespaces, attached once for all that have pinned counters.
 *
 * At such a hook a program of ours looks up the packet's network namespace in a hash, `slots`, and
 * goes on in the program that this namespace has at that place of the hook's table. The hash, the
 * tables and the links are pinned in the directory of every namespace that uses them, so they last
 * as long as one does, and whoever comes later finds them there. They are used by programs of other
 * versions too: only those of another dispatch object have others.
 *
 * What is in a slot goes on running when a directory is removed by hand, until pins change the next
 * time (dispatch_tidy()). It counts in maps that nobody reads any more.
 *
 * The kernel skips such a program where it interrupts itself. It does not say for which namespace.
 */
#ifndef IPFW_BPF_DISPATCH_H
#define IPFW_BPF_DISPATCH_H

#include <stddef.h>
#include <stdint.h>

struct bpf_object;

enum dispatch_group { DISPATCH_FENTRY, DISPATCH_DROPS, DISPATCH_FAST, DISPATCH_GROUPS };

#define DISPATCH_PROGRAMS 11
#define DISPATCH_HELD     (1 + 2 * DISPATCH_PROGRAMS) /* slots; then of each a table and a link */

/* What is to be pinned, and by which name. */
struct held {
	int fd;
	char name[40];
};

/* A group of such hooks; {0}: none. */
struct dispatch {
	struct bpf_object *object; /* NULL: none of this is open */
	enum dispatch_group group;
	struct held
		held[1 + 2 * DISPATCH_PROGRAMS]; /* slots; then of each program table and link */
	size_t n_held;
	uint32_t slot;
};

/*
 * Open what is pinned of the group in a directory below `base`, or else load and attach it. Returns
 * 0 or -errno; the caller calls dispatch_close(), which accepts {0}.
 */
int dispatch_open(struct dispatch *d, enum dispatch_group group, const char *base);
void dispatch_close(struct dispatch *d);

/*
 * The rest is for who holds the lock on all pins.
 *
 * After dispatch_tidy(), dispatch_put() gives the programs of that object, which have the names of
 * the hooks' own, a slot, and takes what is pinned now in place of what this process attached. It
 * changes nothing yet for anybody. dispatch_begin() makes it the slot of a network namespace: all
 * of the programs count from then on. Each returns 0 or -errno.
 */
int dispatch_put(struct dispatch *d, const struct bpf_object *programs, const char *base);
int dispatch_begin(const struct dispatch *d, uint32_t netns);

/* Empty all slots of network namespaces in whose directory what they belong to is not pinned. */
void dispatch_tidy(const char *base);

#endif
