/* SPDX-License-Identifier: MIT */
/*
 * served: the newest views, one for each SNMP context, and what is kept beside each.
 */
#ifndef IPFW_AGENTX_SERVED_H
#define IPFW_AGENTX_SERVED_H

#include "mib/engine.h"

struct served_context {
	const struct mib_view *view; /* NULL: there is none yet, of the default one only */
	struct mib_context engine;
	uint64_t ask_again_ns; /* no fresh reading is asked for before */
};

struct served {
	struct mib_view *views;          /* owned */
	struct served_context *contexts; /* in their order; the default one is the first */
	size_t n;
};

/* Serve these views, which are owned from now on (NULL: none), in place of the ones before. */
void served_set(struct served *s, struct mib_view *views);

/* NULL: there is no context of that name. Valid until other views are set. */
struct served_context *served_find(const struct served *s, const char *name);

void served_clear(struct served *s);

#endif
