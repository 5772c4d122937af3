/* SPDX-License-Identifier: MIT */
#include "bpf/filling.h"

#include <bpf/bpf.h>
#include <net/if.h>
#include <stdlib.h>

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

void filling_write(struct filling *f, enum map_id map, const void *key, const void *value)
{
	int r = bpf_map_update_elem(f->maps[map], key, value, BPF_ANY);

	if (r && !f->error)
		f->error = r;
}
