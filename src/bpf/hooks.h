/* SPDX-License-Identifier: MIT */
/*
 * hooks: the hook sets; loading and attaching one of them, all of it or nothing.
 */
#ifndef IPFW_BPF_HOOKS_H
#define IPFW_BPF_HOOKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "bpf/dispatch.h"
#include "bpf/fast_hook.h"
#include "bpf/maps.h"
#include "model/snapshot.h"

#define HOOKS_LINKS_MAX 24

/*
 * No two programs of a network namespace may have the same priority: the hooks move aside a little.
 * So many sets of counters there can be at once.
 */
#define HOOKS_PRIORITY_TRIES 16

#define DROPS_PROGRAM "dropped" /* the program of drop_hook.h */
#define DROPS_LINK    "link_" DROPS_PROGRAM
#define FAST_LINK     "link_" FAST_PREFIX /* those of fast_hook.h begin with it */

struct bpf_object;

struct hooks {
	enum hooks_id id;
	struct bpf_object *object; /* owns the maps' descriptors */
	struct bpf_object *drops;  /* NULL: what is dropped is not counted */
	int drops_error;           /* and why not, -errno */
	struct bpf_object *fast;   /* NULL: what flowtables forward is not counted */
	int fast_error;            /* and why not, -errno */
	int maps[MAP_COUNT];
	struct held links[HOOKS_LINKS_MAX]; /* of programs of its own */
	size_t n_links;
	const char *base; /* NULL: none are shared; else as in hooks_open() */
	struct dispatch shared[DISPATCH_GROUPS];
};

/*
 * Attach the hook set `wanted`, or with HOOKS_NONE the first that works, to the calling thread's
 * network namespace. With a directory of pins, `base`, hooks that see all network namespaces are
 * shared by all that have pins in it: programs are made ready for them, and count from hooks_put()
 * and hooks_begin() on. Returns 0; -errno of the last refused set, with what was refused and why in
 * `why`. The caller calls hooks_close(), and keeps `base` until then.
 */
int hooks_open(struct hooks *h, enum hooks_id wanted, const char *base, struct why *why);

/*
 * Count in `h->maps` what flowtables forward, if there can be any: load what that takes, and if it
 * is not shared attach it. Where h->fast_error says why not, there is nothing to attach.
 * hooks_open() has tried it.
 */
void hooks_load_fast(struct hooks *h);
void hooks_attach_fast(struct hooks *h);

/*
 * With the lock on all pins: put programs where shared hooks go on, which changes nothing yet; then
 * let them count. Each returns 0 or -errno: what can be done without is given up, as in
 * hooks_open().
 */
int hooks_put(struct hooks *h);
int hooks_begin(const struct hooks *h);

/* What is to be pinned besides the maps, by a number from 0; NULL: there is no more. */
const struct held *hooks_held(const struct hooks *h, size_t number);

/* Close the descriptors; links that are not pinned end. Accepts an object that failed to open. */
void hooks_close(struct hooks *h);

/* Duplicates of the programs' descriptors. Returns how many; the caller closes them. */
size_t hooks_programs(const struct hooks *h, int *programs, size_t max);

/*
 * A number for the eBPF object of that set and for where its programs go: differs between versions
 * that may count differently, see bpf/object_hash.h.
 */
uint64_t hooks_object_hash(enum hooks_id id);

#endif
