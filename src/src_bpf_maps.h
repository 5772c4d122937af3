/* SPDX-License-Identifier: MIT */
/*
 * src_bpf_maps: the maps of attached counters, and reading all of them at once.
 */
#ifndef IPFW_SRC_BPF_MAPS_H
#define IPFW_SRC_BPF_MAPS_H

#include <stddef.h>
#include <stdint.h>

#include "../bpf/ipfw_shared.h"

enum map_id {
	MAP_IF_LOW,
	MAP_IF_HIGH,
	MAP_PATH_LOW,
	MAP_PATH_HIGH,
	MAP_MISSED,
	MAP_IF_RECORDS,
	MAP_IF_BASES,
	MAP_PATH_RECORDS,
	MAP_PRESENT,
	MAP_INFO,
	MAP_COUNT
};

/* Their names in the eBPF object, and as pins. */
extern const char *const map_names[MAP_COUNT];

/* A table of fixed-size entries, each a key and a value behind it, sorted by key. */
struct table {
	size_t key_size, entry_size;
	char *entries;
	size_t n, cap;
};

/* What the hooks counted, over all CPUs. */
struct counts {
	struct table ifs;   /* uint32_t -> struct ipfw_if_counters */
	struct table paths; /* struct ipfw_path_key -> struct ipfw_counter; empty ones left out */
	uint64_t missed[IPFW_MISSED];
};

void *table_find(const struct table *t, const void *key); /* the value, or NULL */
void table_clear(struct table *t);                        /* frees the entries */

/* What the hooks counted until now. Returns 0 or -errno; the tables' room is used again. */
int maps_read_counts(const int *fds, struct counts *out);
void counts_clear(struct counts *c);

/* Take the counters of an ifindex out of the hash. Returns 0, -ENOENT or another -errno. */
int maps_take_if(const int *fds, uint32_t ifindex, struct ipfw_if_counters *out);

/* All of a plain hash. `out` has key and entry size set. Returns 0 or -errno. */
int maps_read_hash(int fd, struct table *out);

#endif
