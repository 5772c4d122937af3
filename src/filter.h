/* SPDX-License-Identifier: MIT */
/*
 * filter: which interfaces a reading shows (--include, --exclude).
 */
#ifndef IPFW_FILTER_H
#define IPFW_FILTER_H

#include <stdbool.h>
#include <stddef.h>

struct filter {
	const char **include, **exclude; /* glob patterns as of fnmatch(3) */
	size_t n_include, n_exclude;
};

/* Add a pattern; it is kept by reference. Returns 0 or -ENOMEM. */
int filter_include(struct filter *f, const char *glob);
int filter_exclude(struct filter *f, const char *glob);
void filter_clear(struct filter *f);

/*
 * An excluded name never passes; with any --include, only included ones do; without, all but "lo".
 */
bool filter_passes(const struct filter *f, const char *name);

#endif
