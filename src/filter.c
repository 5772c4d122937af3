/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static int add(const char ***list, size_t *n, const char *glob)
{
	const char **grown = reallocarray(*list, *n + 1, sizeof(**list));

	if (!grown)
		return -ENOMEM;
	grown[(*n)++] = glob;
	*list = grown;
	return 0;
}

int filter_include(struct filter *f, const char *glob)
{
	return add(&f->include, &f->n_include, glob);
}

int filter_exclude(struct filter *f, const char *glob)
{
	return add(&f->exclude, &f->n_exclude, glob);
}

void filter_clear(struct filter *f)
{
	free(f->include);
	free(f->exclude);
	memset(f, 0, sizeof(*f));
}

static bool matches(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!fnmatch(list[i], name, 0))
			return true;
	return false;
}

bool filter_passes(const struct filter *f, const char *name)
{
	if (matches(f->exclude, f->n_exclude, name))
		return false;
	if (f->n_include)
		return matches(f->include, f->n_include, name);
	return strcmp(name, "lo") != 0;
}
