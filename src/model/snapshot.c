/* SPDX-License-Identifier: MIT */
#include "model/snapshot.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "model/peak.h"

const char *const snapshot_family_names[] = {"total", "ipv4", "ipv6", "other"};
const char *const snapshot_quality_names[] = {"unavailable", "exact", "derived", "bypassed"};
const char *const snapshot_source_names[] = {NULL, "kernel", "ebpf"};
const char *const snapshot_stage_names[] = {"link", "input", "forward", "output", "local"};
const char *const snapshot_hooks_names[] = {"none", "netfilter", "fentry"};

struct snapshot *snapshot_new(void)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	if (s) {
		s->references = 1;
		s->source = SOURCE_KERNEL;
	}
	return s;
}

struct snapshot *snapshot_share(struct snapshot *s)
{
	if (s)
		s->references++;
	return s;
}

void snapshot_free(struct snapshot *s)
{
	if (!s || --s->references)
		return;
	free(s->ifs);
	free(s->aliases);
	free(s->paths);
	free(s->drops);
	free(s->bypasses);
	peaks_free(s->peaks);
	free(s);
}

/* NULL only if there is no memory. */
static void *copy_rows(const void *rows, size_t n, size_t size, size_t *cap)
{
	void *copy = calloc(n + 1, size);

	*cap = n + 1;
	if (copy && n)
		memcpy(copy, rows, n * size);
	return copy;
}

struct snapshot *snapshot_copy(const struct snapshot *s)
{
	const size_t from = offsetof(struct snapshot, netns); /* all but the references */
	struct snapshot *c = snapshot_new();

	if (!c)
		return NULL;
	memcpy((char *)c + from, (const char *)s + from, sizeof(*s) - from);
	peaks_share(c->peaks);
	c->ifs = copy_rows(s->ifs, s->n_ifs, sizeof(*s->ifs), &c->cap_ifs);
	c->paths = copy_rows(s->paths, s->n_paths, sizeof(*s->paths), &c->cap_paths);
	c->drops = copy_rows(s->drops, s->n_drops, sizeof(*s->drops), &c->cap_drops);
	c->bypasses = copy_rows(s->bypasses, s->n_bypasses, sizeof(*s->bypasses), &c->cap_bypasses);
	c->aliases = copy_rows(s->aliases, s->n_aliases, 1, &c->cap_aliases);
	if (!c->ifs || !c->aliases || !c->paths || !c->drops || !c->bypasses) {
		snapshot_free(c);
		return NULL;
	}
	return c;
}

static void *append(void **array, size_t *n, size_t *cap, size_t size)
{
	void *row;

	if (*n == *cap) {
		size_t grown = *cap ? *cap * 2 : 16;
		void *p = reallocarray(*array, grown, size);

		if (!p)
			return NULL;
		*array = p;
		*cap = grown;
	}
	row = (char *)*array + *n * size;
	memset(row, 0, size);
	++*n;
	return row;
}

int snapshot_reserve_ifs(struct snapshot *s, size_t n)
{
	struct snapshot_if *grown;

	if (n <= s->cap_ifs)
		return 0;
	grown = reallocarray(s->ifs, n, sizeof(*s->ifs));
	if (!grown)
		return -ENOMEM;
	s->ifs = grown;
	s->cap_ifs = n;
	return 0;
}

struct snapshot_if *snapshot_add_if(struct snapshot *s, uint32_t ifindex, const char *name)
{
	struct snapshot_if *row = append((void **)&s->ifs, &s->n_ifs, &s->cap_ifs, sizeof(*row));

	if (!row)
		return NULL;
	row->ifindex = ifindex;
	memcpy(row->name, name, strnlen(name, sizeof(row->name) - 1));
	return row;
}

/* All but "" stand one after the other, and are counted from 1. */
int snapshot_set_alias(struct snapshot *s, struct snapshot_if *row, const char *alias)
{
	size_t n = strnlen(alias, SNAPSHOT_ALIAS_MAX - 1), end = s->n_aliases + n + 1;

	row->alias = 0;
	if (!n)
		return 0;
	if (end > s->cap_aliases) {
		char *grown = realloc(s->aliases, 2 * end);

		if (!grown)
			return -ENOMEM;
		s->aliases = grown;
		s->cap_aliases = 2 * end;
	}
	memcpy(s->aliases + s->n_aliases, alias, n);
	s->aliases[end - 1] = '\0';
	row->alias = s->n_aliases + 1;
	s->n_aliases = end;
	return 0;
}

const char *snapshot_alias(const struct snapshot *s, const struct snapshot_if *row)
{
	return row->alias ? s->aliases + row->alias - 1 : "";
}

struct snapshot_path *snapshot_add_path(struct snapshot *s)
{
	return append((void **)&s->paths, &s->n_paths, &s->cap_paths, sizeof(*s->paths));
}

struct snapshot_drop *snapshot_add_drop(struct snapshot *s)
{
	return append((void **)&s->drops, &s->n_drops, &s->cap_drops, sizeof(*s->drops));
}

