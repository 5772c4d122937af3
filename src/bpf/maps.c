/* SPDX-License-Identifier: MIT */
#include "bpf/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/units.h"
#include "bpf/counter.h"
#include "bpf/cpus.h"
#include "bpf/hash.h"

/* Add up `words` counters of `n` CPUs, `stride` words apart; false: all are 0. */
static bool sum(uint64_t *out, const uint64_t *values, size_t words, size_t n, size_t stride)
{
	uint64_t any = 0;

	memset(out, 0, words * sizeof(*out));
	for (size_t cpu = 0; cpu < n; cpu++)
		for (size_t i = 0; i < words; i++)
			out[i] += counter_read(&values[cpu * stride + i]);
	for (size_t i = 0; i < words; i++)
		any |= out[i];
	return any;
}

/* An entry of an array that is indexed by CPUs, `slots` values apart; one of zeros is left out. */
static int add_slot(struct table *out, const void *key, const void *slot, size_t slots)
{
	uint64_t total[sizeof(struct ipfw_if_counters) / 8];
	size_t words = out->value_size / 8;

	return sum(total, slot, words, cpus_possible().ids, words * slots)
		       ? table_add(out, key, total)
		       : 0;
}

/* An entry of a per-CPU map: the kernel copies whole words of it. */
static int add_sum(struct table *out, const void *key, const void *values)
{
	uint64_t total[sizeof(struct ipfw_if_counters) / 8];
	size_t words = out->value_size / 8;

	return sum(total, values, words, cpus_possible().count, words) ? table_add(out, key, total)
								       : 0;
}

static const void *map_array(int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static size_t ifs_size(const struct sizes *s)
{
	return s->low.ifs * sizeof(struct ipfw_if_counters) * cpus_possible().ids;
}

static size_t paths_size(const struct sizes *s)
{
	return sizes_low_paths(s) * sizeof(struct ipfw_counter) * cpus_possible().ids;
}

static const size_t used_size = IPFW_HASHES * sizeof(uint64_t);

int maps_arrays_open(const int *fds, struct maps_arrays *out)
{
	int r = maps_sizes(fds, &out->sizes);

	if (r)
		return r;
	out->ifs = map_array(fds[MAP_IF_LOW], ifs_size(&out->sizes));
	out->paths = map_array(fds[MAP_PATH_LOW], paths_size(&out->sizes));
	out->used = map_array(fds[MAP_USED], used_size);
	return out->ifs && out->paths && out->used ? 0 : -errno;
}

void maps_arrays_close(struct maps_arrays *a)
{
	if (a->ifs)
		munmap((void *)a->ifs, ifs_size(&a->sizes));
	if (a->paths)
		munmap((void *)a->paths, paths_size(&a->sizes));
	if (a->used)
		munmap((void *)a->used, used_size);
	*a = (struct maps_arrays){.ifs = NULL};
}

/* What the hooks put into a hash, if they ever did. */
static int read_used(const int *fds, const struct maps_arrays *a, enum ipfw_hash hash,
		     const struct hash_form *form, struct table *out)
{
	static const enum map_id maps[IPFW_HASHES] = {
		[IPFW_HASH_IFS] = MAP_IF_HIGH,
		[IPFW_HASH_PATHS] = MAP_PATH_HIGH,
		[IPFW_HASH_DROPS] = MAP_DROPS,
		[IPFW_HASH_FAST] = MAP_FAST,
	};

	return counter_read(&a->used[hash]) ? hash_read(fds[maps[hash]], form, out) : 0;
}

/* What came in and what was handed over, again, of the interfaces in the array. */
static void read_upstream_again(const struct maps_arrays *a, struct table *ifs)
{
	static const enum ipfw_stage upstream[] = {IPFW_IN_FORW, IPFW_IN};
	const uint32_t low = a->sizes.low.ifs;
	const size_t stride = sizeof(*a->ifs) / 8 * low;

	for (size_t i = 0; i < ifs->n; i++) {
		uint32_t ifindex = *(uint32_t *)table_key(ifs, i);
		struct ipfw_if_counters *total = table_value(ifs, i);

		for (size_t k = 0; ifindex < low && k < 2 * ARRAY_SIZE(upstream); k++) {
			const enum ipfw_stage stage = upstream[k / 2];

			sum((uint64_t *)&total->of[k & 1][stage],
			    (const uint64_t *)&a->ifs[ifindex].of[k & 1][stage],
			    sizeof(struct ipfw_counter) / 8, cpus_possible().ids, stride);
		}
	}
}

/* An interface in the hash again: all but what left by it, and what flowtables forwarded of what it
 * received, which are as they were, or not seen yet. */
static int add_upstream(struct table *ifs, const void *key, const void *values)
{
	struct ipfw_if_counters now, *before = table_find(ifs, key);
	const size_t words = sizeof(now) / 8;

	sum((uint64_t *)&now, values, words, cpus_possible().count, words);
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		now.fast[ipv6] = before ? before->fast[ipv6] : (struct ipfw_sum){0};
		for (enum ipfw_stage s = IPFW_OUT; s <= IPFW_OUT_FORW; s++)
			now.of[ipv6][s] = before ? before->of[ipv6][s] : (struct ipfw_counter){0};
	}
	if (!before)
		return table_add(ifs, key, &now);
	*before = now;
	return 0;
}

