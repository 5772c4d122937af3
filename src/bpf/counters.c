/* SPDX-License-Identifier: MIT */
#include "bpf/counters.h"

#include <asm/socket.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "bpf/bpffs.h"
#include "bpf/drop_hook.h"
#include "bpf/error.h"
#include "bpf/hooks.h"
#include "bpf/maps.h"
#include "bpf/owners.h"
#include "bpf/pins.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

struct counters {
	struct pins pins;
	bool pinned;        /* the maps are those of the pins, and so is `hooks` empty */
	struct hooks hooks; /* the process's own */
	int maps[MAP_COUNT];
	int programs[HOOKS_LINKS_MAX]; /* of fentry: they know how often they were skipped */
	size_t n_programs;
	int records;        /* pinned: descriptor to lock from sample to fill; -1 */
	uint64_t sealed_ns; /* pinned: with this pins_whole() knows whether they all are there */
	struct maps_arrays arrays;
	struct maps_counts counts;
	struct owners book;
};

/* A number that no other network namespace ever has; 0: the kernel gives none (before 5.14). */
static uint64_t netns_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size);
		close(fd);
	}
	return cookie;
}

static int read_info(const int *maps, struct ipfw_info *info)
{
	const uint32_t zero = 0;

	return bpf_map_lookup_elem(maps[MAP_INFO], &zero, info);
}

/* Note in the fresh counters what they are. */
static int begin(const struct hooks *h)
{
	const uint32_t zero = 0;
	const struct ipfw_info info = {
		.since_ns = clock_ns(CLOCK_MONOTONIC),
		.since_boot_ns = clock_ns(CLOCK_BOOTTIME),
		.since_wall_ns = clock_ns(CLOCK_REALTIME),
		.netns_cookie = netns_cookie(),
		.object_hash = hooks_object_hash(h->id),
		.hooks = h->id,
		.drops_error = h->drops_error,
	};
	int r = maps_begin(h->maps);

	return r ? r : bpf_map_update_elem(h->maps[MAP_INFO], &zero, &info, BPF_ANY);
}

static void close_pinned(struct counters *b)
{
	for (int i = 0; i < MAP_COUNT && b->pinned; i++)
		close(b->maps[i]);
	if (b->records >= 0)
		close(b->records);
	b->records = -1;
	b->pinned = false;
}

/* Open the pinned maps. -ESTALE: they are there, but made by another version or for another. */
static int open_pinned(struct counters *b, enum hooks_id wanted, bool same_version)
{
	struct ipfw_info info = {.since_wall_ns = 0};
	int r = pins_open_records(&b->pins); /* first: it also tells whether there are any */

	if (r < 0)
		return r;
	b->records = r;
	r = pins_open_maps(&b->pins, b->maps);
	b->pinned = !r;
	if (!r)
		r = maps_fit(b->maps) ? read_info(b->maps, &info) : -ESTALE;
	if (!r && (info.netns_cookie != netns_cookie() || info.hooks >= HOOKS_COUNT ||
		   (wanted != HOOKS_NONE && wanted != info.hooks) ||
		   (same_version && info.object_hash != hooks_object_hash(info.hooks)) ||
		   !pins_whole(b->records, info.since_wall_ns)))
		r = -ESTALE;
	b->sealed_ns = info.since_wall_ns;
	if (r)
		close_pinned(b);
	return r;
}

/* As why_errno(), with the errors of eBPF. */
static int refuse(struct why *why, int error, const char *what)
{
	return why_set(why, error, "%s: %s", bpffs_shown(what), bpf_error_text(error));
}

static int attach_own(struct counters *b, enum hooks_id hooks, struct why *why)
{
	int r = hooks_open(&b->hooks, hooks, why);

	if (r)
		return r;
	memcpy(b->maps, b->hooks.maps, sizeof(b->maps));
	r = begin(&b->hooks);
	return r ? refuse(why, r, "eBPF map") : 0;
}

