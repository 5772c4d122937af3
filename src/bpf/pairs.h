/* SPDX-License-Identifier: MIT */
/*
 * pairs: the counters of two interfaces, paths and rows of drops, in the snapshot. A record beside
 * each keeps their names, since when it is theirs, and what an ifindex had counted before.
 */
#ifndef IPFW_BPF_PAIRS_H
#define IPFW_BPF_PAIRS_H

#include "bpf/owners.h"

/* One filling: what it works on, and the interfaces that are not those of before. */
struct filling {
	struct owners *book;
	const int *maps;
	const struct maps_arrays *arrays;
	const struct maps_counts *counts;
	struct snapshot *s;
	uint32_t *renewed; /* ascending */
	size_t n_renewed;
	int error; /* the first */
};

/* Of owners.c. An interface that came up after the interfaces were read is live, too. */
void filling_write(struct filling *f, enum map_id map, const void *key, const void *value);
bool filling_is_renewed(const struct filling *f, uint32_t ifindex);
bool filling_is_live(const struct filling *f, uint32_t ifindex);

/* Add the paths and the drops; the interfaces must be filled. */
void pairs_fill(struct filling *f);

#endif
