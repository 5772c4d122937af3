/* SPDX-License-Identifier: MIT */
/*
 * netns: entering a network namespace.
 */
#ifndef IPFW_BASE_NETNS_H
#define IPFW_BASE_NETNS_H

#include <stdint.h>

/*
 * Move the calling thread into the namespace of that name (below /run/netns, where ip-netns(8)
 * keeps them) or path. The mount namespace stays the same, so bpffs remains visible. Returns 0 or
 * -errno.
 */
int netns_enter(const char *name_or_path);

/* The inode number of the calling thread's namespace, which identifies it as long as it exists. 0:
 * unknown.
 */
uint64_t netns_inode(void);

#endif
