/* SPDX-License-Identifier: MIT */
/*
 * snapshot: one reading of one network namespace, as plain data.
 *
 * Sources fill it, writers read it. No I/O, no clock and no globals here; two snapshots can exist
 * side by side. A figure is known or absent: nothing in a snapshot is a placeholder.
 */
#ifndef IPFW_MODEL_SNAPSHOT_H
#define IPFW_MODEL_SNAPSHOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/why.h"
#include "model/bypass.h"
#include "model/figures.h"
#include "model/ip_counts.h"

/*
 * The numbers are the MIB's IpfwFamily; ipv4 and ipv6 are InetVersion's (RFC 4001). The MIB ends
 * there; "other" is what the device counted and neither family accounts for.
 */
enum family { FAMILY_TOTAL, FAMILY_IPV4, FAMILY_IPV6, FAMILY_OTHER, FAMILY_COUNT };
#define FAMILY_MIB_COUNT FAMILY_OTHER

enum source_id { SOURCE_KERNEL = 1, SOURCE_EBPF = 2 };

/* In the order in which they are tried. */
enum hooks_id { HOOKS_NONE, HOOKS_NETFILTER, HOOKS_FENTRY, HOOKS_COUNT };

/* Words for the enums above, as JSON and the MIB print them. */
extern const char *const snapshot_family_names[FAMILY_COUNT];
extern const char *const snapshot_quality_names[];
extern const char *const snapshot_source_names[];
extern const char *const snapshot_hooks_names[HOOKS_COUNT];

#define SNAPSHOT_NAME_MAX 16 /* IFNAMSIZ */
#define SNAPSHOT_HOST_MAX 65 /* HOST_NAME_MAX and a NUL */

/*
 * What the IPv4 figures of an interface are derived from: the device's counters, less those of IPv6
 * if the interface has IPv6.
 */
enum ipv4_source { IPV4_NOT_DERIVED, IPV4_IS_DEVICE, IPV4_LESS_IPV6 };

/*
 * Since when a row's counters are known not to have started anew: CLOCK_MONOTONIC in ns. A source
 * sets since_ns if it knows; otherwise it is 0, and continuity_follow() sets the time of the first
 * reading. continuity_follow() hands it on from reading to reading, and sets `fresh` if the
 * counters started anew between the previous reading and this one.
 */
struct continuity {
	uint64_t since_ns;
	bool fresh;
};

struct snapshot_system {
	struct figures figures;
	struct ip_counts ip_counts;
	struct continuity continuity;
	bool forwarding_known;
	bool forwarding; /* the global switch, or that of any interface, is on */
};

struct snapshot_if {
	uint32_t ifindex; /* 0: not known (a captured tree without IPv6) */
	char name[SNAPSHOT_NAME_MAX];
	struct figures figures[FAMILY_COUNT];
	struct ip_counts ip6_counts; /* of IPv4 no kernel has them */
	enum ipv4_source ipv4_source;
	/* link-layer octets per packet in FAMILY_TOTAL's octets; -1: not known */
	int rx_header, tx_header;
	struct continuity continuity;
	bool labels_known;           /* the next two; else they are empty */
	char vrf[SNAPSHOT_NAME_MAX]; /* the VRF device whose port it is; "": of none */
	uint32_t alias;              /* see snapshot_alias() */
};

struct snapshot_path {
	enum family family;
	uint32_t in_ifindex, out_ifindex;
	char in_name[SNAPSHOT_NAME_MAX], out_name[SNAPSHOT_NAME_MAX];
	struct figures figures; /* M_OUT_FORW_PACKETS, M_OUT_FORW_OCTETS, M_FAST_PATH_... */
	struct continuity continuity;
};

/*
 * How far a dropped packet had come: not into the IP layer; neither delivered nor handed over;
 * handed over, not forwarded; past all filters, or sent by the router itself; delivered.
 */
enum drop_stage { DROP_LINK, DROP_INPUT, DROP_FORWARD, DROP_OUTPUT, DROP_LOCAL, DROP_STAGES };
extern const char *const snapshot_stage_names[DROP_STAGES];

#define SNAPSHOT_REASON_MAX 48

/* What was dropped for one reason. An ifindex of 0: by no interface, or it had not come so far. */
struct snapshot_drop {
	struct snapshot_path path; /* M_DROPPED_PACKETS and M_DROPPED_OCTETS */
	enum drop_stage stage;
	char reason[SNAPSHOT_REASON_MAX]; /* as the running kernel spells it */
};

struct peaks;

#define SNAPSHOT_NETNS_MAX 256

struct snapshot {
	atomic_uint references;
	char netns[SNAPSHOT_NETNS_MAX]; /* of several; any bytes; "": there is just one */
	uint64_t mono_ns;               /* CLOCK_MONOTONIC: of when the figures are */
	struct timespec wall; /* CLOCK_REALTIME at the same moment, or when a tree was captured */
	uint64_t duration_ns; /* how long the reading took */

	/* Of a captured tree: its host is another one, and its time another one or not known. */
	bool captured, wall_unknown;
	char captured_host[SNAPSHOT_HOST_MAX]; /* "": not known */

	enum source_id source;
	enum hooks_id hooks;
	bool since_known;
	struct timespec since; /* CLOCK_REALTIME: when the eBPF counters began */
	/* Packets that eBPF saw and had no room to count: per interface, path, row of drops. */
	uint64_t missed_packets, missed_path_packets, missed_drop_packets;

