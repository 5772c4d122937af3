/* SPDX-License-Identifier: MIT */
#include "bpf/counters.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/bpffs.h"
#include "bpf/drop_hook.h"
#include "bpf/error.h"
#include "bpf/hooks.h"
#include "bpf/info.h"
#include "bpf/late.h"
#include "bpf/maps.h"
#include "bpf/owners.h"
#include "bpf/pins.h"
#include "bpf/skipped.h"

struct counters {
	struct pins pins;
	bool pinned;        /* the maps are those of the pins, and so is `hooks` empty */
	struct hooks hooks; /* the process's own */
	int maps[MAP_COUNT];
	struct skipped skipped;
	int records;        /* pinned: descriptor to lock from sample to fill; -1 */
	bool may_attach;    /* to these, what they lack */
	bool had_module;    /* that of flowtables, when it was last looked for */
	uint64_t sealed_ns; /* pinned: with this pins_whole() knows whether they all are there */
	struct maps_arrays arrays;
	struct maps_counts counts;
	struct owners book;
};

static void close_pinned(struct counters *b)
{
	for (int i = 0; i < MAP_COUNT && b->pinned; i++)
		close(b->maps[i]);
	if (b->records >= 0)
		close(b->records);
	b->records = -1;
	b->pinned = false;
}

/* Under the lock: whoever adds pins gives the directory another time for a moment. */
static bool is_whole(const struct counters *b, const struct ipfw_info *info)
{
	int locked = pins_lock_records(b->records);
	bool whole = pins_whole(b->records, info->since_wall_ns);

	if (!locked)
		pins_unlock_records(b->records);
	return whole;
}

