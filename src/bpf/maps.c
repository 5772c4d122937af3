/* SPDX-License-Identifier: MIT */
#include "bpf/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bpf/counter.h"
#include "bpf/cpus.h"

#define BATCH 512

const char *const maps_names[MAP_COUNT] = {
	[MAP_IF_LOW] = "if_low",     [MAP_IF_HIGH] = "if_high",
	[MAP_PATH_LOW] = "path_low", [MAP_PATH_HIGH] = "path_high",
	[MAP_MISSED] = "missed",     [MAP_IF_RECORDS] = "if_records",
	[MAP_IF_BASES] = "if_bases", [MAP_PATH_RECORDS] = "path_records",
	[MAP_PRESENT] = "present",   [MAP_INFO] = "info",
};

/* What they are, as in ipfw_core.h. */
static const struct {
	uint32_t type, flags, key_size, value_size, entries;
	bool per_cpu; /* an array that is indexed by CPUs: it has as many entries for each */
} map_forms[MAP_COUNT] = {
	[MAP_IF_LOW] = {BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, 4, sizeof(struct ipfw_if_counters),
			IPFW_LOW_IFS, true},
	[MAP_IF_HIGH] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, 4,
			 sizeof(struct ipfw_if_counters), IPFW_HIGH_IFS + 1, false},
	[MAP_PATH_LOW] = {BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, 4, sizeof(struct ipfw_counter),
			  IPFW_LOW_PATHS, true},
	[MAP_PATH_HIGH] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC,
			   sizeof(struct ipfw_path_key), sizeof(struct ipfw_counter),
			   IPFW_HIGH_PATHS, false},
	[MAP_MISSED] = {BPF_MAP_TYPE_PERCPU_ARRAY, 0, 4, sizeof(uint64_t), IPFW_MISSED, false},
	[MAP_IF_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 4, sizeof(struct ipfw_if_record),
			    IPFW_LOW_IFS + IPFW_HIGH_IFS, false},
	[MAP_IF_BASES] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 4, sizeof(struct ipfw_if_counters),
			  IPFW_LOW_IFS + IPFW_HIGH_IFS, false},
	[MAP_PATH_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_path_key),
			      sizeof(struct ipfw_path_record), IPFW_LOW_PATHS + IPFW_HIGH_PATHS,
			      false},
	[MAP_PRESENT] = {BPF_MAP_TYPE_DEVMAP_HASH, 0, 4, sizeof(uint32_t),
			 IPFW_LOW_IFS + IPFW_HIGH_IFS, false},
	[MAP_INFO] = {BPF_MAP_TYPE_ARRAY, 0, 4, sizeof(struct ipfw_info), 1, false},
};

bool maps_fit(const int *fds)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		uint32_t cpus = map_forms[i].per_cpu ? cpus_possible().ids : 1;
		struct bpf_map_info info = {.id = 0};
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(fds[i], &info, &size) ||
		    info.type != map_forms[i].type ||
		    /* the kernel adds this one to those of devices */
		    (info.map_flags & ~BPF_F_RDONLY_PROG) != map_forms[i].flags ||
		    info.key_size != map_forms[i].key_size ||
		    info.value_size != map_forms[i].value_size ||
		    info.max_entries != map_forms[i].entries * cpus)
			return false;
	}
	return true;
}

/* What is done with each entry of a map: `values` holds one value per CPU of a per-CPU map. */
typedef int (*each_entry)(struct table *out, const void *key, const void *values);

struct map_form {
	size_t key_size, values_size; /* of all CPUs */
	each_entry each;
};

static int read_one_by_one(int fd, const struct map_form *form, struct table *out)
{
	char keys[2][sizeof(struct ipfw_path_key)];
	char *values = malloc(form->values_size);
	void *previous = NULL;
	int r = values ? 0 : -ENOMEM;

	for (unsigned i = 0; !r && !bpf_map_get_next_key(fd, previous, keys[i & 1]); i++) {
		previous = keys[i & 1];
		/* After a key that is gone the kernel begins with the first one again. */
		if (!table_find(out, previous) && !bpf_map_lookup_elem(fd, previous, values))
			r = form->each(out, previous, values);
	}
	free(values);
	return r;
}

/* Hand each entry of a map to form->each. A hash that changes meanwhile may lack an entry. */
static int read_map(int fd, const struct map_form *form, struct table *out)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	uint32_t size = BATCH, position = 0, count;
	char *keys = NULL, *values = NULL;
	bool more = true, begun = false;
	int r = 0;

	while (more && !r) {
		if (!keys) {
			keys = calloc(size, form->key_size);
			values = calloc(size, form->values_size);
			if (!keys || !values) {
				r = -ENOMEM;
				break;
			}
		}
		count = size;
		r = bpf_map_lookup_batch(fd, begun ? &position : NULL, &position, keys, values,
					 &count, &options);
		more = !r;
		if (r == -ENOENT)
			r = 0;      /* that was the last batch, and its entries count */
		if (r == -ENOSPC) { /* more in one bucket than there is room for */
			free(keys);
			free(values);
			keys = values = NULL;
			size *= 4;
			more = true;
			r = 0;
			continue;
		}
		begun = true;
		for (uint32_t i = 0; !r && i < count; i++)
			r = form->each(out, keys + i * form->key_size,
				       values + i * form->values_size);
	}
	free(keys);
	free(values);
	if (r == -EINVAL || r == -ENOTSUP || r == -524) /* the kernel's own ENOTSUPP */
		r = read_one_by_one(fd, form, out);
	return r;
}

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

