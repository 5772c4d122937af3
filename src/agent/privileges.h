/* SPDX-License-Identifier: MIT */
/*
 * privileges: give up what a process no longer needs.
 */
#ifndef IPFW_AGENT_PRIVILEGES_H
#define IPFW_AGENT_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"

/* Whether what CAP_BPF is for works now. */
typedef bool privileges_probe(void *arg);

/*
 * Become `user` with its groups, without a way to get privileges back, and without capabilities.
 * Only where `probe` fails without any and works with CAP_BPF, that one stays (`kept`): before
 * Linux 5.19 it could take that to read a map that is open already. Before any other thread is
 * started. Returns 0 or -errno and a sentence in `why`.
 */
int privileges_drop(const char *user, privileges_probe *probe, void *arg, bool *kept,
		    struct why *why);

#endif