/* Open the pinned maps. -ESTALE: they are there, but made by another version or for another. */
static int open_pinned(struct counters *b, enum hooks_id wanted, bool same_version)
{
	struct ipfw_info info = {.since_wall_ns = 0};
	int r = pins_open_records(&b->pins); /* first: it also tells whether there are any */
	bool whole;

	if (r < 0)
		return r;
	b->records = r;
	r = pins_open_maps(&b->pins, b->maps);
	b->pinned = !r;
	if (!r)
		r = maps_fit(b->maps) ? info_read(b->maps, &info) : -ESTALE;
	whole = !r && is_whole(b, &info);
	if (!r && (info.netns_cookie != info_netns_cookie() || info.hooks >= HOOKS_COUNT ||
		   (wanted != HOOKS_NONE && wanted != info.hooks) ||
		   (same_version && info.object_hash != hooks_object_hash(info.hooks)) || !whole))
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

/* `base`: see hooks_open(). */
static int attach_own(struct counters *b, enum hooks_id hooks, const char *base, struct why *why)
{
	int r = hooks_open(&b->hooks, hooks, base, why);

	if (r)
		return r;
	memcpy(b->maps, b->hooks.maps, sizeof(b->maps));
	r = info_begin(&b->hooks);
	return r ? refuse(why, r, "eBPF map") : 0;
}

/* Pin the process's own hooks in the place of what is pinned; the lock is held. */
static int replace_pinned(struct counters *b, struct pins_ended *ended)
{
	struct ipfw_info info;
	int r = hooks_put(&b->hooks);

	if (!r)
		r = pins_remove(&b->pins, false, ended);
	/* Nobody has read them yet: they begin when the old ones are not shown any more. */
	if (r >= 0)
		r = info_begin(&b->hooks);
	if (!r)
		r = hooks_begin(&b->hooks);
	if (!r)
		r = info_read(b->hooks.maps, &info);
	if (!r)
		r = pins_create(&b->pins, &b->hooks, info.since_wall_ns);
	if (!r)
		r = open_pinned(b, HOOKS_NONE, true);
	if (r < 0) {
		hooks_close(&b->hooks); /* to remove takes descriptors, which may be what lacks */
		pins_remove(&b->pins, false, ended); /* not half of it, nor what was refused */
	}
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
	r = attach_own(b, hooks, b->pins.base, why);
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

	info_read(b->maps, &info);
	*out = (struct attachment){.hooks = info.hooks, .since = owners_since(&info)};
	if (info.drops_error)
		why_set(&out->drops, info.drops_error, "%s", drop_hook_reason(info.drops_error));
	if (info.fast_error)
		why_set(&out->fast_path, info.fast_error, "%s", fast_hook_reason(info.fast_error));
	if (b->pinned)
		snprintf(out->directory, sizeof(out->directory), "%s",
			 bpffs_shown(b->pins.directory));
}

static void find_skipped(struct counters *b)
{
	struct ipfw_info info;

	skipped_close(&b->skipped);
	if (!info_read(b->maps, &info))
		skipped_open(&b->skipped, b->pinned ? &b->pins : NULL, &b->hooks, &info);
}

bool counters_follow(struct counters *b)
{
	bool has_module = fast_hook_has_module(), is_new = has_module && !b->had_module;
	struct ipfw_info info;
	int r;

	b->had_module = has_module;
	if (!b->may_attach || !is_new || info_read(b->maps, &info) || !info.fast_error)
		return false;
	r = b->pinned ? late_attach_pinned(&b->pins, b->records, b->maps, b->sealed_ns)
		      : late_attach_own(&b->hooks);
	if (!r)
		find_skipped(b);
	return !r;
}

/* Write in the record what `change` makes of it; with the lock. */
static int change_info(struct counters *b, void (*change)(struct ipfw_info *info, int64_t to),
		       int64_t to)
{
	struct ipfw_info info;
	int r = b->pinned ? pins_lock_records(b->records) : 0;

	if (r)
		return r;
	r = info_read(b->maps, &info);
	if (!r) {
		change(&info, to);
		r = info_write(b->maps, &info);
	}
	counters_drop(b);
	return r;
}

static void count_from_begin(struct ipfw_info *info, int64_t to)
{
	(void)to;
	info->fast_since_ns = info->since_ns;
}

void counters_none_bypassed(struct counters *b)
{
	change_info(b, count_from_begin, 0);
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
			r = attach_own(b, hooks, NULL, why);
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
	find_skipped(b);
	b->may_attach = attach == BPF_ATTACH_PINNED || !b->pinned;
	*out = b;
	return 0;
}

void counters_close(struct counters *b)
{
	if (!b)
		return;
	counters_drop(b);
	skipped_close(&b->skipped);
	maps_arrays_close(&b->arrays);
	close_pinned(b);
	hooks_close(&b->hooks);
	maps_counts_clear(&b->counts);
	owners_clear(&b->book);
	free(b);
}

void counters_drop(struct counters *b)
{
	if (b->records >= 0)
		pins_unlock_records(b->records);
}

int counters_begin(struct counters *b, struct why *why)
{
	int r = b->pinned ? pins_lock_records(b->records) : 0;

	if (b->pinned && !r && !pins_whole(b->records, b->sealed_ns)) {
		counters_drop(b);
		r = -ENOENT;
	}
	if (r == -ENOENT)
		return why_set(why, r, "%s: the eBPF counters were detached",
			       bpffs_shown(b->pins.directory));
	return r ? refuse(why, r, b->pins.directory) : 0;
}

static int end_read(struct counters *b, int error, struct why *why)
{
	if (error)
		counters_drop(b);
	return error ? refuse(why, error, "eBPF maps") : 0;
}

int counters_read_rows(struct counters *b, struct why *why)
{
	int r = owners_read(&b->book, b->maps);

	if (!r)
		r = maps_read_rows(b->maps, &b->arrays, &b->counts);
	if (!r)
		skipped_add(&b->skipped, b->counts.missed);
	return end_read(b, r, why);
}

int counters_read_ifs(struct counters *b, struct why *why)
{
	return end_read(b, maps_read_ifs(b->maps, &b->arrays, &b->counts), why);
}

int counters_fill(struct counters *b, struct snapshot *s, const struct devices *devices,
		  struct why *why)
{
	int r = owners_fill(&b->book, b->maps, &b->arrays, &b->counts, devices, s);

	table_clear(&b->counts.ifs); /* half as large as the rows that were filled */
	counters_drop(b);
	return r ? refuse(why, r, "eBPF records") : 0;
}

bool counters_count_again(struct counters *b, const struct snapshot *s, struct peak_counts *out)
{
	counters_drop(b);
	return owners_count_again(&b->book, &b->counts, s, out);
}

bool counters_readable(const struct counters *b)
{
	struct ipfw_info info;

	return !info_read(b->maps, &info);
}

int64_t counters_memo(const struct counters *b)
{
	struct ipfw_info info = {.memo = 0};

	info_read(b->maps, &info);
	return info.memo;
}

static void put_memo(struct ipfw_info *info, int64_t to)
{
	info->memo = to;
}

int counters_set_memo(struct counters *b, int64_t memo)
{
	return change_info(b, put_memo, memo);
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
