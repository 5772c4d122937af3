/* SPDX-License-Identifier: MIT */
/*
 * procfs: the counters in the proc file system.
 *
 * The parsers take a stream and match columns by name: an unknown column is ignored, a missing one
 * stays absent. They return 0, -EBADMSG for a file that is empty, cut off or garbled, or another
 * -errno; what was complete before that point is kept.
 */
#ifndef IPFW_SOURCES_PROCFS_H
#define IPFW_SOURCES_PROCFS_H

#include <stdio.h>

#include "model/snapshot.h"
#include "sources/kernel_counters.h"

/* /proc/net/snmp and /proc/net/netstat: pairs of lines, "Ip: Name ..." and "Ip: value ...". */
int procfs_parse_pairs(FILE *f, struct kstat *out);

/* /proc/net/snmp6 and /proc/net/dev_snmp6/IF: "Name value"; *ifindex (may be NULL) from "ifIndex".
 */
int procfs_parse_snmp6(FILE *f, struct kstat *out, uint32_t *ifindex);

/* /proc/net/dev: calls `row` for each interface. A result other than 0 ends the parsing. */
int procfs_parse_dev(FILE *f,
		     int (*row)(void *arg, const char *name, const struct kstat_device *dev),
		     void *arg);

/* One proc tree; NULL or "" for the live system. The string must outlive the object. */
struct procfs {
	const char *root;
	struct kstat_epoch epoch;
};

void procfs_open(struct procfs *p, const char *root);

/* System rows and forwarding state of both families, into `s`; troubles are noted there. */
void procfs_read_system(const struct procfs *p, struct snapshot *s);

/* Whether the global switch or that of any interface is on. Returns 0, 1 or -errno. */
int procfs_any_forwarding(const struct procfs *p, enum family family);

/* IPv6 counters of one interface. Returns 0, -ENOENT (the interface has no IPv6) or -errno. */
int procfs_read_ip6(const struct procfs *p, const char *ifname, struct kstat *out,
		    uint32_t *ifindex);

/* All interfaces, from /proc/net/dev and dev_snmp6. Troubles are noted. */
void procfs_read_ifs(const struct procfs *p, struct snapshot *s);

#endif
