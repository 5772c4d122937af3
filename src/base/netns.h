/* SPDX-License-Identifier: MIT */
/*
 * netns: entering a network namespace.
 */
#ifndef IPFW_BASE_NETNS_H
#define IPFW_BASE_NETNS_H

#include <stdint.h>

/*
 * Move the calling thread into the namespace of that name (below /run/netns, as ip-netns(8) keeps
 * them) or path. The mount namespace stays, so that bpffs stays visible. Returns 0 or -errno.
 */
int netns_enter(const char *name_or_path);

/* The inode number of the calling thread's namespace: its name while anybody is in it. 0: unknown.
 */
uint64_t netns_inode(void);

#endif