int maps_size(struct bpf_object *object)
{
	uint32_t ids = cpus_possible().ids;
	int r = ids ? 0 : -errno;

	for (int i = 0; i < MAP_COUNT && !r; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, maps_names[i]);

		if (!map)
			r = -ENOENT;
		else if (map_forms[i].per_cpu)
			r = bpf_map__set_max_entries(map, map_forms[i].entries * ids);
	}
	return r;
}

static const void *map_array(int fd, size_t slots, size_t slot_size)
{
	void *p = mmap(NULL, slots * slot_size * cpus_possible().ids, PROT_READ, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

int maps_arrays_open(const int *fds, struct maps_arrays *out)
{
	out->ifs = map_array(fds[MAP_IF_LOW], IPFW_LOW_IFS, sizeof(*out->ifs));
	out->paths = map_array(fds[MAP_PATH_LOW], IPFW_LOW_PATHS, sizeof(*out->paths));
	return out->ifs && out->paths ? 0 : -errno;
}

void maps_arrays_close(struct maps_arrays *a)
{
	if (a->ifs)
		munmap((void *)a->ifs, sizeof(*a->ifs) * IPFW_LOW_IFS * cpus_possible().ids);
	if (a->paths)
		munmap((void *)a->paths, sizeof(*a->paths) * IPFW_LOW_PATHS * cpus_possible().ids);
	*a = (struct maps_arrays){NULL, NULL};
}

static int read_arrays(const struct maps_arrays *a, struct maps_counts *out)
{
	int r = 0;

	for (uint32_t i = 0; i < IPFW_LOW_IFS && !r; i++)
		r = add_slot(&out->ifs, &i, &a->ifs[i], IPFW_LOW_IFS);
	for (uint32_t i = 0; i < IPFW_LOW_PATHS && !r; i++) {
		const struct ipfw_path_key path = {i / IPFW_LOW_PATH_IFS % IPFW_LOW_PATH_IFS,
						   i % IPFW_LOW_PATH_IFS,
						   i / IPFW_LOW_PATH_IFS / IPFW_LOW_PATH_IFS};

		r = add_slot(&out->paths, &path, &a->paths[i], IPFW_LOW_PATHS);
	}
	return r;
}

int maps_read_counts(const int *fds, const struct maps_arrays *arrays, struct maps_counts *out)
{
	size_t cpus = cpus_possible().count;
	const struct map_form ifs = {sizeof(uint32_t), sizeof(struct ipfw_if_counters) * cpus,
				     add_sum};
	const struct map_form paths = {sizeof(struct ipfw_path_key),
				       sizeof(struct ipfw_counter) * cpus, add_sum};
	uint64_t *values;
	int r;

	if (!cpus)
		return -errno;
	out->ifs.key_size = sizeof(uint32_t);
	out->ifs.value_size = sizeof(struct ipfw_if_counters);
	out->paths.key_size = sizeof(struct ipfw_path_key);
	out->paths.value_size = sizeof(struct ipfw_counter);
	table_empty(&out->ifs);
	table_empty(&out->paths);
	r = read_arrays(arrays, out);
	if (!r)
		r = read_map(fds[MAP_IF_HIGH], &ifs, &out->ifs);
	if (!r)
		r = read_map(fds[MAP_PATH_HIGH], &paths, &out->paths);
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
	const size_t words = sizeof(*out) / 8;

	if (ifindex >= IPFW_LOW_IFS)
		return read_entry(fds[MAP_IF_HIGH], &ifindex, (uint64_t *)out, words);
	sum((uint64_t *)out, (const uint64_t *)&arrays->ifs[ifindex], words, cpus_possible().ids,
	    words * IPFW_LOW_IFS);
	return 0;
}

int maps_read_path(const int *fds, const struct maps_arrays *arrays,
		   const struct ipfw_path_key *key, struct ipfw_counter *out)
{
	const size_t words = sizeof(*out) / 8;
	uint32_t slot = IPFW_LOW_PATH(key->in_ifindex, key->out_ifindex, key->ipv6);

	if (key->in_ifindex >= IPFW_LOW_PATH_IFS || key->out_ifindex >= IPFW_LOW_PATH_IFS)
		return read_entry(fds[MAP_PATH_HIGH], key, (uint64_t *)out, words);
	sum((uint64_t *)out, (const uint64_t *)&arrays->paths[slot], words, cpus_possible().ids,
	    words * IPFW_LOW_PATHS);
	return 0;
}

void maps_counts_clear(struct maps_counts *c)
{
	table_clear(&c->ifs);
	table_clear(&c->paths);
}

int maps_read_hash(int fd, struct table *out)
{
	const struct map_form form = {out->key_size, out->value_size, table_add};

	table_empty(out);
	return read_map(fd, &form, out);
}
