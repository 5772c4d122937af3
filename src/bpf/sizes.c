/* SPDX-License-Identifier: MIT */
#include "bpf/sizes.h"

#include <net/if.h>
#include <stddef.h>
#include <sys/stat.h>

#include "bpf/cpus.h"

/* The least that the arrays hold for each CPU, and what they may take in octets for all. */
#define LEAST_IFS      16
#define LEAST_PATH_IFS 8
#define IFS_MEMORY     (512 << 10)
#define PATHS_MEMORY   (256 << 10)

const struct sizes sizes_full = {
	.low = {IPFW_LOW_IFS, IPFW_LOW_PATH_IFS},
	.ifs = IPFW_LOW_IFS + IPFW_HIGH_IFS,
	.paths = IPFW_LOW_PATHS + IPFW_HIGH_PATHS,
};

/* The power of two that is not less than `wanted`, from `least` to `most`, which are such. */
static uint32_t power(uint64_t wanted, uint32_t least, uint32_t most)
{
	uint32_t n = least;

	while (n < wanted && n < most)
		n *= 2;
	return n;
}

/* The highest power of two up to `most` that takes no more than the memory, `square` or not. */
static uint32_t within(uint64_t memory, uint64_t each, bool square, uint32_t most)
{
	uint32_t n = most;

	while (n > 1 && each * n * (square ? n : 1) > memory)
		n /= 2;
	return n;
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* In the hashes too: these are powers of two, or else all that there can be. */
static uint32_t in_all(uint64_t wanted, uint32_t full)
{
	uint32_t n = power(wanted, SIZES_LEAST, full);

	return n < full / 2 + 1 ? n : full;
}

struct sizes sizes_for(uint32_t n_ifs, uint32_t highest, uint32_t cpus)
{
	const uint64_t n = n_ifs, reach = 2 * ((uint64_t)highest + 1);
	const uint64_t if_size = (uint64_t)cpus * sizeof(struct ipfw_if_counters);
	const uint64_t path_size = (uint64_t)cpus * 2 * sizeof(struct ipfw_counter);
	struct sizes s;

	s.low.ifs = lesser(power(reach, LEAST_IFS, IPFW_LOW_IFS),
			   greater(power(4 * n, LEAST_IFS, IPFW_LOW_IFS),
				   within(IFS_MEMORY, if_size, false, IPFW_LOW_IFS)));
	s.low.path_ifs = lesser(power((uint64_t)highest + 1, LEAST_PATH_IFS, IPFW_LOW_PATH_IFS),
				greater(power(2 * n, LEAST_PATH_IFS, IPFW_LOW_PATH_IFS),
					within(PATHS_MEMORY, path_size, true, IPFW_LOW_PATH_IFS)));
	s.ifs = in_all(16 * n, sizes_full.ifs);
	s.paths = in_all(4 * n * n, sizes_full.paths);
	return s;
}

bool sizes_valid(const struct sizes *s)
{
	return s->low.ifs && s->low.ifs <= IPFW_LOW_IFS && s->low.path_ifs &&
	       s->low.path_ifs <= IPFW_LOW_PATH_IFS && s->ifs > s->low.ifs &&
	       s->ifs <= sizes_full.ifs && s->paths > sizes_low_paths(s) &&
	       s->paths <= sizes_full.paths;
}

/* Whether it is the network namespace of the first process. Its link below ns/ takes privileges. */
static bool is_of_first_process(void)
{
	struct stat first, own;

	return !stat("/proc/1/net/dev", &first) && !stat("/proc/thread-self/net/dev", &own) &&
	       first.st_ino == own.st_ino;
}

struct sizes sizes_choose(void)
{
	struct if_nameindex *ifs = is_of_first_process() ? NULL : if_nameindex();
	uint32_t n = 0, highest = 0;

	if (!ifs)
		return sizes_full;
	for (; ifs[n].if_index; n++)
		highest = greater(highest, ifs[n].if_index);
	if_freenameindex(ifs);
	return sizes_for(n, highest, cpus_possible().ids);
}
