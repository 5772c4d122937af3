/* SPDX-License-Identifier: MIT */
/*
 * info: the record of what counters are and since when, in a map beside them.
 */
#ifndef IPFW_BPF_INFO_H
#define IPFW_BPF_INFO_H

#include <stdint.h>

#include "bpf/hooks.h"

/* Each returns 0 or -errno. */
int info_read(const int *maps, struct ipfw_info *info);
int info_write(const int *maps, const struct ipfw_info *info);
int info_begin(const struct hooks *h);     /* the first one: they begin now */
int info_note_fast(const struct hooks *h); /* what flowtables forward is counted from now on */

/* A number that no other network namespace ever has; 0: the kernel gives none (before 5.14). */
uint64_t info_netns_cookie(void);

#endif
