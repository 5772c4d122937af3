/* SPDX-License-Identifier: MIT */
/* What each map is, of maps.h. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "base/netns.h"
#include "bpf/cpus.h"
#include "bpf/maps.h"

const char *const maps_names[MAP_COUNT] = {
	[MAP_IF_LOW] = "if_low",     [MAP_IF_HIGH] = "if_high",
	[MAP_PATH_LOW] = "path_low", [MAP_PATH_HIGH] = "path_high",
	[MAP_MISSED] = "missed",     [MAP_IF_RECORDS] = "if_records",
	[MAP_IF_BASES] = "if_bases", [MAP_PATH_RECORDS] = "path_records",
	[MAP_DROPS] = "drops",       [MAP_DROP_RECORDS] = "drop_records",
	[MAP_FAST] = "fast",         [MAP_FAST_RECORDS] = "fast_records",
	[MAP_REASONS] = "reasons",   [MAP_PRESENT] = "present",
	[MAP_INFO] = "info",
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
	[MAP_DROPS] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_drop_key),
		       sizeof(struct ipfw_sum), IPFW_DROPS, false},
	[MAP_DROP_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_drop_key),
			      sizeof(struct ipfw_path_record), IPFW_DROPS, false},
	[MAP_FAST] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_path_key),
		      sizeof(struct ipfw_sum), IPFW_FAST_PATHS, false},
	[MAP_FAST_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_path_key),
			      sizeof(struct ipfw_path_record), IPFW_FAST_PATHS, false},
	[MAP_REASONS] = {BPF_MAP_TYPE_ARRAY, 0, 4, sizeof(struct ipfw_reason_name),
			 IPFW_REASONS + IPFW_REASON_SUBSYSTEMS, false},
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

int maps_set_netns(struct bpf_object *object)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".rodata.netns");
	size_t size = 0;
	uint32_t *inum = map ? (uint32_t *)bpf_map__initial_value(map, &size) : NULL;

	if (!inum || size != sizeof(*inum))
		return -EINVAL;
	*inum = netns_inode();
	return *inum ? 0 : -ENOENT;
}

int maps_share(struct bpf_object *object, const int *fds)
{
	int r = 0;

	for (int i = 0; i < MAP_COUNT && !r; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, maps_names[i]);

		r = map ? bpf_map__reuse_fd(map, fds[i]) : -ENOENT;
	}
	return r;
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
