/* SPDX-License-Identifier: MIT */
#include "bpf/pairs.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static_assert((int)IPFW_DROP_STAGES == (int)DROP_STAGES && IPFW_DROP_LINK == (int)DROP_LINK &&
		      IPFW_DROP_LOCAL == (int)DROP_LOCAL,
	      "the stages of the maps are those of a snapshot");
static_assert(IPFW_REASON_MAX == SNAPSHOT_REASON_MAX, "reasons are copied whole");

/* One of the kinds. */
struct kind {
	enum map_id counts, records;
	enum metric_id packets; /* and octets, the next one */
	/* What is counted just now. Returns 0 or -errno. */
	int (*read)(const struct filling *f, const void *key, struct ipfw_sum *out);
	/* Only there must a row make room. */
	bool (*is_hashed)(const struct filling *f, const void *key);
	/* Put it into the snapshot. Returns 0 or -ENOMEM. */
	int (*add)(struct filling *f, const void *key, const struct snapshot_path *row);
};

static int read_path(const struct filling *f, const void *key, struct ipfw_sum *out)
{
	struct ipfw_counter now;
	int r = maps_read_path(f->maps, f->arrays, key, &now);

	if (!r)
		*out = (struct ipfw_sum){now.packets, now.octets};
	return r;
}

static int read_drop(const struct filling *f, const void *key, struct ipfw_sum *out)
{
	return maps_read_drop(f->maps, key, out);
}

static bool is_hashed_path(const struct filling *f, const void *key)
{
	const uint32_t low = f->arrays->sizes.low.path_ifs;
	const struct ipfw_path_key *k = key;

	return k->in_ifindex >= low || k->out_ifindex >= low;
}

static int read_fast(const struct filling *f, const void *key, struct ipfw_sum *out)
{
	return maps_read_fast(f->maps, key, out);
}

static bool is_hashed_always(const struct filling *f, const void *key)
{
	(void)f;
	(void)key;
	return true;
}

static int add_path(struct filling *f, const void *key, const struct snapshot_path *row)
{
	struct snapshot_path *added = snapshot_add_path(f->s);

	(void)key;
	if (!added)
		return -ENOMEM;
	*added = *row;
	if (f->book->info.fast_since_ns && row->figures.known) { /* so far */
		figures_set(&added->figures, M_FAST_PATH_PACKETS, 0);
		figures_set(&added->figures, M_FAST_PATH_OCTETS, 0);
	}
	return 0;
}

/* The share of a path that is there already. */
static int add_fast(struct filling *f, const void *key, const struct snapshot_path *row)
{
	struct snapshot_path *path = snapshot_find_path(f->s, row);

	(void)key;
	for (int m = M_FAST_PATH_PACKETS; path && m <= M_FAST_PATH_OCTETS; m++) {
		if (figures_known(&row->figures, m))
			figures_set(&path->figures, m, row->figures.value[m]);
		else
			path->figures.known &= ~(1u << m);
	}
	return 0;
}

static bool read_reason(const struct filling *f, uint32_t index, struct ipfw_reason_name *name)
{
	return !bpf_map_lookup_elem(f->maps[MAP_REASONS], &index, name) && name->text[0];
}

/* The kernel's own word; of a subsystem's reasons, which have numbers only, the subsystem's. */
static void name_reason(const struct filling *f, uint32_t reason, char out[SNAPSHOT_REASON_MAX])
{
	struct ipfw_reason_name name;
	uint32_t subsystem = reason >> 16;
	bool known = subsystem ? subsystem < IPFW_REASON_SUBSYSTEMS &&
					 read_reason(f, IPFW_REASONS + subsystem, &name)
			       : reason < IPFW_REASONS && read_reason(f, reason, &name);

	snprintf(out, SNAPSHOT_REASON_MAX, "%s", known ? name.text : "OTHER");
}

static int add_drop(struct filling *f, const void *key, const struct snapshot_path *row)
{
	const struct ipfw_drop_key *k = key;
	struct snapshot_drop *added;

	if (k->stage >= DROP_STAGES)
		return 0;
	added = snapshot_add_drop(f->s);
	if (!added)
		return -ENOMEM;
	added->path = *row;
	added->stage = (enum drop_stage)k->stage;
	name_reason(f, k->reason, added->reason);
	return 0;
}

