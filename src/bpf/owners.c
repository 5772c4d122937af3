/* SPDX-License-Identifier: MIT */
#include "bpf/owners.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"
#include "bpf/filling.h"
#include "bpf/hash.h"
#include "bpf/info.h"
#include "bpf/losses.h"
#include "bpf/other.h"
#include "bpf/pairs.h"

static_assert(IPFW_NAME_MAX == SNAPSHOT_NAME_MAX, "names are copied whole");

#define WORDS(c) (sizeof(c) / sizeof(uint64_t))

static const enum metric_id stage_metrics[IPFW_STAGES] = {
	[IPFW_IN] = M_IN_PACKETS,
	[IPFW_IN_FORW] = M_IN_FORW_PACKETS,
	[IPFW_OUT_FORW] = M_OUT_FORW_PACKETS,
	[IPFW_OUT] = M_OUT_PACKETS,
	[IPFW_LOCAL] = M_DELIVERED_PACKETS,
};

struct timespec owners_since(const struct ipfw_info *info)
{
	int64_t by_wall = (int64_t)(clock_ns(CLOCK_REALTIME) - info->since_wall_ns);
	int64_t by_boot = (int64_t)(clock_ns(CLOCK_BOOTTIME) - info->since_boot_ns);
	const int64_t second = NS_PER_S;
	int64_t set = by_wall - by_boot, half = set < 0 ? -second / 2 : second / 2;

	return (struct timespec){(int64_t)info->since_wall_ns / second + (set + half) / second,
				 (int64_t)info->since_wall_ns % second};
}

int owners_read(struct owners *b, const int *maps)
{
	const struct {
		enum map_id map;
		struct table *table;
		size_t key_size, value_size;
	} all[] = {
		{MAP_IF_RECORDS, &b->if_records, sizeof(uint32_t), sizeof(struct ipfw_if_record)},
		{MAP_IF_BASES, &b->if_bases, sizeof(uint32_t), sizeof(struct ipfw_if_counters)},
		{MAP_PATH_RECORDS, &b->path_records, sizeof(struct ipfw_path_key),
		 sizeof(struct ipfw_path_record)},
		{MAP_DROP_RECORDS, &b->drop_records, sizeof(struct ipfw_drop_key),
		 sizeof(struct ipfw_path_record)},
		{MAP_FAST_RECORDS, &b->fast_records, sizeof(struct ipfw_path_key),
		 sizeof(struct ipfw_path_record)},
	};
	const uint64_t changes = b->info.changes;
	int r = info_read(maps, &b->info);

	if (!r && b->are_read && b->info.changes == changes)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(all) && !r; i++) {
		all[i].table->key_size = all[i].key_size;
		all[i].table->value_size = all[i].value_size;
		r = hash_read_plain(maps[all[i].map], all[i].table);
	}
	b->are_read = !r;
	return r;
}

void owners_clear(struct owners *b)
{
	table_clear(&b->if_records);
	table_clear(&b->if_bases);
	table_clear(&b->path_records);
	table_clear(&b->drop_records);
	table_clear(&b->fast_records);
}

static void add_words(void *to, const void *from, size_t words)
{
	for (size_t i = 0; i < words; i++)
		((uint64_t *)to)[i] += ((const uint64_t *)from)[i];
}

static void subtract_words(void *from, const void *what, size_t words)
{
	for (size_t i = 0; i < words; i++)
		((uint64_t *)from)[i] -= ((const uint64_t *)what)[i];
}

static void mark_present(struct filling *f, uint32_t ifindex)
{
	int r = bpf_map_update_elem(f->maps[MAP_PRESENT], &ifindex, &ifindex, BPF_ANY);

	/* -EINVAL: it is gone already, and the next one with that ifindex counts anew. */
	if (r && r != -EINVAL && !f->error)
		f->error = r;
}