/* Pin the process's own hooks in the place of what is pinned; the lock is held. */
static int replace_pinned(struct counters *b, struct pins_ended *ended)
{
	struct ipfw_info info;
	int r = pins_remove(&b->pins, false, ended);

	/* Nobody has read them yet: they begin when the old ones are not shown any more. */
	if (r >= 0)
		r = begin(&b->hooks);
	if (!r)
		r = read_info(b->hooks.maps, &info);
	if (!r)
		r = pins_create(&b->pins, &b->hooks, info.since_wall_ns);
	if (!r)
		r = open_pinned(b, HOOKS_NONE, true);
	if (r < 0)
		pins_remove(&b->pins, false, ended); /* not half of it, and none that was refused */
	return r;
}

/* Attach and pin, or adopt what is pinned. */
static int attach_pinned(struct counters *b, enum hooks_id hooks, struct why *why)
{
	struct pins_ended ended = {NULL, 0, NULL};
	int lock, r = open_pinned(b, hooks, true);

	if (!r)
		return 0;
	/* First, so that what counts goes on where that is refused, and nobody waits for it. */
	r = attach_own(b, hooks, why);
	if (r)
		return r;
	lock = pins_lock_all(&b->pins);
	if (lock == -EACCES && geteuid() != 0)
		return why_set(why, lock, "%s: only root can pin eBPF counters",
			       bpffs_shown(b->pins.base));
	if (lock < 0)
		return refuse(why, lock, b->pins.base);
	r = open_pinned(b, hooks, true); /* another process may have been faster */
	if (r)
		r = replace_pinned(b, &ended);
	if (r)
		refuse(why, r, b->pins.directory);
	close(lock);
	hooks_close(&b->hooks);
	pins_await(&ended);
	return r;
}

static int explain_missing(const struct counters *b, int error, struct why *why)
{
	if (error == -ENOENT)
		return why_set(why, error,
			       "no eBPF counters are attached in this network namespace "
			       "(ipfwagent attach)");
	if (error == -ESTALE)
		return why_set(why, error,
			       "the eBPF counters attached here are not the wanted ones "
			       "(ipfwagent attach replaces them)");
	if (error == -EACCES || error == -EPERM)
		return pins_explain(&b->pins, error, why);
	return refuse(why, error, b->pins.directory);
}

void counters_describe(const struct counters *b, struct attachment *out)
{
	struct ipfw_info info = {.hooks = HOOKS_NONE};

	read_info(b->maps, &info);
	*out = (struct attachment){.hooks = info.hooks, .since = owners_since(&info)};
	if (info.drops_error)
		why_set(&out->drops, info.drops_error, "%s", drop_hook_reason(info.drops_error));
	if (b->pinned)
		snprintf(out->directory, sizeof(out->directory), "%s",
			 bpffs_shown(b->pins.directory));
}

/* The programs that the kernel may skip, and which know how often: those of tracing. */
static void find_programs(struct counters *b)
{
	struct ipfw_info info;

	if (read_info(b->maps, &info) || (info.hooks != HOOKS_FENTRY && info.drops_error))
		return;
	if (b->pinned)
		b->n_programs = pins_open_programs(
			&b->pins, info.hooks == HOOKS_FENTRY ? "link_" : DROPS_LINK, b->programs,
			HOOKS_LINKS_MAX);
	else
		b->n_programs = hooks_programs(&b->hooks, b->programs, HOOKS_LINKS_MAX);
}

int counters_open(struct counters **out, enum hooks_id hooks, enum bpf_attach attach,
		  struct why *why)
{
	struct counters *b = calloc(1, sizeof(*b));
	int r;

	*out = NULL;
	if (!b)
		return why_errno(why, -ENOMEM, NULL);
	b->records = -1;
	r = pins_locate(&b->pins, attach == BPF_ATTACH_PINNED, why);
	if (!r && attach == BPF_ATTACH_PINNED) {
		r = attach_pinned(b, hooks, why);
	} else {
		if (!r) {
			r = open_pinned(b, hooks, false);
			if (r)
				explain_missing(b, r, why);
		}
		if (r && attach == BPF_ATTACH_OWN)
			r = attach_own(b, hooks, why);
	}
	if (!r) {
		r = maps_arrays_open(b->maps, &b->arrays);
		if (r)
			refuse(why, r, "eBPF maps");
	}
	if (r) {
		counters_close(b);
		return r;
	}
	find_programs(b);
	*out = b;
	return 0;
}