static const struct kind path_kind = {
	MAP_PATH_HIGH, MAP_PATH_RECORDS, M_OUT_FORW_PACKETS, read_path, is_hashed_path, add_path,
};
static const struct kind drop_kind = {
	MAP_DROPS, MAP_DROP_RECORDS, M_DROPPED_PACKETS, read_drop, is_hashed_always, add_drop,
};
static const struct kind fast_kind = {
	MAP_FAST, MAP_FAST_RECORDS, M_FAST_PATH_PACKETS, read_fast, is_hashed_always, add_fast,
};

/* Both begin with them. */
static const struct ipfw_path_key *pair_of(const void *key)
{
	static_assert(offsetof(struct ipfw_drop_key, in_ifindex) ==
				      offsetof(struct ipfw_path_key, in_ifindex) &&
			      offsetof(struct ipfw_drop_key, out_ifindex) ==
				      offsetof(struct ipfw_path_key, out_ifindex) &&
			      offsetof(struct ipfw_drop_key, ipv6) ==
				      offsetof(struct ipfw_path_key, ipv6),
		      "the key of a row of drops begins as that of a path");
	return key;
}

static void name_if(const struct filling *f, uint32_t ifindex, char name[IPFW_NAME_MAX])
{
	const struct snapshot_if *row = snapshot_find_if(f->s, ifindex);
	const struct ipfw_if_record *record = table_find(&f->book->if_records, &ifindex);

	memset(name, 0, IPFW_NAME_MAX);
	if (row)
		memcpy(name, row->name, IPFW_NAME_MAX);
	else if (record)
		memcpy(name, record->name, IPFW_NAME_MAX);
}

static uint64_t pairs_since(const struct ipfw_info *info)
{
	return info->paths_since_ns ? info->paths_since_ns : info->since_ns;
}

/*
 * A pair that is over makes room; should it come back, it is another one. Whoever is killed in
 * between leaves it to the next reading to begin again.
 */
static void forget(struct filling *f, const struct kind *kind, const void *key,
		   struct ipfw_path_record *record)
{
	const uint32_t zero = 0;
	struct ipfw_info *info = &f->book->info;

	if (info->paths_since_ns != f->s->mono_ns) {
		info->paths_since_ns = f->s->mono_ns;
		filling_write(f, MAP_INFO, &zero, info);
	}
	record->over = IPFW_FORGOTTEN;
	filling_write(f, kind->records, key, record);
	bpf_map_delete_elem(f->maps[kind->counts], key);
	filling_remove(f, kind->records, key);
}

/* The record of a pair that is new or not the one of before. Returns whether its figures are known.
 */
static bool begin_pair(const struct filling *f, const struct ipfw_path_record *found,
		       enum renewal how, const struct ipfw_sum *raw,
		       struct ipfw_path_record *record)
{
	bool known = true;

	*record = (struct ipfw_path_record){.since_ns = pairs_since(&f->book->info)};
	if (found || how > RENEWED)
		record->since_ns = f->s->mono_ns;
	if (found && how == RENEWED_NAME) {
		record->base = found->base;
	} else if (found && how == RENEWED && found->over == IPFW_OVER) {
		record->base = found->final;
	} else if (found || how > RENEWED) {
		record->base = *raw;
		known = false;
	}
	return known;
}

/* Put the pair into the snapshot; without figures if they are not known. */
static void add_pair(struct filling *f, const struct kind *kind, const void *key,
		     const struct ipfw_path_record *record, const struct ipfw_sum *own)
{
	const struct ipfw_path_key *pair = pair_of(key);
	struct snapshot_path row = {
		.family = pair->ipv6 ? FAMILY_IPV6 : FAMILY_IPV4,
		.in_ifindex = pair->in_ifindex,
		.out_ifindex = pair->out_ifindex,
		.continuity.since_ns = record->since_ns,
	};

	memcpy(row.in_name, record->in_name, sizeof(row.in_name));
	memcpy(row.out_name, record->out_name, sizeof(row.out_name));
	if (own) {
		figures_set(&row.figures, kind->packets, own->packets);
		figures_set(&row.figures, kind->packets + 1, own->octets);
	}
	if (kind->add(f, key, &row) && !f->error)
		f->error = -ENOMEM;
}

