/* SPDX-License-Identifier: MIT */
#include "bpf/owners_paths.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Above this many paths, those of interfaces that went away make room. */
#define PATHS_CROWDED (IPFW_HIGH_PATHS / 4 * 3)

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

/* Only in the hash must paths make room. */
static bool is_high(const struct ipfw_path_key *key)
{
	return key->in_ifindex >= IPFW_LOW_PATH_IFS || key->out_ifindex >= IPFW_LOW_PATH_IFS;
}

static uint64_t paths_since(const struct ipfw_info *info)
{
	return info->paths_since_ns ? info->paths_since_ns : info->since_ns;
}

/*
 * A path that is over makes room; should it come back, it is another one. Whoever is killed in
 * between leaves it to the next reading to begin again.
 */
static void forget_path(struct filling *f, const struct ipfw_path_key *key,
			struct ipfw_path_record *record)
{
	const uint32_t zero = 0;
	struct ipfw_info info;

	if (f->book->info.paths_since_ns != f->s->mono_ns &&
	    !bpf_map_lookup_elem(f->maps[MAP_INFO], &zero, &info)) {
		info.paths_since_ns = f->book->info.paths_since_ns = f->s->mono_ns;
		filling_write(f, MAP_INFO, &zero, &info);
	}
	record->over = IPFW_FORGOTTEN;
	filling_write(f, MAP_PATH_RECORDS, key, record);
	bpf_map_delete_elem(f->maps[MAP_PATH_HIGH], key);
	bpf_map_delete_elem(f->maps[MAP_PATH_RECORDS], key);
}

/* The record of a path that is new or not the one of before. Returns whether its figures are known.
 */
static bool begin_path(const struct filling *f, const struct ipfw_path_record *found,
		       enum renewal how, const struct ipfw_counter *raw,
		       struct ipfw_path_record *record)
{
	bool known = true;

	*record = (struct ipfw_path_record){.since_ns = paths_since(&f->book->info)};
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

/* Returns whether the path is over, one of its interfaces went away, and its place can be free. */
static bool fill_path(struct filling *f, const struct ipfw_path_key *key,
		      const struct ipfw_counter *raw, struct ipfw_path_record *record)
{
	const struct ipfw_path_record *found = table_find(&f->book->path_records, key);
	enum renewal in = filling_renewal(f, key->in_ifindex),
		     out = filling_renewal(f, key->out_ifindex);
	enum renewal how = in > out ? in : out;
	bool known = true, over;
	struct snapshot_path *row;

	if (found && how == RENEWED_NAME && found->over)
		how = RENEWED_NOT; /* it ended under its old name */
	if (found && how == RENEWED_NOT) {
		*record = *found;
	} else {
		known = begin_path(f, found, how, raw, record);
		name_if(f, key->in_ifindex, record->in_name);
		name_if(f, key->out_ifindex, record->out_name);
	}
	over = record->over || !filling_is_live(f, key->in_ifindex) ||
	       !filling_is_live(f, key->out_ifindex);
	if (!found || how != RENEWED_NOT || over != !!record->over) {
		if (over && !record->over) /* read anew: the sample was taken before */
			maps_read_path(f->maps, f->arrays, key, &record->final);
		record->over = record->over ? record->over : over;
		filling_write(f, MAP_PATH_RECORDS, key, record);
	}
	if (known ? record->over == IPFW_FORGOTTEN || raw->packets == record->base.packets : over)
		return over;
	row = snapshot_add_path(f->s);
	if (!row) {
		f->error = f->error ? f->error : -ENOMEM;
		return over;
	}
	row->family = key->ipv6 ? FAMILY_IPV6 : FAMILY_IPV4;
	row->in_ifindex = key->in_ifindex;
	row->out_ifindex = key->out_ifindex;
	memcpy(row->in_name, record->in_name, sizeof(row->in_name));
	memcpy(row->out_name, record->out_name, sizeof(row->out_name));
	row->continuity.since_ns = record->since_ns;
	if (known) {
		figures_set(&row->figures, M_OUT_FORW_PACKETS, raw->packets - record->base.packets);
		figures_set(&row->figures, M_OUT_FORW_OCTETS, raw->octets - record->base.octets);
	}
	return over;
}

void owners_fill_paths(struct filling *f)
{
	const struct table *paths = &f->counts->paths;
	bool crowded = paths->n > PATHS_CROWDED;

	for (size_t i = 0; i < paths->n; i++) {
		const struct ipfw_path_key *key = table_key(paths, i);
		struct ipfw_path_record record;

		if (fill_path(f, key, table_value(paths, i), &record) && is_high(key) &&
		    (crowded || record.over == IPFW_FORGOTTEN))
			forget_path(f, key, &record);
	}
	if (f->s->n_paths)
		qsort(f->s->paths, f->s->n_paths, sizeof(*f->s->paths), snapshot_order_paths);
	f->s->paths_known = true;
}