static void figures_of(const struct filling *f, struct figures *out,
		       const struct ipfw_if_counters *own, int ipv6)
{
	const struct ipfw_counter *stages = own->of[ipv6];

	for (int stage = 0; stage < IPFW_STAGES; stage++) {
		figures_set(out, stage_metrics[stage], stages[stage].packets);
		figures_set(out, stage_metrics[stage] + 1, stages[stage].octets);
	}
	if (f->book->info.fast_since_ns) {
		figures_set(out, M_FAST_PATH_PACKETS, own->fast[ipv6].packets);
		figures_set(out, M_FAST_PATH_OCTETS, own->fast[ipv6].octets);
	}
}

/* Whether a flowtable may have carried packets past IP uncounted since the record began. */
static bool may_bypass(const struct filling *f, const struct ipfw_if_record *record)
{
	const uint64_t fast_ns = f->book->info.fast_since_ns;

	return fast_ns ? fast_ns > record->since_ns : f->s->may_bypass;
}

static bool is_present(const struct filling *f, uint32_t ifindex)
{
	uint32_t value;

	return !bpf_map_lookup_elem(f->maps[MAP_PRESENT], &ifindex, &value);
}

/* How the interface differs from the one that the record tells of; `found` NULL: there is none. */
static enum renewal renewal_of(const struct filling *f, const struct snapshot_if *row,
			       const struct ipfw_if_record *found)
{
	if (!found)
		return RENEWED;
	if (!is_present(f, row->ifindex))
		return RENEWED_UNSEEN;
	return strcmp(found->name, row->name) ? RENEWED_NAME : RENEWED_NOT;
}

/* Another interface: from now on the counters of that ifindex are its own. */
static struct ipfw_if_record begin_record(struct filling *f, struct snapshot_if *row,
					  enum renewal how, const struct ipfw_if_counters *raw,
					  struct ipfw_if_counters *own)
{
	struct ipfw_if_record record = {.since_ns = f->s->mono_ns};
	int r;

	if (how != RENEWED) { /* the one before was not seen to go */
		filling_write(f, MAP_IF_BASES, &row->ifindex, raw);
		memset(own, 0, sizeof(*own));
	} else if (!f->book->if_records.n) {
		record.since_ns = f->book->info.since_ns; /* here when the hooks were attached */
	}
	/* Or what the device counted after it was read would not be in its record. */
	r = f->devices->read(f->devices->arg, row);
	if (r && r != -ENODEV && !f->error)
		f->error = r;
	other_begin(&record, row, own);
	return record;
}

static void fill_if(struct filling *f, struct snapshot_if *row)
{
	static const struct ipfw_if_counters none;
	const struct ipfw_if_counters *raw = table_find(&f->counts->ifs, &row->ifindex);
	const struct ipfw_if_record *found = table_find(&f->book->if_records, &row->ifindex);
	const struct ipfw_if_counters *base = table_find(&f->book->if_bases, &row->ifindex);
	struct ipfw_if_counters own = *(raw ? raw : &none);
	enum renewal how = renewal_of(f, row, found);
	struct ipfw_if_record record;

	if (base)
		subtract_words(&own, base, WORDS(own));
	if (how <= RENEWED_NAME)
		record = *found;
	else
		record = begin_record(f, row, how, raw ? raw : &none, &own);
	if (how == RENEWED_NAME)
		record.since_ns = f->s->mono_ns;
	memcpy(record.name, row->name, sizeof(record.name));
	if (how != RENEWED_NOT || (may_bypass(f, &record) && !record.bypassed)) {
		record.bypassed |= may_bypass(f, &record);
		f->renewed[f->n_renewed++] = (struct renewed){row->ifindex, how, record};
	}
	row->continuity.since_ns = record.since_ns;
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
		figures_keep(&row->figures[family], metrics_of_group(GROUP_NOT_ROUTED));
	row->ipv4_source = IPV4_NOT_DERIVED;
	if (how == RENEWED_UNSEEN)
		return; /* its figures are known from the next reading on */
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct figures *out = &row->figures[FAMILY_IPV4 + ipv6];

		figures_of(f, out, &own, ipv6);
		if (!f->book->info.drops_error)
			losses_of_if(out, &own, ipv6);
	}
	other_fill(row, &record, &own);
}

