/* SPDX-License-Identifier: MIT */
/*
 * filling: what owners and pairs work on while they fill one snapshot.
 */
#ifndef IPFW_BPF_FILLING_H
#define IPFW_BPF_FILLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/maps.h"
#include "bpf/owners.h"
#include "model/snapshot.h"

/* How the interface at an ifindex is not that of the reading before; of two, the later one counts.
 */
enum renewal {
	RENEWED_NOT,
	RENEWED_NAME,   /* it has another name */
	RENEWED,        /* another one; what the one before it had counted was noted when it went */
	RENEWED_UNSEEN, /* another one; nobody knows which of the two counted what */
};

struct renewed {
	uint32_t ifindex;
	enum renewal how;
	struct ipfw_if_record record; /* its new one, written when all else is */
};

/* One filling: what it works on, and the interfaces that are not those of before. */
struct filling {
	struct owners *book;
	const int *maps;
	const struct maps_arrays *arrays;
	const struct maps_counts *counts;
	const struct devices *devices;
	struct snapshot *s;
	struct renewed *renewed; /* ascending */
	size_t n_renewed;
	bool changes; /* the records: other readers can see that they do */
	int error;    /* the first */
};

/* How the interface of that ifindex is not that of the reading before. */
enum renewal filling_renewal(const struct filling *f, uint32_t ifindex);

/* Whether there is an interface of that ifindex, now or when the interfaces were read. */
bool filling_is_live(const struct filling *f, uint32_t ifindex);

/*
 * Write a record, or take it away; the first that fails is the filling's error. info.changes goes
 * up before the first one, so whoever has the records as they were reads them again, also if this
 * process is killed in between.
 */
void filling_write(struct filling *f, enum map_id map, const void *key, const void *value);
void filling_remove(struct filling *f, enum map_id map, const void *key);

#endif
