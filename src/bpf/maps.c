/* SPDX-License-Identifier: MIT */
#include "bpf/maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BATCH 512

const char *const map_names[MAP_COUNT] = {
	[MAP_IF_LOW] = "if_low",     [MAP_IF_HIGH] = "if_high",
	[MAP_PATH_LOW] = "path_low", [MAP_PATH_HIGH] = "path_high",
	[MAP_MISSED] = "missed",     [MAP_IF_RECORDS] = "if_records",
	[MAP_IF_BASES] = "if_bases", [MAP_PATH_RECORDS] = "path_records",
	[MAP_PRESENT] = "present",   [MAP_INFO] = "info",
};

static const struct {
	uint32_t key_size, value_size;
} map_sizes[MAP_COUNT] = {
	[MAP_IF_LOW] = {4, sizeof(struct ipfw_if_counters)},
	[MAP_IF_HIGH] = {4, sizeof(struct ipfw_if_counters)},
	[MAP_PATH_LOW] = {4, sizeof(struct ipfw_counter)},
	[MAP_PATH_HIGH] = {sizeof(struct ipfw_path_key), sizeof(struct ipfw_counter)},
	[MAP_MISSED] = {4, sizeof(uint64_t)},
	[MAP_IF_RECORDS] = {4, sizeof(struct ipfw_if_record)},
	[MAP_IF_BASES] = {4, sizeof(struct ipfw_if_counters)},
	[MAP_PATH_RECORDS] = {sizeof(struct ipfw_path_key), sizeof(struct ipfw_path_record)},
	[MAP_PRESENT] = {4, sizeof(uint32_t)},
	[MAP_INFO] = {4, sizeof(struct ipfw_info)},
};

bool maps_fit(const int *fds)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		struct bpf_map_info info = {.id = 0};
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(fds[i], &info, &size) ||
		    info.key_size != map_sizes[i].key_size ||
		    info.value_size != map_sizes[i].value_size)
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
		if (!bpf_map_lookup_elem(fd, previous, values))
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

static int possible_cpus(void)
{
	static int n;

	if (!n)
		n = libbpf_num_possible_cpus();
	return n;
}

/* Add up `words` counters over the CPUs, `stride` words apart; false: all are 0. */
static bool sum(uint64_t *out, const uint64_t *values, size_t words, size_t stride)
{
	uint64_t any = 0;

	memcpy(out, values, words * sizeof(*out));
	for (int cpu = 1; cpu < possible_cpus(); cpu++)
		for (size_t i = 0; i < words; i++)
			out[i] += values[cpu * stride + i];
	for (size_t i = 0; i < words; i++)
		any |= out[i];
	return any;
}

/* Add up a value over the CPUs, where those of a CPU are `slots` values apart; 0 is left out. */
static int add_slot(struct table *out, const void *key, const void *slot, size_t slots)
{
	uint64_t total[sizeof(struct ipfw_if_counters) / 8];
	size_t words = out->value_size / 8;

	return sum(total, slot, words, words * slots) ? table_add(out, key, total) : 0;
}

/* An entry of a per-CPU map. */
static int add_sum(struct table *out, const void *key, const void *values)
{
	return add_slot(out, key, values, 1);
}

int maps_size(struct bpf_object *object)
{
	static const struct {
		enum map_id id;
		uint32_t slots;
	} arrays[] = {{MAP_IF_LOW, IPFW_LOW_IFS}, {MAP_PATH_LOW, IPFW_LOW_PATHS}};
	int r = possible_cpus() < 0 ? possible_cpus() : 0;

	for (size_t i = 0; i < 2 && !r; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, map_names[arrays[i].id]);

		r = map ? bpf_map__set_max_entries(map, arrays[i].slots * possible_cpus())
			: -ENOENT;
	}
	return r;
}

