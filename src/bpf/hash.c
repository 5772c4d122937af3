/* SPDX-License-Identifier: MIT */
#include "bpf/hash.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "ipfw_shared.h"

#define BATCH 512

static int read_one_by_one(int fd, const struct hash_form *form, struct table *out)
{
	char keys[2][sizeof(struct ipfw_drop_key)]; /* the longest */
	char *values = malloc(form->values_size);
	void *previous = NULL;
	int r = values ? 0 : -ENOMEM;

	for (unsigned i = 0; !r && !bpf_map_get_next_key(fd, previous, keys[i & 1]); i++) {
		previous = keys[i & 1];
		/* After a key that is gone the kernel begins with the first one again. */
		if (!table_find(out, previous) && !bpf_map_lookup_elem(fd, previous, values))
			r = form->each(out, previous, values);
	}
	free(values);
	return r;
}

int hash_read(int fd, const struct hash_form *form, struct table *out)
{
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	uint32_t size = BATCH, position = 0, count;
	char *keys = NULL, *values = NULL;
	bool more = true, begun = false;
	int r = 0;

	while (more && !r) {
		if (!keys) {
			keys = reallocarray(NULL, size, form->key_size);
			values = reallocarray(NULL, size, form->values_size);
			if (!keys || !values) {
				r = -ENOMEM;
				break;
			}
		}
		count = size;
		r = bpf_map_lookup_batch(fd, begun ? &position : NULL, &position, keys, values,
					 &count, &options);
		more = !r;
		if (r == -ENOENT)
			r = 0;      /* that was the last batch, and its entries count */
		if (r == -ENOSPC) { /* more in one bucket than there is room for */
			free(keys);
			free(values);
			keys = values = NULL;
			size *= 4;
			more = true;
			r = 0;
			continue;
		}
		begun = true;
		for (uint32_t i = 0; !r && i < count; i++)
			r = form->each(out, keys + i * form->key_size,
				       values + i * form->values_size);
	}
	free(keys);
	free(values);
	if (r == -EINVAL || r == -ENOTSUP || r == -524) /* the kernel's own ENOTSUPP */
		r = read_one_by_one(fd, form, out);
	return r;
}

int hash_read_plain(int fd, struct table *out)
{
	const struct hash_form form = {out->key_size, out->value_size, table_add};

	table_empty(out);
	return hash_read(fd, &form, out);
}
