/* SPDX-License-Identifier: MIT */
#include "bpf/dispatch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/object_hash.h"
#include "ipfw_shared.h"

static const unsigned char fentry_object[] __attribute__((aligned(8))) = {
#include "fentry_dispatch.bpf.inc"
};
static const unsigned char drops_object[] __attribute__((aligned(8))) = {
#include "drops_dispatch.bpf.inc"
};
static const unsigned char fastpath_object[] __attribute__((aligned(8))) = {
#include "fastpath_dispatch.bpf.inc"
};

static const struct {
	const char *name;
	const unsigned char *object;
	size_t size;
} groups[DISPATCH_GROUPS] = {
	[DISPATCH_FENTRY] = {"fentry", fentry_object, sizeof(fentry_object)},
	[DISPATCH_DROPS] = {"drops", drops_object, sizeof(drops_object)},
	[DISPATCH_FAST] = {"fast", fastpath_object, sizeof(fastpath_object)},
};

#define SLOTS "slots_"

static void forget_held(struct dispatch *d)
{
	for (size_t i = 0; i < d->n_held; i++)
		d->held[i].fd = -1;
}

/* Names of pins: which object the group is of is in that of its slots. */
static int name_held(struct dispatch *d)
{
	const char *group = groups[d->group].name;
	struct bpf_program *p;

	d->n_held = 0;
	snprintf(d->held[d->n_held++].name, sizeof(d->held[0].name), SLOTS "%s_%016llx", group,
		 (unsigned long long)bpf_hash_object(groups[d->group].object,
						     groups[d->group].size));
	bpf_object__for_each_program(p, d->object)
	{
		if (d->n_held + 2 > DISPATCH_HELD)
			return -E2BIG;
		snprintf(d->held[d->n_held++].name, sizeof(d->held[0].name), "table_%s_%s", group,
			 bpf_program__name(p));
		snprintf(d->held[d->n_held++].name, sizeof(d->held[0].name), "link_%s",
			 bpf_program__name(p));
	}
	forget_held(d);
	return 0;
}

static void close_held(struct dispatch *d)
{
	for (size_t i = 0; i < d->n_held; i++)
		if (d->held[i].fd >= 0)
			close(d->held[i].fd);
	forget_held(d);
}

void dispatch_close(struct dispatch *d)
{
	if (d->object)
		close_held(d);
	bpf_object__close(d->object); /* accepts NULL */
	d->object = NULL;
}

/* The network namespace whose pins a directory has, by its name; 0: it is none of these. */
static uint32_t netns_of(const char *name)
{
	unsigned netns = 0, layout;
	int end = 0;

	if (sscanf(name, "netns-%u-layout-%u%n", &netns, &layout, &end) < 2 || name[end])
		return 0;
	return netns;
}

static int open_pin(const char *directory, const char *name)
{
	char path[PATH_MAX];
	int fd = snprintf(path, sizeof(path), "%s/%s", directory, name) < PATH_MAX
			 ? bpf_obj_get(path)
			 : -1;

	return fd < 0 ? -errno : fd;
}

/* Open all of it that a directory has. Returns 0; -ENOENT: it lacks some; or another -errno. */
static int open_pinned_in(struct dispatch *d, const char *directory)
{
	int r = 0;

	for (size_t i = 0; i < d->n_held && r >= 0; i++)
		r = d->held[i].fd = open_pin(directory, d->held[i].name);
	if (r < 0)
		close_held(d);
	return r < 0 ? r : 0;
}

static int open_pinned(struct dispatch *d, const char *base)
{
	DIR *all = opendir(base);
	char directory[PATH_MAX];
	struct dirent *e;
	int r = -ENOENT;

	while (all && r == -ENOENT && (e = readdir(all)))
		if (netns_of(e->d_name) && snprintf(directory, sizeof(directory), "%s/%s", base,
						    e->d_name) < (int)sizeof(directory))
			r = open_pinned_in(d, directory);
	if (all)
		closedir(all);
	return r;
}

