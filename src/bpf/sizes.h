/* SPDX-License-Identifier: MIT */
/*
 * sizes: how many interfaces and paths a set of counters has room for. The kernel takes the memory
 * of arrays, and of a hash's buckets, at once: arrays for each possible CPU. So a network namespace
 * with few interfaces gets small ones. The sizes are fixed when the hooks are attached; whoever
 * reads the counters finds them in the maps.
 */
#ifndef IPFW_BPF_SIZES_H
#define IPFW_BPF_SIZES_H

#include <stdbool.h>
#include <stdint.h>

#include "ipfw_shared.h"

struct sizes {
	struct ipfw_low low; /* in the arrays, for each CPU */
	uint32_t ifs, paths; /* in all: in the arrays and the hashes */
};

/* All that a set can have. */
extern const struct sizes sizes_full;

/*
 * For a namespace with `n_ifs` interfaces, the highest ifindex among them, and arrays for `cpus`
 * CPUs. The array of interfaces reaches as far as twice that ifindex, that of paths as far as it
 * does; but not further than four or two places for each interface, except within a fixed amount of
 * memory. The hashes hold sixteen times as many interfaces, and twice as many paths as there can be
 * between those that there are; not less than SIZES_LEAST of each, so that a namespace can grow.
 */
#define SIZES_LEAST 4096
struct sizes sizes_for(uint32_t n_ifs, uint32_t highest, uint32_t cpus);

/*
 * For the calling thread's namespace, as it is now. That of the first process gets all: it is the
 * host's own, in which counting begins before its interfaces are there.
 */
struct sizes sizes_choose(void);

/* Whether a set can have them: then the hashes have room for something too. */
bool sizes_valid(const struct sizes *s);

/* The slots of paths in an array, for each CPU. */
static inline uint32_t sizes_low_paths(const struct sizes *s)
{
	return 2 * s->low.path_ifs * s->low.path_ifs;
}

#endif
