/* SPDX-License-Identifier: MIT */
/*
 * skipped: the programs that the kernel may skip, and how often it did: those of tracing, which do
 * not run within themselves.
 */
#ifndef IPFW_BPF_SKIPPED_H
#define IPFW_BPF_SKIPPED_H

#include "bpf/pins.h"

struct skipped {
	int programs[HOOKS_LINKS_MAX];
	size_t n;
	uint64_t before[IPFW_MISSED]; /* until they were attached here */
};

/* Open the programs of the pinned hooks, or where `pins` is NULL of the process's own. */
void skipped_open(struct skipped *s, const struct pins *pins, const struct hooks *own,
		  const struct ipfw_info *info);
void skipped_close(struct skipped *s); /* accepts what was never opened */

/* Add the packets that were skipped to those that were missed. Of a hook that network namespaces
 * share those of all. */
void skipped_add(const struct skipped *s, uint64_t missed[IPFW_MISSED]);

/* Add to `info` those that were skipped until now at the shared hooks. */
void skipped_note(const struct hooks *h, struct ipfw_info *info);

#endif
