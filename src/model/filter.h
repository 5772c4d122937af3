/* SPDX-License-Identifier: MIT */
/*
 * filter: which interfaces a reading shows (--include, --exclude).
 */
#ifndef IPFW_MODEL_FILTER_H
#define IPFW_MODEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/snapshot.h"

/* Glob patterns as of fnmatch(3). */
struct filter_list {
	const char **globs;
	size_t n;
};

struct filter {
	struct filter_list include, exclude;
};

/* Add a pattern; it is kept by reference. Returns 0 or -ENOMEM. */
int filter_add(struct filter_list *list, const char *glob);
/* The same patterns in the same order. */
bool filter_same(const struct filter_list *a, const struct filter_list *b);
void filter_clear(struct filter *f);

/*
 * An excluded name never passes. If there is any --include, only included names pass; otherwise all
 * but "lo" do.
 */
bool filter_passes(const struct filter *f, const char *name);

/* Leave in `s` only what the filter passes: interfaces, and paths that touch one of them. */
void filter_apply(const struct filter *f, struct snapshot *s);

#endif
