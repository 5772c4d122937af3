/* SPDX-License-Identifier: MIT */
#include "model/filter.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

int filter_add(struct filter_list *list, const char *glob)
{
	const char **grown = reallocarray(list->globs, list->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	grown[list->n++] = glob;
	list->globs = grown;
	return 0;
}

bool filter_same(const struct filter_list *a, const struct filter_list *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = !strcmp(a->globs[i], b->globs[i]);
	return same;
}

void filter_clear(struct filter *f)
{
	free(f->include.globs);
	free(f->exclude.globs);
	memset(f, 0, sizeof(*f));
}

static bool matches(const struct filter_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (!fnmatch(list->globs[i], name, 0))
			return true;
	return false;
}

bool filter_passes(const struct filter *f, const char *name)
{
	if (matches(&f->exclude, name))
		return false;
	if (f->include.n)
		return matches(&f->include, name);
	return strcmp(name, "lo") != 0;
}

/* One of its interfaces suffices. A packet that came in by none has one. */
static bool passes_path(const struct filter *f, const struct snapshot_path *path)
{
	return (path->in_ifindex && filter_passes(f, path->in_name)) ||
	       (path->out_ifindex && filter_passes(f, path->out_name));
}

void filter_apply(const struct filter *f, struct snapshot *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_ifs; i++)
		if (filter_passes(f, s->ifs[i].name))
			s->ifs[n++] = s->ifs[i];
	s->n_ifs = n;
	n = 0;
	for (size_t i = 0; i < s->n_paths; i++)
		if (passes_path(f, &s->paths[i]))
			s->paths[n++] = s->paths[i];
	s->n_paths = n;
	n = 0;
	for (size_t i = 0; i < s->n_drops; i++)
		if (passes_path(f, &s->drops[i].path))
			s->drops[n++] = s->drops[i];
	s->n_drops = n;
	n = 0;
	for (size_t i = 0; i < s->n_bypasses; i++)
		if (!s->bypasses[i].name[0] || filter_passes(f, s->bypasses[i].name))
			s->bypasses[n++] = s->bypasses[i];
	s->n_bypasses = n;
	snapshot_mark_bypassed(s);
}