static int duplicate(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return copy < 0 ? -errno : copy;
}

/* Load and attach it. With no slot in use that changes nothing for anybody. */
static int attach(struct dispatch *d)
{
	struct held *h = d->held;
	struct bpf_program *p;
	int r = bpf_object__load(d->object);

	if (r)
		return r;
	r = h->fd = duplicate(bpf_object__find_map_fd_by_name(d->object, "slots"));
	bpf_object__for_each_program(p, d->object)
	{
		char table[sizeof(h->name)];

		if (r < 0)
			break;
		snprintf(table, sizeof(table), "table_%s", bpf_program__name(p));
		r = (++h)->fd = duplicate(bpf_object__find_map_fd_by_name(d->object, table));
		if (r >= 0)
			r = (++h)->fd = bpf_raw_tracepoint_open(NULL, bpf_program__fd(p));
	}
	return r < 0 ? r : 0;
}

int dispatch_open(struct dispatch *d, enum dispatch_group group, const char *base)
{
	int r;

	*d = (struct dispatch){.group = group};
	d->object = bpf_object__open_mem(groups[group].object, groups[group].size, NULL);
	if (!d->object)
		return -errno;
	r = name_held(d);
	if (!r)
		r = open_pinned(d, base);
	if (r == -ENOENT)
		r = attach(d);
	if (r)
		dispatch_close(d);
	return r;
}

/* Call `each` with the slots in use. Returns how many there are, or -errno. */
static int mark_used(int slots, bool used[IPFW_SLOTS])
{
	uint32_t key, slot;
	void *previous = NULL;
	int n = 0;

	memset(used, 0, IPFW_SLOTS * sizeof(*used));
	for (; !bpf_map_get_next_key(slots, previous, &key); previous = &key, n++)
		if (!bpf_map_lookup_elem(slots, &key, &slot) && slot < IPFW_SLOTS)
			used[slot] = true;
	return n;
}

static void empty_slot(const int *tables, size_t n, uint32_t slot)
{
	for (size_t i = 0; i < n; i++)
		bpf_map_delete_elem(tables[i], &slot);
}

/* The lowest that is free. Whoever was killed before he began left his programs in one. */
static int choose_slot(struct dispatch *d)
{
	bool used[IPFW_SLOTS];
	int n = mark_used(d->held[0].fd, used), tables[DISPATCH_PROGRAMS], n_tables = 0;
	int slot = 0;

	for (size_t i = 1; i < d->n_held; i += 2)
		tables[n_tables++] = d->held[i].fd;
	while (slot < IPFW_SLOTS && used[slot])
		slot++;
	for (int other = slot; other <= n && other < IPFW_SLOTS; other++)
		if (!used[other])
			empty_slot(tables, n_tables, other);
	if (slot == IPFW_SLOTS)
		return -ENOSPC;
	d->slot = slot;
	return 0;
}

/* Take what is pinned by now: another process may have been faster. */
static int take_pinned(struct dispatch *d, const char *base)
{
	struct dispatch pinned = *d;
	int r;

	forget_held(&pinned);
	r = open_pinned(&pinned, base);
	if (r)
		return r == -ENOENT ? 0 : r;
	close_held(d);
	memcpy(d->held, pinned.held, sizeof(d->held));
	return 0;
}

int dispatch_put(struct dispatch *d, const struct bpf_object *programs, const char *base)
{
	int r = take_pinned(d, base);

	if (!r)
		r = choose_slot(d);
	for (size_t i = 1; i < d->n_held && !r; i += 2) {
		const char *name = d->held[i + 1].name + strlen("link_");
		int fd = bpf_program__fd(bpf_object__find_program_by_name(programs, name));

		r = bpf_map_update_elem(d->held[i].fd, &d->slot, &fd, BPF_ANY);
	}
	return r;
}

int dispatch_begin(const struct dispatch *d, uint32_t netns)
{
	return bpf_map_update_elem(d->held[0].fd, &netns, &d->slot, BPF_ANY);
}

