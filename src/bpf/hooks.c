/* SPDX-License-Identifier: MIT */
#include "bpf/hooks.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/units.h"
#include "bpf/drop_hook.h"
#include "bpf/error.h"
#include "bpf/object_hash.h"
#include "bpf/reason.h"

/* The compiled objects; the rules in Makefile.am write the files. */
static const unsigned char netfilter_object[] __attribute__((aligned(8))) = {
#include "netfilter.bpf.inc"
};
static const unsigned char fentry_object[] __attribute__((aligned(8))) = {
#include "fentry.bpf.inc"
};

/* From Linux 6.4's headers, which may be newer than those that this is built with. */
#define PROG_TYPE_NETFILTER 32
#define ATTACH_NETFILTER    45

static int link_netfilter(int prog_fd, uint32_t family, uint32_t hook, int32_t priority)
{
	/* union bpf_attr's link_create, as far as it is needed; older headers lack the end. */
	struct {
		uint32_t prog_fd, target_fd, attach_type, flags;
		uint32_t family, hook;
		int32_t priority;
		uint32_t netfilter_flags;
	} attr = {prog_fd, 0, ATTACH_NETFILTER, 0, family, hook, priority, 0};
	int fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : fd;
}

static int add_link(struct hooks *h, int fd, const char *program)
{
	if (fd < 0)
		return fd;
	h->links[h->n_links].fd = fd;
	snprintf(h->links[h->n_links++].name, sizeof(h->links[0].name), "link_%s", program);
	return 0;
}

/* The programs of the netfilter set and where they go: the first ones first, the last one last. */
static const struct netfilter_hook {
	const char *program;
	uint32_t family, hook;
	int32_t priority, step;
} netfilter_hooks[] = {
	{"pre_routing_ipv4", NFPROTO_IPV4, NF_INET_PRE_ROUTING, INT_MIN + 1, 1},
	{"pre_routing_ipv6", NFPROTO_IPV6, NF_INET_PRE_ROUTING, INT_MIN + 1, 1},
	{"forward_ipv4", NFPROTO_IPV4, NF_INET_FORWARD, INT_MIN + 1, 1},
	{"forward_ipv6", NFPROTO_IPV6, NF_INET_FORWARD, INT_MIN + 1, 1},
	{"post_routing_ipv4", NFPROTO_IPV4, NF_INET_POST_ROUTING, INT_MAX - 1, -1},
	{"post_routing_ipv6", NFPROTO_IPV6, NF_INET_POST_ROUTING, INT_MAX - 1, -1},
	{"local_in_ipv4", NFPROTO_IPV4, NF_INET_LOCAL_IN, INT_MAX - 1, -1},
	{"local_in_ipv6", NFPROTO_IPV6, NF_INET_LOCAL_IN, INT_MAX - 1, -1},
};

/* Where its programs are attached is not in the object of netfilter hooks. */
static uint64_t hash_netfilter(uint64_t hash)
{
	for (size_t i = 0; i < ARRAY_SIZE(netfilter_hooks); i++) {
		const struct netfilter_hook *n = &netfilter_hooks[i];
		const int32_t place[] = {n->family, n->hook, n->priority, n->step};

		hash = bpf_hash_add(hash, n->program, strlen(n->program) + 1);
		hash = bpf_hash_add(hash, place, sizeof(place));
	}
	return hash;
}

static int attach_netfilter(struct hooks *h, const char **what)
{
	for (size_t i = 0; i < ARRAY_SIZE(netfilter_hooks); i++) {
		const char *name = netfilter_hooks[i].program;
		int prog = bpf_program__fd(bpf_object__find_program_by_name(h->object, name));
		int fd = -EBUSY;

		for (int try = 0; try < HOOKS_PRIORITY_TRIES && fd == -EBUSY; try++)
			fd = link_netfilter(
				prog, netfilter_hooks[i].family, netfilter_hooks[i].hook,
				netfilter_hooks[i].priority + try * netfilter_hooks[i].step);
		*what = name;
		fd = add_link(h, fd, name);
		if (fd)
			return fd;
	}
	return 0;
}

/* A program that sees all network namespaces, by the call that every kernel with such has. */
static int attach_tracing(struct hooks *h, const struct bpf_program *p)
{
	return add_link(h, bpf_raw_tracepoint_open(NULL, bpf_program__fd(p)), bpf_program__name(p));
}

