/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the eBPF programs write and the program reads: the records in the maps. A change of any of
 * them, or of a map's name or kind, is a new IPFW_LAYOUT: pinned maps of another one are replaced.
 */
#ifndef IPFW_SHARED_H
#define IPFW_SHARED_H

#include <linux/types.h>

#define IPFW_LAYOUT 5

/*
 * Interfaces and paths below these indexes, or lower ones chosen when the hooks are attached, are
 * counted in arrays, the others in hashes.
 */
#define IPFW_LOW_IFS      1024
#define IPFW_HIGH_IFS     16384
#define IPFW_LOW_PATH_IFS 32
#define IPFW_LOW_PATHS    (2 * IPFW_LOW_PATH_IFS * IPFW_LOW_PATH_IFS)
#define IPFW_HIGH_PATHS   16384
#define IPFW_DROPS        4096 /* rows of struct ipfw_drop_key */
#define IPFW_FAST_PATHS   (IPFW_LOW_PATHS + IPFW_HIGH_PATHS)

/* The hashes to which the hooks add keys. */
enum ipfw_hash { IPFW_HASH_IFS, IPFW_HASH_PATHS, IPFW_HASH_DROPS, IPFW_HASH_FAST, IPFW_HASHES };

/* A place in the hash for all interfaces of the hash that went away: no ifindex is that high. */
#define IPFW_RETIRED 0xffffffffu

/* What was chosen; an eBPF object has it as a constant. */
struct ipfw_low {
	__u32 ifs;
	__u32 path_ifs;
};

/* The last one first: so they are read, see maps_read_counts(). */
enum ipfw_stage {
	IPFW_OUT,      /* left the IP layer */
	IPFW_OUT_FORW, /* forwarded, and passed every filter */
	IPFW_LOCAL,    /* delivered: for the router itself, and passed every filter */
	IPFW_IN_FORW,  /* reached the FORWARD chain */
	IPFW_IN,       /* entered the IP layer */
	IPFW_STAGES
};

/* How far a packet came that was dropped. */
enum ipfw_drop_stage {
	IPFW_DROP_LINK,    /* not as far as IPFW_IN: below the IP layer, or for its header */
	IPFW_DROP_INPUT,   /* after it: neither handed over nor delivered */
	IPFW_DROP_FORWARD, /* handed over, not forwarded */
	IPFW_DROP_OUTPUT, /* after IPFW_OUT_FORW; or an own packet, which came in by no interface */
	IPFW_DROP_LOCAL,  /* after it was delivered */
	IPFW_DROP_STAGES
};

/* Packets and IP octets as on the wire; less the extra ones, as the kernel counts its skbs. */
struct ipfw_counter {
	__u64 packets;
	__u64 octets;
	__u64 extra_packets;
	__u64 extra_octets;
};

/* The same of packets that were dropped. */
struct ipfw_sum {
	__u64 packets;
	__u64 octets;
};

struct ipfw_if_counters {
	struct ipfw_sum fast[2]; /* of what came in by it: forwarded by a flowtable: [is IPv6] */
	/* [is sent] what a flowtable took from, or gave to, the device below: it did not count it
	 */
	struct ipfw_sum beside[2];
	struct ipfw_sum dropped[2][IPFW_DROP_STAGES]; /* what came in by it: [is IPv6][stage] */
	struct ipfw_counter of[2][IPFW_STAGES];
};

struct ipfw_path_key {
	__u32 in_ifindex;
	__u32 out_ifindex;
	__u32 ipv6;
};

/* The slot of a path between interfaces below `ifs`. */
#define IPFW_LOW_PATH(in, out, ipv6, ifs) (((ipv6) * (ifs) + (in)) * (ifs) + (out))

/* One row of drops. An ifindex of 0: by no interface, or it had not got as far. */
struct ipfw_drop_key {
	__u32 in_ifindex;
	__u32 out_ifindex;
	__u32 ipv6;
	__u32 stage;
	__u32 reason; /* the running kernel's enum skb_drop_reason */
};

/*
 * Names of the running kernel's reasons, written when the hooks are attached: those of the kernel's
 * core by their number, then the subsystems that have numbers of their own.
 */
#define IPFW_REASONS           512
#define IPFW_REASON_SUBSYSTEMS 16
#define IPFW_REASON_MAX        48

struct ipfw_reason_name {
	char text[IPFW_REASON_MAX]; /* "": there is no such reason */
};

/* Packets that no map had room for. */
enum ipfw_missed { IPFW_MISSED_IF, IPFW_MISSED_PATH, IPFW_MISSED_DROP, IPFW_MISSED };

/* So many network namespaces can have programs at a hook that sees all of them. */
#define IPFW_SLOTS 4096

#define IPFW_NAME_MAX 16

/* The program keeps the rest beside the counters; the hooks do not read it. */

/* Which interface the counters of an ifindex belong to. */
struct ipfw_if_record {
	char name[IPFW_NAME_MAX];
	__u64 since_ns;  /* CLOCK_MONOTONIC: when its counters began */
	__u64 device[4]; /* the device's own at that time: rx packets, octets, tx packets, octets */
	__u64 bypassed;  /* a flowtable may have carried packets past IP since then */
};

/* Whether one of a pair's interfaces is gone, and its counters are being removed. */
enum ipfw_over { IPFW_GOES_ON, IPFW_OVER, IPFW_FORGOTTEN };

/* Of a path, or of a row of drops. */
struct ipfw_path_record {
	char in_name[IPFW_NAME_MAX];
	char out_name[IPFW_NAME_MAX];
	__u64 since_ns;
	struct ipfw_sum base;  /* not this path's: counted before an ifindex was used again */
	struct ipfw_sum final; /* if `over`: what there was when an interface was gone */
	__u64 over;            /* enum ipfw_over */
};

struct ipfw_info {
	__u64 since_ns;      /* CLOCK_MONOTONIC when attached */
	__u64 since_boot_ns; /* CLOCK_BOOTTIME at the same moment */
	__u64 since_wall_ns; /* CLOCK_REALTIME, as it was set then */
	__u64 netns_cookie;
	__u64 object_hash;    /* of the eBPF object that counts */
	__u64 changes;        /* of the records: one more before each reader's first one */
	__u32 hooks;          /* enum hooks_id */
	__s32 drops_error;    /* 0: drops are counted; else why not, -errno */
	__u64 fast_since_ns;  /* since when all that flowtables forward is counted; 0: it is not */
	__s64 fast_error;     /* and why not, -errno */
	__u64 paths_since_ns; /* when a path was forgotten last: one without a record began then */
	__s64 memo;           /* the agent's, for the next one; 0: none */
	/* how often the kernel had skipped the programs when they were attached here */
	__u64 skipped[IPFW_MISSED];
};

#endif
