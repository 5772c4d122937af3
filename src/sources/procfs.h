/* SPDX-License-Identifier: MIT */
/*
 * procfs: the counters in the proc file system.
 */
#ifndef IPFW_SOURCES_PROCFS_H
#define IPFW_SOURCES_PROCFS_H

#include "model/snapshot.h"
#include "sources/kernel_counters.h"
#include "sources/procfs_text.h"

/* The files that are read each time. */
enum procfs_file {
	PROCFS_SNMP,
	PROCFS_NETSTAT,
	PROCFS_SNMP6,
	PROCFS_FORWARDING,
	PROCFS_FORWARDING6,
	PROCFS_KEPT
};

/* One proc tree; NULL or "" for the live system. The string must outlive the object. */
struct procfs {
	const char *root;
	struct kernel_epoch epoch;
	bool keeps;
	int kept[PROCFS_KEPT];   /* if so: descriptors; negative: not open */
	struct procfs_text text; /* of the file that was read last */
};

void procfs_open(struct procfs *p, const char *root);
void procfs_close(struct procfs *p);

/*
 * Keep the files open, for one of many network namespaces: to find them takes longer than to read
 * some of them. They go on to tell of the namespace in which they were opened.
 */
void procfs_keep(struct procfs *p);

/* What a captured tree says of itself: which host it is of, and of which time. */
void procfs_read_origin(struct procfs *p, struct snapshot *s);

/* System rows and forwarding state of both families, into `s`; troubles are noted there. */
void procfs_read_system(struct procfs *p, struct snapshot *s);

/* Whether the global switch or that of any interface is on. Returns 0, 1 or -errno. */
int procfs_any_forwarding(struct procfs *p, enum family family);

/* IPv6 counters of one interface. Returns 0, -ENOENT (the interface has no IPv6) or -errno. */
int procfs_read_ip6(struct procfs *p, const char *ifname, struct kernel_counters *out,
		    uint32_t *ifindex);

/* All interfaces, from /proc/net/dev and dev_snmp6. Troubles are noted. */
void procfs_read_ifs(struct procfs *p, struct snapshot *s);

#endif