	struct snapshot_system system[FAMILY_IPV6 + 1]; /* FAMILY_TOTAL is not used */

	struct snapshot_if *ifs; /* sorted by (ifindex, name) */
	size_t n_ifs, cap_ifs;
	char *aliases; /* strings; NULL: there is none but "" */
	size_t n_aliases, cap_aliases;
	bool ifs_incomplete; /* not all could be read: there may be more */
	bool may_bypass;     /* flowtables may carry packets past IP: see FAMILY_OTHER */

	bool bypasses_known;     /* false: nobody looked for ways past the IP layer */
	struct bypass *bypasses; /* sorted by bypass_order() */
	size_t n_bypasses, cap_bypasses;
	struct why bypasses_why; /* what could not be looked at, so that more may exist; "" */

	bool paths_known;            /* false: paths cannot be known (no eBPF) */
	struct snapshot_path *paths; /* sorted by (family, in, out) */
	size_t n_paths, cap_paths;

	bool drops_known;            /* false: nobody tells why packets are dropped */
	struct snapshot_drop *drops; /* sorted by (family, in, out, stage, reason) */
	size_t n_drops, cap_drops;

	struct peaks *peaks; /* a reference to the window that ended last; NULL: nobody watches */

	/* What went wrong: the sentence of the first trouble, and how many there were. */
	char trouble[256];
	unsigned troubles;
};

/* An empty snapshot, or NULL when there is no memory. The caller owns one reference. */
struct snapshot *snapshot_new(void);

/* Take one more reference, from any thread; the snapshot must not change from then on. Returns s.
 */
struct snapshot *snapshot_share(struct snapshot *s); /* accepts NULL */
void snapshot_free(struct snapshot *s);              /* gives one back; accepts NULL */

/* An independent copy, or NULL when there is no memory. */
struct snapshot *snapshot_copy(const struct snapshot *s);

/*
 * Append a row. The pointer is valid until the next call for the same array; NULL: no memory.
 * `name` is cut at SNAPSHOT_NAME_MAX - 1 bytes. Call snapshot_sort() after the last one.
 */
struct snapshot_if *snapshot_add_if(struct snapshot *s, uint32_t ifindex, const char *name);
struct snapshot_path *snapshot_add_path(struct snapshot *s);
struct snapshot_drop *snapshot_add_drop(struct snapshot *s);
struct bypass *snapshot_add_bypass(struct snapshot *s);

/* Make room for `n` interfaces in all, so adding them neither moves nor wastes memory. Returns 0
 * or -ENOMEM.
 */
int snapshot_reserve_ifs(struct snapshot *s, size_t n);
void snapshot_sort(struct snapshot *s);

#define SNAPSHOT_ALIAS_MAX 256 /* IFALIASZ */

/*
 * What the operator calls an interface of this snapshot, any bytes: "" if nothing. It is cut at
 * SNAPSHOT_ALIAS_MAX - 1 bytes. Returns 0 or -ENOMEM. It may change at any time, and is no part of
 * what tells two interfaces apart.
 */
int snapshot_set_alias(struct snapshot *s, struct snapshot_if *row, const char *alias);
const char *snapshot_alias(const struct snapshot *s, const struct snapshot_if *row);

/* Show these peaks with it, in the place of others; NULL: none. */
void snapshot_set_peaks(struct snapshot *s, struct peaks *peaks);

/* The metrics (bits) that an interface's row of that family has. */
uint32_t snapshot_if_metrics(enum family family);

/* The row of that ifindex in a sorted snapshot, or NULL. */
struct snapshot_if *snapshot_find_if(const struct snapshot *s, uint32_t ifindex);

/* Note in the figures which ones lack what goes past the IP layer, by the bypasses that are
 * certain. The interfaces are sorted. */
void snapshot_mark_bypassed(struct snapshot *s);

/* The path with the same family and ifindexes, where the paths are sorted, or NULL. */
struct snapshot_path *snapshot_find_path(const struct snapshot *s, const struct snapshot_path *row);

/* The host whose figures these are, if it is not `own`; NULL: not known. */
const char *snapshot_host(const struct snapshot *s, const char *own);

/* The orders of interfaces, paths and drops, as above, for qsort(3) and bsearch(3). */
int snapshot_order_ifs(const void *a, const void *b);
int snapshot_order_paths(const void *a, const void *b);
int snapshot_order_drops(const void *a, const void *b);

/* Note a trouble of this reading: a sentence without a full stop that names what failed; what it is
 * given may hold any text from outside. */
__attribute__((format(printf, 2, 3))) void snapshot_trouble(struct snapshot *s, const char *fmt,
							    ...);

/*
 * The row of the same interface, among the first `n` of a sorted snapshot, or of the same path or
 * drop: both ifindex and name are the same. NULL: there is none.
 */
const struct snapshot_if *snapshot_same_if(const struct snapshot *s, size_t n,
					   const struct snapshot_if *row);
const struct snapshot_path *snapshot_same_path(const struct snapshot *s,
					       const struct snapshot_path *row);
const struct snapshot_drop *snapshot_same_drop(const struct snapshot *s,
					       const struct snapshot_drop *row);

#endif