struct bypass *snapshot_add_bypass(struct snapshot *s)
{
	return append((void **)&s->bypasses, &s->n_bypasses, &s->cap_bypasses,
		      sizeof(*s->bypasses));
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

int snapshot_order_ifs(const void *a, const void *b)
{
	const struct snapshot_if *x = a, *y = b;
	int order = ORDER(x->ifindex, y->ifindex);

	return order ? order : strcmp(x->name, y->name);
}

int snapshot_order_paths(const void *a, const void *b)
{
	const struct snapshot_path *x = a, *y = b;
	int order = ORDER(x->family, y->family);

	if (!order)
		order = ORDER(x->in_ifindex, y->in_ifindex);
	return order ? order : ORDER(x->out_ifindex, y->out_ifindex);
}

int snapshot_order_drops(const void *a, const void *b)
{
	const struct snapshot_drop *x = a, *y = b;
	int order = snapshot_order_paths(&x->path, &y->path);

	if (!order)
		order = ORDER(x->stage, y->stage);
	return order ? order : strcmp(x->reason, y->reason);
}

void snapshot_sort(struct snapshot *s)
{
	if (s->n_ifs)
		qsort(s->ifs, s->n_ifs, sizeof(*s->ifs), snapshot_order_ifs);
	if (s->n_paths)
		qsort(s->paths, s->n_paths, sizeof(*s->paths), snapshot_order_paths);
	if (s->n_drops)
		qsort(s->drops, s->n_drops, sizeof(*s->drops), snapshot_order_drops);
	if (s->n_bypasses)
		qsort(s->bypasses, s->n_bypasses, sizeof(*s->bypasses), bypass_order);
}

void snapshot_set_peaks(struct snapshot *s, struct peaks *peaks)
{
	peaks_share(peaks);
	peaks_free(s->peaks);
	s->peaks = peaks;
}

uint32_t snapshot_if_metrics(enum family family)
{
	switch (family) {
	case FAMILY_IPV4:
		return METRICS_IF;
	case FAMILY_IPV6:
		return METRICS_IF | METRICS_IF_IPV6;
	default:
		return METRICS_DEVICE; /* which knows nothing about forwarding */
	}
}

struct snapshot_if *snapshot_find_if(const struct snapshot *s, uint32_t ifindex)
{
	size_t low = 0, high = s->n_ifs;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->ifs[mid].ifindex < ifindex)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n_ifs && s->ifs[low].ifindex == ifindex ? &s->ifs[low] : NULL;
}

void snapshot_trouble(struct snapshot *s, const char *fmt, ...)
{
	va_list ap;

	if (s->troubles++)
		return;
	va_start(ap, fmt);
	escape_sentence(s->trouble, sizeof(s->trouble), fmt, ap);
	va_end(ap);
}

const struct snapshot_if *snapshot_same_if(const struct snapshot *s, size_t n,
					   const struct snapshot_if *row)
{
	return n ? bsearch(row, s->ifs, n, sizeof(*row), snapshot_order_ifs) : NULL;
}

static bool same_names(const struct snapshot_path *a, const struct snapshot_path *b)
{
	return !strcmp(a->in_name, b->in_name) && !strcmp(a->out_name, b->out_name);
}

struct snapshot_path *snapshot_find_path(const struct snapshot *s, const struct snapshot_path *row)
{
	return s->n_paths ? bsearch(row, s->paths, s->n_paths, sizeof(*row), snapshot_order_paths)
			  : NULL;
}

const struct snapshot_path *snapshot_same_path(const struct snapshot *s,
					       const struct snapshot_path *row)
{
	const struct snapshot_path *p = snapshot_find_path(s, row);

	return p && same_names(p, row) ? p : NULL;
}

const struct snapshot_drop *snapshot_same_drop(const struct snapshot *s,
					       const struct snapshot_drop *row)
{
	const struct snapshot_drop *d =
		s->n_drops ? bsearch(row, s->drops, s->n_drops, sizeof(*row), snapshot_order_drops)
			   : NULL;

	return d && same_names(&d->path, &row->path) ? d : NULL;
}

void snapshot_mark_bypassed(struct snapshot *s)
{
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		s->system[f].figures.bypassed = 0;
		for (size_t i = 0; i < s->n_ifs; i++)
			s->ifs[i].figures[f].bypassed = 0;
		for (size_t i = 0; i < s->n_bypasses; i++) {
			const struct bypass *b = &s->bypasses[i];
			struct snapshot_if *row = snapshot_find_if(s, b->ifindex);

			if (!bypass_is_certain(b->kind))
				continue;
			s->system[f].figures.bypassed = METRICS_BYPASSED;
			if (row)
				row->figures[f].bypassed = METRICS_BYPASSED;
		}
	}
}

const char *snapshot_host(const struct snapshot *s, const char *own)
{
	if (!s->captured)
		return own;
	return s->captured_host[0] ? s->captured_host : NULL;
}