static const void *map_array(int fd, size_t slots, size_t slot_size)
{
	void *p = mmap(NULL, slots * slot_size * possible_cpus(), PROT_READ, MAP_SHARED, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

int arrays_open(const int *fds, struct arrays *out)
{
	out->ifs = map_array(fds[MAP_IF_LOW], IPFW_LOW_IFS, sizeof(*out->ifs));
	out->paths = map_array(fds[MAP_PATH_LOW], IPFW_LOW_PATHS, sizeof(*out->paths));
	return out->ifs && out->paths ? 0 : -errno;
}

void arrays_close(struct arrays *a)
{
	if (a->ifs)
		munmap((void *)a->ifs, sizeof(*a->ifs) * IPFW_LOW_IFS * possible_cpus());
	if (a->paths)
		munmap((void *)a->paths, sizeof(*a->paths) * IPFW_LOW_PATHS * possible_cpus());
	*a = (struct arrays){NULL, NULL};
}

static int read_arrays(const struct arrays *a, struct counts *out)
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

int maps_read_counts(const int *fds, const struct arrays *arrays, struct counts *out)
{
	size_t cpus = possible_cpus() > 0 ? possible_cpus() : 0;
	const struct map_form ifs = {sizeof(uint32_t), sizeof(struct ipfw_if_counters) * cpus,
				     add_sum};
	const struct map_form paths = {sizeof(struct ipfw_path_key),
				       sizeof(struct ipfw_counter) * cpus, add_sum};
	uint64_t *values;
	int r;

	if (!cpus)
		return possible_cpus();
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
			sum(&out->missed[i], values, 1, 1);
	}
	free(values);
	return r;
}

int maps_take_if(const int *fds, uint32_t ifindex, struct ipfw_if_counters *out)
{
	int fd = fds[MAP_IF_HIGH], r;
	uint64_t *values = calloc(possible_cpus(), sizeof(*out));

	if (!values)
		return -ENOMEM;
	r = bpf_map_lookup_and_delete_elem(fd, &ifindex, values);
	if (r && r != -ENOENT) { /* before Linux 5.14 in two steps */
		r = bpf_map_lookup_elem(fd, &ifindex, values);
		if (!r)
			r = bpf_map_delete_elem(fd, &ifindex);
	}
	if (!r)
		sum((uint64_t *)out, values, sizeof(*out) / 8, sizeof(*out) / 8);
	free(values);
	return r;
}

/* Add up the slots of the CPUs in an array of `slots` for each. */
static int read_slot(int fd, uint32_t slot, uint32_t slots, uint64_t *out, size_t words)
{
	uint64_t value[sizeof(struct ipfw_if_counters) / 8];
	int r = 0;

	memset(out, 0, words * sizeof(*out));
	for (int cpu = 0; cpu < possible_cpus() && !r; cpu++, slot += slots) {
		r = bpf_map_lookup_elem(fd, &slot, value);
		for (size_t i = 0; i < words && !r; i++)
			out[i] += value[i];
	}
	return r;
}

static int read_entry(int fd, const void *key, uint64_t *out, size_t words)
{
	uint64_t *values = calloc(possible_cpus(), words * sizeof(*out));
	int r = values ? bpf_map_lookup_elem(fd, key, values) : -ENOMEM;

	if (!r)
		sum(out, values, words, words);
	free(values);
	return r;
}

int maps_read_if(const int *fds, uint32_t ifindex, struct ipfw_if_counters *out)
{
	if (ifindex < IPFW_LOW_IFS)
		return read_slot(fds[MAP_IF_LOW], ifindex, IPFW_LOW_IFS, (uint64_t *)out,
				 sizeof(*out) / 8);
	return read_entry(fds[MAP_IF_HIGH], &ifindex, (uint64_t *)out, sizeof(*out) / 8);
}

int maps_read_path(const int *fds, const struct ipfw_path_key *key, struct ipfw_counter *out)
{
	if (key->in_ifindex < IPFW_LOW_PATH_IFS && key->out_ifindex < IPFW_LOW_PATH_IFS)
		return read_slot(fds[MAP_PATH_LOW],
				 IPFW_LOW_PATH(key->in_ifindex, key->out_ifindex, key->ipv6),
				 IPFW_LOW_PATHS, (uint64_t *)out, sizeof(*out) / 8);
	return read_entry(fds[MAP_PATH_HIGH], key, (uint64_t *)out, sizeof(*out) / 8);
}

void counts_clear(struct counts *c)
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
