/* SPDX-License-Identifier: MIT */
/*
 * privileges: give up what a process no longer needs.
 */
#ifndef IPFW_AGENT_PRIVILEGES_H
#define IPFW_AGENT_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/why.h"

/* Whether what the program still has to do works without any capability; called in a child. */
typedef bool privileges_probe(void *arg);

/*
 * Become `user` with its groups, without a way to get privileges back, and without capabilities.
 * Where `probe` fails without any, CAP_BPF stays: before Linux 5.19 it took that to read a map that
 * is open already. Before any other thread is started. Returns 0 or -errno and a sentence in `why`.
 */
int privileges_drop(const char *user, privileges_probe *probe, void *arg, struct why *why);

#endif
