/* SPDX-License-Identifier: MIT */
/* For the fuzz targets: make things out of the input's bytes; where it has ended, they are 0. */
#ifndef IPFW_FUZZ_BYTES_H
#define IPFW_FUZZ_BYTES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/snapshot.h"

#define FUZZ_MONO_NS UINT64_C(1000000000000)

struct bytes {
	const uint8_t *at, *end;
};

static inline uint32_t byte(struct bytes *b)
{
	return b->at < b->end ? *b->at++ : 0;
}

/* Small and large ones. */
static inline uint64_t bytes_number(struct bytes *b)
{
	uint64_t number = byte(b);

	if (number < 224)
		return number;
	number = number << 56 | byte(b);
	return number >> byte(b) % 64;
}

static inline void bytes_figures(struct bytes *b, struct figures *f)
{
	uint32_t known = byte(b), derived;

	known |= byte(b) << 8;
	derived = byte(b);
	derived |= byte(b) << 8;
	for (int m = 0; m < M_COUNT; m++)
		if (known >> m % 16 & 1)
			(derived >> m % 16 & 1 ? figures_derive : figures_set)(f, (enum metric_id)m,
									       bytes_number(b));
}

/* Of the row's figures, so that inputs go on to be what they were. */
static inline void fill_ip_counts(struct ip_counts *c, const struct figures *f)
{
	for (int i = 0; i < C_COUNT; i++)
		if (f->known >> i & 1)
			ip_counts_set(c, (enum ip_count)i, f->value[i]);
}

/* At FUZZ_MONO_NS, at most 7 interfaces and 7 paths; no two rows are those of the same thing. */
static inline struct snapshot *bytes_snapshot(struct bytes *b)
{
	struct snapshot *s = snapshot_new();
	unsigned n = byte(b) % 8;
	uint32_t ifindex = 0;

	if (!s)
		abort();
	s->mono_ns = FUZZ_MONO_NS;
	s->source = byte(b) % 2 ? SOURCE_KERNEL : SOURCE_EBPF;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		bytes_figures(b, &s->system[f].figures);
		fill_ip_counts(&s->system[f].ip_counts, &s->system[f].figures);
		s->system[f].forwarding_known = byte(b) % 2;
		s->system[f].continuity.since_ns = bytes_number(b) % FUZZ_MONO_NS;
	}
	for (unsigned i = 0; i < n; i++) {
		char name[SNAPSHOT_NAME_MAX];
		struct snapshot_if *row;
		uint32_t step = byte(b);

		/* 0, not known, may be that of many */
		ifindex += step < 250 ? (ifindex ? 1 : 0) + step % 4 : step << 22;
		snprintf(name, sizeof(name), "e%c%u", (char)(1 + byte(b) % 255), i);
		row = snapshot_add_if(s, ifindex, name);
		if (!row)
			abort();
		row->continuity.since_ns = bytes_number(b) % FUZZ_MONO_NS;
		for (int f = 0; f < FAMILY_COUNT; f++)
			bytes_figures(b, &row->figures[f]);
		fill_ip_counts(&row->ip6_counts, &row->figures[FAMILY_OTHER]);
	}
	s->paths_known = byte(b) % 2;
	n = s->paths_known ? byte(b) % 8 : 0;
	for (unsigned i = 0; i < n; i++) {
		struct snapshot_path *p = snapshot_add_path(s);

		if (!p)
			abort();
		p->family = byte(b) % 2 ? FAMILY_IPV4 : FAMILY_IPV6;
		p->in_ifindex = 1 + byte(b) % 4 * 8 + i;
		p->out_ifindex = 1 + byte(b) % 8;
		p->continuity.since_ns = bytes_number(b) % FUZZ_MONO_NS;
		bytes_figures(b, &p->figures);
	}
	snapshot_sort(s);
	return s;
}

#endif