/* After the paths: whoever is killed before that leaves all of it to the next reading. */
static void write_renewed(struct filling *f)
{
	for (size_t i = 0; i < f->n_renewed; i++) {
		const struct renewed *r = &f->renewed[i];

		filling_write(f, MAP_IF_RECORDS, &r->ifindex, &r->record);
		if (r->how > RENEWED_NAME)
			mark_present(f, r->ifindex);
	}
}

static void fill_system(struct filling *f)
{
	struct ipfw_if_counters total = {.of = {{{0}}}};
	const struct table *ifs = &f->counts->ifs;

	for (size_t i = 0; i < ifs->n; i++)
		add_words(&total, table_value(ifs, i), WORDS(total));
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct snapshot_system *row = &f->s->system[FAMILY_IPV4 + ipv6];

		figures_of(f, &row->figures, &total, ipv6);
		if (!f->book->info.drops_error)
			losses_of_system(&row->figures, &total, ipv6);
		/* How many of them flowtables merged, past the kernel's count, nobody knows. */
		if (!total.fast[ipv6].packets)
			ip_counts_set(&row->ip_counts, C_IN_EXTRA,
				      total.of[ipv6][IPFW_IN].extra_packets);
		row->continuity.since_ns = f->book->info.since_ns;
	}
}

/*
 * An interface went away. In the hash its counters make room; in the array they stay, as the base
 * of the next interface with that ifindex. The record goes last: whoever is killed before that
 * leaves it to the next reading to begin again.
 */
static void retire(struct filling *f, uint32_t ifindex)
{
	struct ipfw_if_counters rest;

	/* Read anew: the sample was taken before it was gone. */
	if (ifindex >= f->arrays->sizes.low.ifs && !maps_retire_if(f->maps, ifindex))
		filling_remove(f, MAP_IF_BASES, &ifindex);
	else if (!maps_read_if(f->maps, f->arrays, ifindex, &rest))
		filling_write(f, MAP_IF_BASES, &ifindex, &rest);
	filling_remove(f, MAP_IF_RECORDS, &ifindex);
}

/* What a record, or a place in the hash, still stands for although the interface is gone. */
static void retire_gone(struct filling *f)
{
	const struct table *tables[] = {&f->book->if_records, &f->counts->ifs};

	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < tables[t]->n; i++) {
			uint32_t ifindex = *(const uint32_t *)table_key(tables[t], i);

			if ((t == 0 || ifindex >= f->arrays->sizes.low.ifs) &&
			    ifindex != IPFW_RETIRED && !filling_is_live(f, ifindex))
				retire(f, ifindex);
		}
}

int owners_fill(struct owners *b, const int *maps, const struct maps_arrays *arrays,
		const struct maps_counts *counts, const struct devices *devices, struct snapshot *s)
{
	struct filling f = {
		.book = b,
		.maps = maps,
		.arrays = arrays,
		.counts = counts,
		.devices = devices,
		.s = s,
	};

	f.renewed = calloc(s->n_ifs + 1, sizeof(*f.renewed));
	if (!f.renewed)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_ifs; i++)
		fill_if(&f, &s->ifs[i]);
	fill_system(&f);
	pairs_fill(&f);
	write_renewed(&f);
	retire_gone(&f);
	free(f.renewed);
	s->source = SOURCE_EBPF;
	s->hooks = b->info.hooks;
	s->since = owners_since(&b->info);
	s->since_known = true;
	s->missed_packets = counts->missed[IPFW_MISSED_IF];
	s->missed_path_packets = counts->missed[IPFW_MISSED_PATH];
	s->missed_drop_packets = counts->missed[IPFW_MISSED_DROP];
	return f.error;
}
