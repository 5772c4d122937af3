/* SPDX-License-Identifier: MIT */
/*
 * bypasses: keeps what is known of the ways past the IP layer. To look costs about what a reading
 * does, so it is done anew when nftables says that its rules changed, and for the rest, of which
 * nobody tells, after ten seconds.
 */
#ifndef IPFW_SOURCES_BYPASSES_H
#define IPFW_SOURCES_BYPASSES_H

#include "model/snapshot.h"
#include "sources/netlink_bypass.h"

struct bypasses;

/*
 * Look for the first time, as long as the privileges are there, in the calling thread's network
 * namespace. Returns 0 or -errno. What could not be looked at is noted in each reading.
 */
int bypasses_open(struct bypasses **out);
void bypasses_close(struct bypasses *b); /* accepts NULL */

/*
 * Add to a sorted snapshot what is known, of the interfaces that it has: with the XDP programs that
 * the reading found, and the -errno if there may be more.
 */
void bypasses_read(struct bypasses *b, const struct netlink_bypass_list *xdp, int xdp_error,
		   struct snapshot *s);

/*
 * Whether flowtables of nftables may carry packets now. Who may not ask is told so where the
 * kernel's module for them is loaded.
 */
bool bypasses_may_have_flowtables(struct bypasses *b);

/* Forget the flowtables whose packets the snapshot's figures count. */
void bypasses_counted(struct snapshot *s);

#endif
