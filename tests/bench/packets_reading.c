/* SPDX-License-Identifier: MIT */
/*
 * packets_reading ROUNDS: how long it takes to read the counters and the records of 10,000
 * interfaces, then of as many paths as well. In a network namespace of its own, with maps that are
 * filled here and not by packets.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bpf/hooks.h"
#include "bpf/maps.h"
#include "bpf/owners.h"

#define ENTRIES 10000
#define PAIRS   300 /* of interfaces, with which the maps have room for so many */
#define TRIES   1000

static void die(const char *what, int error)
{
	fprintf(stderr, "packets_reading: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static void put(const int *maps, enum map_id map, const void *key, const void *value)
{
	int r = -ENOMEM;

	/* The kernel gets the memory later than it is asked for. */
	for (int i = 0; i < TRIES && r == -ENOMEM; i++) {
		r = bpf_map_update_elem(maps[map], key, value, BPF_ANY);
		if (r == -ENOMEM)
			usleep(1000);
	}
	if (r)
		die(maps_names[map], r);
}

static void make_ifs(void)
{
	FILE *ip = popen("ip -batch -", "w");

	if (!ip)
		die("ip", errno);
	for (int i = 0; i < PAIRS; i++)
		fprintf(ip, "link add a%d type veth peer name b%d\n", i, i);
	if (pclose(ip))
		die("ip", EINVAL);
}

/* For every CPU a value of that size, no octet of which is 0. */
static void *per_cpu(size_t size)
{
	void *values;

	size *= libbpf_num_possible_cpus();
	values = malloc(size);
	if (!values)
		die("malloc", ENOMEM);
	return memset(values, 1, size);
}

static void fill_ifs(const int *maps)
{
	void *counters = per_cpu(sizeof(struct ipfw_if_counters));

	for (uint32_t i = 0; i < ENTRIES; i++) {
		uint32_t ifindex = IPFW_LOW_IFS + i;
		struct ipfw_if_record record = {.since_ns = 1};

		snprintf(record.name, sizeof(record.name), "if%u", ifindex);
		put(maps, MAP_IF_HIGH, &ifindex, counters);
		put(maps, MAP_IF_RECORDS, &ifindex, &record);
	}
	free(counters);
}

static void fill_paths(const int *maps)
{
	void *counter = per_cpu(sizeof(struct ipfw_counter));

	for (uint32_t i = 0; i < ENTRIES; i++) {
		struct ipfw_path_key path = {IPFW_LOW_IFS + i, IPFW_LOW_IFS + i / 100, i & 1};
		struct ipfw_path_record record = {.since_ns = 1};

		put(maps, MAP_PATH_HIGH, &path, counter);
		put(maps, MAP_PATH_RECORDS, &path, &record);
	}
	free(counter);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int order(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum { COUNTS, BOOK, BOTH, PARTS };

static void measure(const int *maps, const struct maps_arrays *arrays, int rounds)
{
	static const char *const names[PARTS] = {"counts", "book", "both"};
	struct maps_counts counts = {.missed = {0}};
	struct owners book = {.info = {0}};
	double *times[PARTS];

	for (int part = 0; part < PARTS; part++) {
		times[part] = calloc(rounds, sizeof(double));
		if (!times[part])
			die("calloc", ENOMEM);
	}
	for (int round = -1; round < rounds; round++) { /* the first to warm up */
		double begin = now_ms(), between;
		int r = maps_read_rows(maps, arrays, &counts);

		if (!r)
			r = maps_read_ifs(maps, arrays, &counts);
		between = now_ms();
		if (!r)
			r = owners_read(&book, maps);
		if (r)
			die("reading", r);
		if (round < 0)
			continue;
		times[BOTH][round] = now_ms() - begin;
		times[COUNTS][round] = between - begin;
		times[BOOK][round] = times[BOTH][round] - times[COUNTS][round];
	}
	printf("reading %zu interfaces, %zu paths in hashes, %d rounds, ms, median [quartiles]:",
	       counts.ifs.n, counts.paths.n, rounds);
	for (int part = 0; part < PARTS; part++) {
		qsort(times[part], rounds, sizeof(double), order);
		printf(" %s %.2f [%.2f %.2f]", names[part], times[part][rounds / 2],
		       times[part][rounds / 4], times[part][rounds * 3 / 4]);
		free(times[part]);
	}
	printf("\n");
	maps_counts_clear(&counts);
	owners_clear(&book);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 100;
	struct hooks hooks;
	struct maps_arrays arrays = {.ifs = NULL};
	struct why why;
	int r;

	if (rounds < 1)
		return 2;
	if (unshare(CLONE_NEWNET))
		die("unshare", errno);
	make_ifs();
	if (hooks_open(&hooks, HOOKS_NETFILTER, &why)) {
		fprintf(stderr, "packets_reading: %s\n", why.text);
		return 1;
	}
	r = maps_arrays_open(hooks.maps, &arrays);
	if (r)
		die("arrays", r);
	fill_ifs(hooks.maps);
	measure(hooks.maps, &arrays, rounds);
	fill_paths(hooks.maps);
	measure(hooks.maps, &arrays, rounds);
	maps_arrays_close(&arrays);
	hooks_close(&hooks);
	return 0;
}
