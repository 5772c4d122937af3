/* SPDX-License-Identifier: MIT */
/*
 * pairs: the counters of two interfaces, paths and rows of drops, in the snapshot. A record beside
 * each keeps their names, since when it is theirs, and what an ifindex had counted before.
 */
#ifndef IPFW_BPF_PAIRS_H
#define IPFW_BPF_PAIRS_H

#include "bpf/filling.h"

/* Fill paths and drops and bring their records up to date, after the interfaces. */
void pairs_fill(struct filling *f);

#endif