/* 0 is no interface, and does not go away. */
static bool is_gone(const struct filling *f, uint32_t ifindex)
{
	return ifindex && !filling_is_live(f, ifindex);
}

/* Returns whether the pair is over, one of its interfaces went away, and its place can be free. */
static bool fill_pair(struct filling *f, const struct kind *kind, const struct table *records,
		      const void *key, const struct ipfw_sum *raw, struct ipfw_path_record *record)
{
	const struct ipfw_path_key *pair = pair_of(key);
	const struct ipfw_path_record *found = table_find(records, key);
	enum renewal in = filling_renewal(f, pair->in_ifindex),
		     out = filling_renewal(f, pair->out_ifindex);
	enum renewal how = in > out ? in : out;
	struct ipfw_sum own;
	bool known = true, over;

	if (found && how == RENEWED_NAME && found->over)
		how = RENEWED_NOT; /* it ended under its old name */
	if (found && how == RENEWED_NOT) {
		*record = *found;
	} else {
		known = begin_pair(f, found, how, raw, record);
		name_if(f, pair->in_ifindex, record->in_name);
		name_if(f, pair->out_ifindex, record->out_name);
	}
	over = record->over || is_gone(f, pair->in_ifindex) || is_gone(f, pair->out_ifindex);
	if (!found || how != RENEWED_NOT || over != !!record->over) {
		if (over && !record->over) /* read anew: the sample was taken before */
			kind->read(f, key, &record->final);
		record->over = record->over ? record->over : over;
		filling_write(f, kind->records, key, record);
	}
	own = (struct ipfw_sum){raw->packets - record->base.packets,
				raw->octets - record->base.octets};
	if (known ? record->over != IPFW_FORGOTTEN && own.packets : !over)
		add_pair(f, kind, key, record, known ? &own : NULL);
	return over;
}

static void fill_pairs(struct filling *f, const struct kind *kind, const struct table *counts,
		       const struct table *records)
{
	/* Then rows of interfaces that went away make room. */
	bool crowded = counts->n > maps_entries(kind->counts, &f->arrays->sizes) / 4 * 3;

	for (size_t i = 0; i < counts->n; i++) {
		const void *key = table_key(counts, i);
		const uint64_t *counted = table_value(counts, i); /* packets, octets, ... */
		const struct ipfw_sum raw = {counted[0], counted[1]};
		struct ipfw_path_record record;

		if (fill_pair(f, kind, records, key, &raw, &record) && kind->is_hashed(f, key) &&
		    (crowded || record.over == IPFW_FORGOTTEN))
			forget(f, kind, key, &record);
	}
}

/* Reasons that have no name of their own share one. The drops are sorted. */
static void merge_drops(struct snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_drops; i++) {
		struct snapshot_drop *last = n ? &s->drops[n - 1] : NULL;
		struct figures *to = last ? &last->path.figures : NULL;
		const struct figures *from = &s->drops[i].path.figures;

		if (!last || snapshot_order_drops(last, &s->drops[i])) {
			s->drops[n++] = s->drops[i];
			continue;
		}
		to->known &= from->known;
		to->value[M_DROPPED_PACKETS] += from->value[M_DROPPED_PACKETS];
		to->value[M_DROPPED_OCTETS] += from->value[M_DROPPED_OCTETS];
		if (s->drops[i].path.continuity.since_ns > last->path.continuity.since_ns)
			last->path.continuity = s->drops[i].path.continuity;
	}
	s->n_drops = n;
}

void pairs_fill(struct filling *f)
{
	struct snapshot *s = f->s;

	fill_pairs(f, &path_kind, &f->counts->paths, &f->book->path_records);
	s->paths_known = true;
	if (s->n_paths)
		qsort(s->paths, s->n_paths, sizeof(*s->paths), snapshot_order_paths);
	fill_pairs(f, &fast_kind, &f->counts->fast, &f->book->fast_records);
	if (!f->book->info.drops_error) {
		fill_pairs(f, &drop_kind, &f->counts->drops, &f->book->drop_records);
		s->drops_known = true;
	}
	if (s->n_drops)
		qsort(s->drops, s->n_drops, sizeof(*s->drops), snapshot_order_drops);
	merge_drops(s);
}
