/* SPDX-License-Identifier: MIT */
/*
 * maps: the maps of attached counters, and reading all of them at once.
 */
#ifndef IPFW_BPF_MAPS_H
#define IPFW_BPF_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/sizes.h"
#include "bpf/table.h"
#include "ipfw_shared.h"

enum map_id {
	MAP_IF_LOW,
	MAP_IF_HIGH,
	MAP_PATH_LOW,
	MAP_PATH_HIGH,
	MAP_MISSED,
	MAP_IF_RECORDS,
	MAP_IF_BASES,
	MAP_PATH_RECORDS,
	MAP_DROPS,
	MAP_DROP_RECORDS,
	MAP_FAST,
	MAP_FAST_RECORDS,
	MAP_REASONS,
	MAP_PRESENT,
	MAP_INFO,
	MAP_USED,
	MAP_COUNT
};

/* Their names in the eBPF object, and as pins. */
extern const char *const maps_names[MAP_COUNT];

/* How many entries a map has in a set of these sizes. */
uint32_t maps_entries(enum map_id id, const struct sizes *sizes);

/* The sizes that maps have. Returns 0 or -errno. */
int maps_sizes(const int *fds, struct sizes *out);

/* Whether the maps are of the kinds that this program knows, and their sizes belong together:
 * another one may have made them. */
bool maps_fit(const int *fds);

/* What is mapped into memory: the arrays of counters, [number of the CPU][slot]. */
struct maps_arrays {
	const struct ipfw_if_counters *ifs;
	const struct ipfw_counter *paths;
	const uint64_t *used; /* by enum ipfw_hash: 0 as long as nothing is in it */
	struct sizes sizes;
};

/* Map the arrays. Returns 0 or -errno. maps_arrays_close() accepts what was never opened. */
int maps_arrays_open(const int *fds, struct maps_arrays *out);
void maps_arrays_close(struct maps_arrays *a);

/* Tell the programs of an object that is not loaded yet which network namespace is ours: those that
 * see them all. Returns 0 or -errno. */
struct bpf_object;
int maps_set_netns(struct bpf_object *object);

/* Let an object that is not loaded yet use the maps of a hook set. Its maps that are none of these
 * are its own. Returns 0 or -errno. */
int maps_share(struct bpf_object *object, const int *fds);

/* Let the maps of an object that is not loaded yet have these sizes. */
int maps_resize(struct bpf_object *object, const struct sizes *sizes);

/* What the hooks counted, over all CPUs. */
struct maps_counts {
	struct table ifs;   /* uint32_t -> struct ipfw_if_counters */
	struct table paths; /* struct ipfw_path_key -> struct ipfw_counter; empty ones left out */
	struct table drops; /* struct ipfw_drop_key -> struct ipfw_sum */
	struct table fast;  /* struct ipfw_path_key -> struct ipfw_sum */
	uint64_t missed[IPFW_MISSED];
};

/* What the hooks counted until now. Returns 0 or -errno; the tables' room is used again. */
int maps_read_counts(const int *fds, const struct maps_arrays *arrays, struct maps_counts *out);
void maps_counts_clear(struct maps_counts *c);

/* Before the first reading: give IPFW_RETIRED its place in the hash. Returns 0 or -errno. */
int maps_begin(const int *fds);

/*
 * Add the counters of an ifindex in the hash to those of IPFW_RETIRED and free its place. Whoever
 * is killed in between has counted them once: both change in one system call. Returns 0 or -errno;
 * then nothing has changed, as on a kernel that has no such call (before 5.6).
 */
int maps_retire_if(const int *fds, uint32_t ifindex);

/* What is counted just now for one interface, or path. Returns 0 or -errno. */
int maps_read_if(const int *fds, const struct maps_arrays *arrays, uint32_t ifindex,
		 struct ipfw_if_counters *out);
int maps_read_path(const int *fds, const struct maps_arrays *arrays,
		   const struct ipfw_path_key *key, struct ipfw_counter *out);
int maps_read_drop(const int *fds, const struct ipfw_drop_key *key, struct ipfw_sum *out);
int maps_read_fast(const int *fds, const struct ipfw_path_key *key, struct ipfw_sum *out);

#endif
