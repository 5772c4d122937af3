/* SPDX-License-Identifier: MIT */
#include "bpf/filling.h"

#include <bpf/bpf.h>
#include <net/if.h>
#include <stdlib.h>

#include "bpf/info.h"

static int order_ifindexes(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum renewal filling_renewal(const struct filling *f, uint32_t ifindex)
{
	const struct renewed *r = NULL;

	if (f->n_renewed) /* they begin with the ifindex */
		r = bsearch(&ifindex, f->renewed, f->n_renewed, sizeof(*r), order_ifindexes);
	return r ? r->how : RENEWED_NOT;
}

bool filling_is_live(const struct filling *f, uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	/* It may have come up since the interfaces were read. */
	return snapshot_find_if(f->s, ifindex) || if_indextoname(ifindex, name);
}

static void note(struct filling *f, int error)
{
	if (error && !f->error)
		f->error = error;
}

/* Returns whether other readers can see that the records change: else they must not. */
static bool tell_of_changes(struct filling *f)
{
	int r;

	if (f->changes)
		return true;
	f->book->are_read = false;
	f->book->info.changes++;
	r = info_write(f->maps, &f->book->info);
	note(f, r);
	f->changes = !r;
	return f->changes;
}

void filling_write(struct filling *f, enum map_id map, const void *key, const void *value)
{
	if (tell_of_changes(f))
		note(f, bpf_map_update_elem(f->maps[map], key, value, BPF_ANY));
}

void filling_remove(struct filling *f, enum map_id map, const void *key)
{
	if (tell_of_changes(f))
		bpf_map_delete_elem(f->maps[map], key);
}