static int attach_fentry(struct hooks *h, const char **what)
{
	struct bpf_program *p;
	int r;

	if (h->base) {
		*what = "dispatch";
		return dispatch_open(&h->shared[DISPATCH_FENTRY], DISPATCH_FENTRY, h->base);
	}
	bpf_object__for_each_program(p, h->object)
	{
		*what = bpf_program__name(p);
		r = attach_tracing(h, p);
		if (r)
			return r;
	}
	return 0;
}

/* libbpf before 1.3 does not know the type: set its numbers. */
static int prepare_netfilter(struct bpf_object *object)
{
	struct bpf_program *p;

	bpf_object__for_each_program(p, object)
	{
		bpf_program__set_type(p, PROG_TYPE_NETFILTER);
		bpf_program__set_expected_attach_type(p, ATTACH_NETFILTER);
	}
	return 0;
}

/* The hook sets, in the order in which they are tried. */
static const struct hook_set {
	const unsigned char *object;
	size_t object_size;
	bool needs_symbols; /* rules that go by a function's address would not hold without */
	int (*prepare)(struct bpf_object *object);
	int (*attach)(struct hooks *h, const char **what);
	uint64_t (*hash)(uint64_t hash); /* adds what is not in the object; NULL: nothing */
} sets[HOOKS_COUNT] = {
	[HOOKS_NETFILTER] = {netfilter_object, sizeof(netfilter_object), true, prepare_netfilter,
			     attach_netfilter, hash_netfilter},
	[HOOKS_FENTRY] = {fentry_object, sizeof(fentry_object), false, maps_set_netns,
			  attach_fentry, NULL},
};

uint64_t hooks_object_hash(enum hooks_id id)
{
	uint64_t hash = bpf_hash_object(sets[id].object, sets[id].object_size);

	return fast_hook_hash(drop_hook_hash(sets[id].hash ? sets[id].hash(hash) : hash));
}

static int attach_set(struct hooks *h, enum hooks_id id, const char **what)
{
	const struct hook_set *set = &sets[id];
	const struct sizes sizes = sizes_choose();
	int r;

	*what = "symbols";
	r = set->needs_symbols ? reason_symbols() : 0;
	if (r)
		return r;
	*what = "open";
	h->object = bpf_object__open_mem(set->object, set->object_size, NULL);
	if (!h->object)
		return -errno;
	r = set->prepare(h->object);
	if (!r)
		r = maps_resize(h->object, &sizes);
	*what = "load";
	if (!r)
		r = bpf_object__load(h->object);
	for (int i = 0; i < MAP_COUNT && !r; i++) {
		h->maps[i] = bpf_object__find_map_fd_by_name(h->object, maps_names[i]);
		if (h->maps[i] < 0)
			r = h->maps[i];
	}
	if (!r)
		r = set->attach(h, what);
	if (!r)
		h->id = id;
	return r;
}

static void give_up(struct hooks *h, enum dispatch_group group, struct bpf_object **object)
{
	dispatch_close(&h->shared[group]);
	bpf_object__close(*object);
	*object = NULL;
}

/* What was dropped is counted where that can be had; the rest is counted in any case. */
static void attach_drops(struct hooks *h)
{
	int r = drop_hook_load(&h->drops, h->maps);

	if (!r && h->base)
		r = dispatch_open(&h->shared[DISPATCH_DROPS], DISPATCH_DROPS, h->base);
	else if (!r)
		r = attach_tracing(h, bpf_object__next_program(h->drops, NULL));
	if (r)
		give_up(h, DISPATCH_DROPS, &h->drops);
	h->drops_error = r;
}

void hooks_load_fast(struct hooks *h)
{
	int r = fast_hook_load(&h->fast, h->maps);

	if (!r && h->base)
		r = dispatch_open(&h->shared[DISPATCH_FAST], DISPATCH_FAST, h->base);
	if (r)
		give_up(h, DISPATCH_FAST, &h->fast);
	h->fast_error = r;
}

void hooks_attach_fast(struct hooks *h)
{
	const size_t links = h->n_links;
	struct bpf_program *p;
	int r = 0;

	for (unsigned i = 0; h->fast && !r && (p = fast_hook_program(h->fast, i)); i++)
		r = attach_tracing(h, p);
	if (!r)
		return;
	while (h->n_links > links)
		close(h->links[--h->n_links].fd);
	give_up(h, DISPATCH_FAST, &h->fast);
	h->fast_error = r;
}

