/* SPDX-License-Identifier: MIT */
/*
 * procfs_parse: the forms of the files of /proc/net.
 *
 * The parsers take a text from its first line, and match columns by name: an unknown column is
 * ignored, a missing one stays absent. They return 0, -EBADMSG for a file that is empty, cut off or
 * garbled, -EFBIG for one that no kernel would write so long, or another -errno; what was complete
 * before that point is kept.
 */
#ifndef IPFW_SOURCES_PROCFS_PARSE_H
#define IPFW_SOURCES_PROCFS_PARSE_H

#include "sources/kernel_counters.h"
#include "sources/procfs_text.h"

/* /proc/net/snmp and /proc/net/netstat: pairs of lines, "Ip: Name ..." and "Ip: value ...". */
int procfs_parse_pairs(struct procfs_text *text, struct kernel_counters *out);

/* /proc/net/snmp6 and /proc/net/dev_snmp6/IF: "Name value"; *ifindex (may be NULL) from "ifIndex".
 */
int procfs_parse_snmp6(struct procfs_text *text, struct kernel_counters *out, uint32_t *ifindex);

/* /proc/net/dev: calls `row` for each interface. A result other than 0 ends the parsing. */
int procfs_parse_dev(struct procfs_text *text,
		     int (*row)(void *arg, const char *name, const struct kernel_device *dev),
		     void *arg);

#endif