/* Of the interfaces. First what left by any of them: what came in by another follows. */
static int read_ifs(const int *fds, const struct maps_arrays *a, struct maps_counts *out)
{
	const size_t values_size = sizeof(struct ipfw_if_counters) * cpus_possible().count;
	const struct hash_form form = {sizeof(uint32_t), values_size, add_sum},
			       again = {sizeof(uint32_t), values_size, add_upstream};
	int r = read_used(fds, a, IPFW_HASH_IFS, &form, &out->ifs);
	bool hashed = out->ifs.n > 0;

	for (uint32_t i = 0; i < a->sizes.low.ifs && !r; i++)
		r = add_slot(&out->ifs, &i, &a->ifs[i], a->sizes.low.ifs);
	if (!r && hashed)
		r = read_used(fds, a, IPFW_HASH_IFS, &again, &out->ifs);
	read_upstream_again(a, &out->ifs);
	return r;
}

static int read_low_paths(const struct maps_arrays *a, struct maps_counts *out)
{
	const uint32_t ifs = a->sizes.low.path_ifs, paths = sizes_low_paths(&a->sizes);
	int r = 0;

	for (uint32_t i = 0; i < paths && !r; i++) {
		const struct ipfw_path_key path = {i / ifs % ifs, i % ifs, i / ifs / ifs};

		r = add_slot(&out->paths, &path, &a->paths[i], paths);
	}
	return r;
}

static void begin_table(struct table *t, size_t key_size, size_t value_size)
{
	t->key_size = key_size;
	t->value_size = value_size;
	table_empty(t);
}

/*
 * In the order against the packets' way, so that none is seen further on and not yet where it was
 * before: rows of drops and paths, which are parts of what an interface's counters hold, then
 * these.
 */