/* Slots that are pinned in the directory of a network namespace. */
struct place {
	uint32_t netns, map; /* the number of the map */
	char directory[160], slots[48];
};

struct places {
	struct place *of;
	size_t n;
};

static int add_place(struct places *p, uint32_t netns, const char *directory, const char *slots)
{
	struct place *of = reallocarray(p->of, p->n + 1, sizeof(*of));
	struct bpf_map_info info = {.id = 0};
	uint32_t size = sizeof(info);
	int fd, r;

	if (!of)
		return -ENOMEM;
	p->of = of;
	fd = open_pin(directory, slots);
	if (fd < 0)
		return fd;
	r = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	if (r)
		return r;
	of = &p->of[p->n++];
	*of = (struct place){.netns = netns, .map = info.id};
	snprintf(of->directory, sizeof(of->directory), "%s", directory);
	snprintf(of->slots, sizeof(of->slots), "%.*s", (int)sizeof(of->slots) - 1, slots);
	return 0;
}

static int add_places_of(struct places *p, uint32_t netns, const char *directory)
{
	DIR *d = opendir(directory);
	struct dirent *e;
	int r = d ? 0 : -errno;

	while (!r && (e = readdir(d)))
		if (!strncmp(e->d_name, SLOTS, strlen(SLOTS)))
			r = add_place(p, netns, directory, e->d_name);
	if (d)
		closedir(d);
	return r;
}

static int find_places(struct places *p, const char *base)
{
	DIR *all = opendir(base);
	struct dirent *e;
	int r = all ? 0 : -errno;

	while (!r && (e = readdir(all))) {
		uint32_t netns = netns_of(e->d_name);
		char directory[sizeof(p->of->directory)];

		if (netns && snprintf(directory, sizeof(directory), "%s/%s", base, e->d_name) <
				     (int)sizeof(directory))
			r = add_places_of(p, netns, directory);
	}
	if (all)
		closedir(all);
	return r;
}

static bool is_pinned(const struct places *p, uint32_t netns, uint32_t map)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->of[i].netns == netns && p->of[i].map == map)
			return true;
	return false;
}

static size_t open_tables(const struct place *place, int tables[DISPATCH_PROGRAMS])
{
	DIR *d = opendir(place->directory);
	struct dirent *e;
	char group[16], prefix[32];
	size_t n = 0;

	sscanf(place->slots, SLOTS "%15[^_]", group);
	snprintf(prefix, sizeof(prefix), "table_%s_", group);
	while (d && n < DISPATCH_PROGRAMS && (e = readdir(d)))
		if (!strncmp(e->d_name, prefix, strlen(prefix))) {
			tables[n] = open_pin(place->directory, e->d_name);
			n += tables[n] >= 0;
		}
	if (d)
		closedir(d);
	return n;
}

static void tidy_slots(const struct places *p, const struct place *place)
{
	int slots = open_pin(place->directory, place->slots), tables[DISPATCH_PROGRAMS];
	size_t n = slots < 0 ? 0 : open_tables(place, tables);
	uint32_t key, slot;
	bool more = !bpf_map_get_next_key(slots, NULL, &key);

	while (more) {
		const uint32_t netns = key;

		more = !bpf_map_get_next_key(slots, &netns, &key);
		if (is_pinned(p, netns, place->map) || bpf_map_lookup_elem(slots, &netns, &slot))
			continue;
		bpf_map_delete_elem(slots, &netns);
		empty_slot(tables, n, slot);
	}
	while (n)
		close(tables[--n]);
	if (slots >= 0)
		close(slots);
}

void dispatch_tidy(const char *base)
{
	struct places p = {NULL, 0};

	/* If some cannot be looked into, nothing is known to be nobody's. */
	if (!find_places(&p, base))
		for (size_t i = 0; i < p.n; i++) {
			size_t first = 0;

			while (p.of[first].map != p.of[i].map)
				first++;
			if (first == i)
				tidy_slots(&p, &p.of[i]);
		}
	free(p.of);
}