void counters_close(struct counters *b)
{
	if (!b)
		return;
	counters_drop(b);
	for (size_t i = 0; i < b->n_programs; i++)
		close(b->programs[i]);
	maps_arrays_close(&b->arrays);
	close_pinned(b);
	hooks_close(&b->hooks);
	maps_counts_clear(&b->counts);
	owners_clear(&b->book);
	free(b);
}

/* Packets for which the kernel skipped a program: it does not run within itself. */
static void add_skipped(const struct counters *b, uint64_t missed[IPFW_MISSED])
{
	for (size_t i = 0; i < b->n_programs; i++) {
		struct bpf_prog_info info = {.type = 0};
		uint32_t size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(b->programs[i], &info, &size))
			missed[strcmp(info.name, DROPS_PROGRAM) ? IPFW_MISSED_IF
								: IPFW_MISSED_DROP] +=
				info.recursion_misses;
	}
}

void counters_drop(struct counters *b)
{
	if (b->records >= 0)
		pins_unlock_records(b->records);
}

int counters_sample(struct counters *b, struct why *why)
{
	int r;

	if (b->pinned) {
		r = pins_lock_records(b->records);
		if (!r && !pins_whole(b->records, b->sealed_ns)) {
			counters_drop(b);
			r = -ENOENT;
		}
		if (r == -ENOENT)
			return why_set(why, r, "%s: the eBPF counters were detached",
				       bpffs_shown(b->pins.directory));
		if (r)
			return refuse(why, r, b->pins.directory);
	}
	r = maps_read_counts(b->maps, &b->arrays, &b->counts);
	if (!r)
		r = owners_read(&b->book, b->maps);
	if (r) {
		counters_drop(b);
		return refuse(why, r, "eBPF maps");
	}
	add_skipped(b, b->counts.missed);
	return 0;
}

int counters_fill(struct counters *b, struct snapshot *s, struct why *why)
{
	int r = owners_fill(&b->book, b->maps, &b->arrays, &b->counts, s);

	counters_drop(b);
	return r ? refuse(why, r, "eBPF records") : 0;
}

bool counters_readable(const struct counters *b)
{
	struct ipfw_info info;

	return !read_info(b->maps, &info);
}

int64_t counters_memo(const struct counters *b)
{
	struct ipfw_info info = {.memo = 0};

	read_info(b->maps, &info);
	return info.memo;
}

int counters_set_memo(struct counters *b, int64_t memo)
{
	const uint32_t zero = 0;
	struct ipfw_info info;
	int r = b->pinned ? pins_lock_records(b->records) : 0;

	if (r)
		return r;
	r = read_info(b->maps, &info);
	if (!r) {
		info.memo = memo;
		r = bpf_map_update_elem(b->maps[MAP_INFO], &zero, &info, BPF_ANY);
	}
	counters_drop(b);
	return r;
}

int counters_detach(bool all, counters_detached *each, struct why *why)
{
	struct pins_ended ended = {NULL, 0, each};
	struct pins pins;
	int lock, r;

	r = pins_locate(&pins, false, why);
	if (r)
		return r == -ENOENT ? 0 : r;
	lock = pins_lock_all(&pins);
	r = lock < 0 ? lock : pins_remove(&pins, all, &ended);
	if (r < 0)
		refuse(why, r, pins.base);
	if (lock >= 0)
		close(lock);
	pins_await(&ended);
	return r;
}

void counters_try(struct attachment *out)
{
	for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT; id++) {
		struct why *why = &out->verdicts[id].why;
		struct hooks h;

		out->verdicts[id].works = !hooks_open(&h, id, why);
		if (!out->verdicts[id].works)
			continue;
		hooks_close(&h);
		why_set(why, 0, "%s: works here", snapshot_hooks_names[id]);
	}
	out->tried = true;
}