int maps_read_counts(const int *fds, const struct maps_arrays *arrays, struct maps_counts *out)
{
	size_t cpus = cpus_possible().count;
	const struct hash_form paths = {sizeof(struct ipfw_path_key),
					sizeof(struct ipfw_counter) * cpus, add_sum};
	const struct hash_form drops = {sizeof(struct ipfw_drop_key),
					sizeof(struct ipfw_sum) * cpus, add_sum};
	const struct hash_form fast = {sizeof(struct ipfw_path_key), sizeof(struct ipfw_sum) * cpus,
				       add_sum};
	uint64_t *values;
	int r;

	if (!cpus)
		return -errno;
	begin_table(&out->ifs, sizeof(uint32_t), sizeof(struct ipfw_if_counters));
	begin_table(&out->paths, sizeof(struct ipfw_path_key), sizeof(struct ipfw_counter));
	begin_table(&out->drops, sizeof(struct ipfw_drop_key), sizeof(struct ipfw_sum));
	begin_table(&out->fast, sizeof(struct ipfw_path_key), sizeof(struct ipfw_sum));
	r = read_used(fds, arrays, IPFW_HASH_FAST, &fast, &out->fast); /* shares of the paths */
	if (!r)
		r = read_used(fds, arrays, IPFW_HASH_DROPS, &drops, &out->drops);
	if (!r)
		r = read_used(fds, arrays, IPFW_HASH_PATHS, &paths, &out->paths);
	if (!r)
		r = read_low_paths(arrays, out);
	if (!r)
		r = read_ifs(fds, arrays, out);
	if (r)
		return r;
	values = calloc(cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (uint32_t i = 0; i < IPFW_MISSED && !r; i++) {
		r = bpf_map_lookup_elem(fds[MAP_MISSED], &i, values);
		if (!r)
			sum(&out->missed[i], values, 1, cpus, 1);
	}
	free(values);
	return r;
}

int maps_begin(const int *fds)
{
	const uint32_t key = IPFW_RETIRED;
	uint64_t *zeros = calloc(cpus_possible().count, sizeof(struct ipfw_if_counters));
	int r = zeros ? bpf_map_update_elem(fds[MAP_IF_HIGH], &key, zeros, BPF_ANY) : -ENOMEM;

	free(zeros);
	return r;
}

int maps_retire_if(const int *fds, uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	const uint32_t keys[2] = {IPFW_RETIRED, ifindex};
	size_t words = sizeof(struct ipfw_if_counters) / 8 * cpus_possible().count;
	int fd = fds[MAP_IF_HIGH], r;
	uint64_t *values = calloc(2 * words, sizeof(*values));
	uint32_t count = 2;

	if (!values)
		return -ENOMEM;
	r = bpf_map_lookup_elem(fd, &keys[1], values + words);
	if (r == -ENOENT) { /* it has counted nothing */
		free(values);
		return 0;
	}
	if (!r)
		r = bpf_map_lookup_elem(fd, &keys[0], values);
	if (!r) {
		for (size_t i = 0; i < words; i++)
			values[i] += values[words + i];
		memset(values + words, 0, words * sizeof(*values));
		r = bpf_map_update_batch(fd, keys, values, &count, &options);
	}
	free(values);
	if (!r)
		bpf_map_delete_elem(fd, &keys[1]);
	return r;
}

static int read_entry(int fd, const void *key, uint64_t *out, size_t words)
{
	size_t cpus = cpus_possible().count;
	uint64_t *values = calloc(cpus, words * sizeof(*out));
	int r = values ? bpf_map_lookup_elem(fd, key, values) : -ENOMEM;

	if (!r)
		sum(out, values, words, cpus, words);
	free(values);
	return r;
}

int maps_read_if(const int *fds, const struct maps_arrays *arrays, uint32_t ifindex,
		 struct ipfw_if_counters *out)
{
	const size_t words = sizeof(*out) / 8, low = arrays->sizes.low.ifs;

	if (ifindex >= low)
		return read_entry(fds[MAP_IF_HIGH], &ifindex, (uint64_t *)out, words);
	sum((uint64_t *)out, (const uint64_t *)&arrays->ifs[ifindex], words, cpus_possible().ids,
	    words * low);
	return 0;
}

int maps_read_path(const int *fds, const struct maps_arrays *arrays,
		   const struct ipfw_path_key *key, struct ipfw_counter *out)
{
	const size_t words = sizeof(*out) / 8;
	const uint32_t low = arrays->sizes.low.path_ifs;
	uint32_t slot = IPFW_LOW_PATH(key->in_ifindex, key->out_ifindex, key->ipv6, low);

	if (key->in_ifindex >= low || key->out_ifindex >= low)
		return read_entry(fds[MAP_PATH_HIGH], key, (uint64_t *)out, words);
	sum((uint64_t *)out, (const uint64_t *)&arrays->paths[slot], words, cpus_possible().ids,
	    words * sizes_low_paths(&arrays->sizes));
	return 0;
}

int maps_read_drop(const int *fds, const struct ipfw_drop_key *key, struct ipfw_sum *out)
{
	return read_entry(fds[MAP_DROPS], key, (uint64_t *)out, sizeof(*out) / 8);
}

int maps_read_fast(const int *fds, const struct ipfw_path_key *key, struct ipfw_sum *out)
{
	return read_entry(fds[MAP_FAST], key, (uint64_t *)out, sizeof(*out) / 8);
}

void maps_counts_clear(struct maps_counts *c)
{
	table_clear(&c->ifs);
	table_clear(&c->paths);
	table_clear(&c->drops);
	table_clear(&c->fast);
}