/* Programs that are to share a group of hooks; NULL: none. */
static const struct bpf_object *programs_of(const struct hooks *h, enum dispatch_group group)
{
	const struct bpf_object *const objects[DISPATCH_GROUPS] = {
		[DISPATCH_FENTRY] = h->object,
		[DISPATCH_DROPS] = h->drops,
		[DISPATCH_FAST] = h->fast,
	};

	return h->shared[group].object ? objects[group] : NULL;
}

int hooks_put(struct hooks *h)
{
	int r[DISPATCH_GROUPS] = {0};

	dispatch_tidy(h->base); /* so that the slots of those that are gone are free */
	for (enum dispatch_group g = 0; g < DISPATCH_GROUPS; g++)
		if (programs_of(h, g))
			r[g] = dispatch_put(&h->shared[g], programs_of(h, g), h->base);
	if (r[DISPATCH_DROPS]) {
		give_up(h, DISPATCH_DROPS, &h->drops);
		h->drops_error = r[DISPATCH_DROPS];
	}
	if (r[DISPATCH_FAST]) {
		give_up(h, DISPATCH_FAST, &h->fast);
		h->fast_error = r[DISPATCH_FAST];
	}
	return r[DISPATCH_FENTRY];
}

int hooks_begin(const struct hooks *h)
{
	const uint32_t netns = netns_inode();
	int r = netns ? 0 : -ENOENT;

	for (enum dispatch_group g = 0; g < DISPATCH_GROUPS && !r; g++)
		if (programs_of(h, g))
			r = dispatch_begin(&h->shared[g], netns);
	return r;
}

const struct held *hooks_held(const struct hooks *h, size_t i)
{
	if (i < h->n_links)
		return &h->links[i];
	i -= h->n_links;
	for (enum dispatch_group g = 0; g < DISPATCH_GROUPS; g++) {
		if (!h->shared[g].object)
			continue;
		if (i < h->shared[g].n_held)
			return &h->shared[g].held[i];
		i -= h->shared[g].n_held;
	}
	return NULL;
}

int hooks_open(struct hooks *h, enum hooks_id wanted, const char *base, struct why *why)
{
	size_t used = 0;
	int r = -EOPNOTSUPP;

	libbpf_set_print(NULL);
	why->text[0] = 0;
	for (enum hooks_id id = HOOKS_NONE + 1; id < HOOKS_COUNT; id++) {
		const char *what = "";
		char step[32];

		*h = (struct hooks){.id = HOOKS_NONE, .base = base};
		if (wanted != HOOKS_NONE && wanted != id)
			continue;
		r = attach_set(h, id, &what);
		if (!r) {
			attach_drops(h);
			hooks_load_fast(h);
			if (!base)
				hooks_attach_fast(h);
			return 0;
		}
		snprintf(step, sizeof(step), "%s", what);
		hooks_close(h);
		if (used < sizeof(why->text))
			used += snprintf(why->text + used, sizeof(why->text) - used,
					 "%s%s: refused (%s, %s: %s)", used ? "; " : "",
					 snapshot_hooks_names[id], step, bpf_error_name(r),
					 reason_refused(id, r, step));
	}
	return r;
}

void hooks_close(struct hooks *h)
{
	for (size_t i = 0; i < h->n_links; i++)
		close(h->links[i].fd);
	for (enum dispatch_group g = 0; g < DISPATCH_GROUPS; g++)
		dispatch_close(&h->shared[g]);
	bpf_object__close(h->fast); /* accepts NULL, as the next ones */
	bpf_object__close(h->drops);
	bpf_object__close(h->object);
	*h = (struct hooks){.id = HOOKS_NONE};
}

size_t hooks_programs(const struct hooks *h, int *programs, size_t max)
{
	struct bpf_object *const objects[] = {h->object, h->drops, h->fast};
	struct bpf_program *p;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		for (p = NULL; objects[i] && (p = bpf_object__next_program(objects[i], p));) {
			if (n == max)
				break;
			programs[n] = fcntl(bpf_program__fd(p), F_DUPFD_CLOEXEC, 0);
			n += programs[n] >= 0;
		}
	return n;
}
