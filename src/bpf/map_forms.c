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
	[MAP_INFO] = "info",         [MAP_USED] = "used",
};

/* What they are, as in ipfw_core.h. */
static const struct {
	uint32_t type, flags, key_size, value_size;
} map_forms[MAP_COUNT] = {
	[MAP_IF_LOW] = {BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, 4, sizeof(struct ipfw_if_counters)},
	[MAP_IF_HIGH] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, 4,
			 sizeof(struct ipfw_if_counters)},
	[MAP_PATH_LOW] = {BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, 4, sizeof(struct ipfw_counter)},
	[MAP_PATH_HIGH] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC,
			   sizeof(struct ipfw_path_key), sizeof(struct ipfw_counter)},
	[MAP_MISSED] = {BPF_MAP_TYPE_PERCPU_ARRAY, 0, 4, sizeof(uint64_t)},
	[MAP_IF_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 4, sizeof(struct ipfw_if_record)},
	[MAP_IF_BASES] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 4, sizeof(struct ipfw_if_counters)},
	[MAP_PATH_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_path_key),
			      sizeof(struct ipfw_path_record)},
	[MAP_DROPS] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_drop_key),
		       sizeof(struct ipfw_sum)},
	[MAP_DROP_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_drop_key),
			      sizeof(struct ipfw_path_record)},
	[MAP_FAST] = {BPF_MAP_TYPE_PERCPU_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_path_key),
		      sizeof(struct ipfw_sum)},
	[MAP_FAST_RECORDS] = {BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, sizeof(struct ipfw_path_key),
			      sizeof(struct ipfw_path_record)},
	[MAP_REASONS] = {BPF_MAP_TYPE_ARRAY, 0, 4, sizeof(struct ipfw_reason_name)},
	[MAP_PRESENT] = {BPF_MAP_TYPE_DEVMAP_HASH, 0, 4, sizeof(uint32_t)},
	[MAP_INFO] = {BPF_MAP_TYPE_ARRAY, 0, 4, sizeof(struct ipfw_info)},
	[MAP_USED] = {BPF_MAP_TYPE_ARRAY, BPF_F_MMAPABLE, 4, sizeof(uint64_t)},
};

uint32_t maps_entries(enum map_id id, const struct sizes *sizes)
{
	switch (id) {
	case MAP_IF_LOW: /* indexed by CPUs: as many for each */
		return sizes->low.ifs * cpus_possible().ids;
	case MAP_IF_HIGH:
		return sizes->ifs - sizes->low.ifs + 1; /* and IPFW_RETIRED */
	case MAP_PATH_LOW:
		return sizes_low_paths(sizes) * cpus_possible().ids;
	case MAP_PATH_HIGH:
		return sizes->paths - sizes_low_paths(sizes);
	case MAP_MISSED:
		return IPFW_MISSED;
	case MAP_USED:
		return IPFW_HASHES;
	case MAP_IF_RECORDS:
	case MAP_IF_BASES:
	case MAP_PRESENT:
		return sizes->ifs;
	case MAP_PATH_RECORDS:
	case MAP_FAST:
	case MAP_FAST_RECORDS:
		return sizes->paths;
	case MAP_DROPS:
	case MAP_DROP_RECORDS:
		return IPFW_DROPS;
	case MAP_REASONS:
		return IPFW_REASONS + IPFW_REASON_SUBSYSTEMS;
	default:
		return 1;
	}
}

/* What a map is. Returns 0 or -errno. */
static int describe(int fd, struct bpf_map_info *info)
{
	uint32_t size = sizeof(*info);

	*info = (struct bpf_map_info){.id = 0};
	return bpf_obj_get_info_by_fd(fd, info, &size);
}

int maps_sizes(const int *fds, struct sizes *out)
{
	const uint32_t cpus = cpus_possible().ids;
	struct bpf_map_info ifs_low, paths_low, ifs, paths;
	int r = cpus ? describe(fds[MAP_IF_LOW], &ifs_low) : -errno;

	if (!r)
		r = describe(fds[MAP_PATH_LOW], &paths_low);
	if (!r)
		r = describe(fds[MAP_IF_RECORDS], &ifs);
	if (!r)
		r = describe(fds[MAP_PATH_RECORDS], &paths);
	if (r)
		return r;
	*out = (struct sizes){
		.low = {.ifs = ifs_low.max_entries / cpus},
		.ifs = ifs.max_entries,
		.paths = paths.max_entries,
	};
	while (out->low.path_ifs < IPFW_LOW_PATH_IFS &&
	       sizes_low_paths(out) < paths_low.max_entries / cpus)
		out->low.path_ifs++;
	return 0;
}

bool maps_fit(const int *fds)
{
	struct sizes sizes;

	if (maps_sizes(fds, &sizes) || !sizes_valid(&sizes))
		return false;
	for (int i = 0; i < MAP_COUNT; i++) {
		struct bpf_map_info info;

		if (describe(fds[i], &info) || info.type != map_forms[i].type ||
		    /* the kernel adds this one to those of devices */
		    (info.map_flags & ~BPF_F_RDONLY_PROG) != map_forms[i].flags ||
		    info.key_size != map_forms[i].key_size ||
		    info.value_size != map_forms[i].value_size ||
		    info.max_entries != maps_entries(i, &sizes))
			return false;
	}
	return true;
}

/* Give a constant of an object that is not loaded yet its value. Returns 0 or -errno. */
static int set_constant(struct bpf_object *object, const char *section, const void *value,
			size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, section);

	return map ? bpf_map__set_initial_value(map, value, size) : -ENOENT;
}

int maps_set_netns(struct bpf_object *object)
{
	const uint32_t inum = netns_inode();

	return inum ? set_constant(object, ".rodata.netns", &inum, sizeof(inum)) : -ENOENT;
}

static int set_low(struct bpf_object *object, const struct sizes *sizes)
{
	return set_constant(object, ".rodata.low", &sizes->low, sizeof(sizes->low));
}

int maps_share(struct bpf_object *object, const int *fds)
{
	struct sizes sizes;
	int r = maps_sizes(fds, &sizes);

	if (!r)
		r = set_low(object, &sizes);
	for (int i = 0; i < MAP_COUNT && !r; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, maps_names[i]);

		r = map ? bpf_map__reuse_fd(map, fds[i]) : -ENOENT;
	}
	return r;
}

int maps_resize(struct bpf_object *object, const struct sizes *sizes)
{
	int r = cpus_possible().ids ? set_low(object, sizes) : -errno;

	for (int i = 0; i < MAP_COUNT && !r; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, maps_names[i]);

		r = map ? bpf_map__set_max_entries(map, maps_entries(i, sizes)) : -ENOENT;
	}
	return r;
}
