/* SPDX-License-Identifier: MIT */
/*
 * tables: the MIB's objects, as tables over one reading. No net-snmp types here: mib/engine answers
 * GET and GETNEXT from them, agentx/ carries the answers to the master.
 */
#ifndef IPFW_MIB_TABLES_H
#define IPFW_MIB_TABLES_H

#include "mib/view.h"

#define MIB_REVISION   5   /* ipfwMibRevision */
#define MIB_STRING_MAX 256 /* DisplayString and SnmpAdminString end at 255 octets */

enum mib_type { MIB_INTEGER, MIB_GAUGE32, MIB_COUNTER32, MIB_COUNTER64, MIB_TIMETICKS, MIB_STRING };

struct mib_value {
	enum mib_type type;
	uint64_t number;             /* all types but MIB_STRING */
	char string[MIB_STRING_MAX]; /* MIB_STRING */
};

#define MIB_INDEX_MAX (4 + SNAPSHOT_REASON_MAX - 1)
#define MIB_TABLES    10

/* ipfwAgentMIB: below net-snmp's arc for private trials, until the project has its own number. */
#define MIB_ROOT 1, 3, 6, 1, 4, 1, 8072, 9999, 9999, 4269

#define MIB_OBJECTS    MIB_ROOT, 1             /* ipfwObjects */
#define MIB_IP_TRAFFIC 1, 3, 6, 1, 2, 1, 4, 31 /* ipTrafficStats of IP-MIB (RFC 4293) */
#define MIB_ROOT_MAX   11

/* The subtrees that the agent registers, in their order. */
enum mib_root_id { MIB_ROOT_IP_SYSTEM, MIB_ROOT_IP_IF, MIB_ROOT_OWN, MIB_ROOTS };

struct mib_root {
	uint32_t id[MIB_ROOT_MAX];
	size_t len;
	bool standard; /* in place of the master's own, and only if the view says so */
};

extern const struct mib_root mib_roots[MIB_ROOTS];

/* Numbers below ipfwObjects of what is found by number; those of the figures stand in metrics[]. */
enum {
	MIB_AGENT = 1,
	MIB_SYSTEM,
	MIB_IF,
	MIB_IF_RATE,
	MIB_SYSTEM_RATE,
	MIB_PATH,
	MIB_DROP,
	MIB_PEAK
};
enum {
	MIB_AGENT_VERSION = 1,
	MIB_AGENT_MIB_REVISION,
	MIB_AGENT_SOURCE,
	MIB_AGENT_HOOKS,
	MIB_AGENT_STATUS,
	MIB_AGENT_STATUS_TEXT,
	MIB_AGENT_INTERVAL,
	MIB_AGENT_AGE,
	MIB_AGENT_DURATION,
	MIB_AGENT_SAMPLES,
	MIB_AGENT_SAMPLE_ERRORS,
	MIB_AGENT_INTERFACES,
	MIB_AGENT_TABLE_CHANGE,
	MIB_AGENT_NOTIFICATIONS_DROPPED,
	MIB_AGENT_BYPASSES,
	MIB_AGENT_COLUMNS
};
enum { MIB_SYSTEM_FORWARDING = 2, MIB_SYSTEM_QUALITY = 11, MIB_SYSTEM_DISCONTINUITY = 12 };

/* No table has a higher column. */
#define MIB_COLUMN_MAX 47

/* The rows [from, to) of a column are known to be absent. */
struct mib_gap {
	size_t from, to;
};

struct mib_gaps {
	struct mib_gap of[MIB_TABLES][MIB_COLUMN_MAX + 1];
};

/* A view and the moment at which it is asked. Start it with mib_context_init() of the engine. */
struct mib_context {
	const struct mib_view *view; /* NULL: only ipfwVersion and ipfwMibRevision are there */
	uint64_t now_ns;             /* CLOCK_MONOTONIC */
	/*
	 * When the master's sysUpTime was 0, CLOCK_MONOTONIC. It stays the same as long as the
	 * master does.
	 */
	int64_t master_start_ns;

	/* What the engine remembers: columns without a cell, as bits; and, if the owner has memory
	 * for that, gaps in the others. */
	uint64_t empty[MIB_TABLES];
	struct mib_gaps *gaps;
};

/*
 * One table. Instances stand at { prefix, column, index }, below its root. The scalars are a table
 * of one row with index 0.
 */
struct mib_table {
	enum mib_root_id root;
	uint32_t prefix[2]; /* { table, 1 }, { 1 } or { ipfwAgent } alone */
	size_t prefix_len;
	unsigned first_column, last_column;
	/* How many rows; their order is that of the index. */
	size_t (*rows)(const struct mib_view *v);
	/* Returns the length of the index. */
	size_t (*index)(const struct mib_view *v, size_t row, uint32_t index[MIB_INDEX_MAX]);
	/* False: the instance is absent. */
	bool (*cell)(const struct mib_context *ctx, size_t row, unsigned column,
		     struct mib_value *out);
};

/* In the order of their roots and prefixes. */
extern const struct mib_table mib_tables[MIB_TABLES];

#endif
