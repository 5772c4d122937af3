/* SPDX-License-Identifier: MIT */
/*
 * owners_paths: which interfaces the counters of a path belong to.
 */
#ifndef IPFW_BPF_OWNERS_PATHS_H
#define IPFW_BPF_OWNERS_PATHS_H

#include "bpf/filling.h"

/* Fill the paths of the snapshot and bring their records up to date, after the interfaces. */
void owners_fill_paths(struct filling *f);

#endif
