/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the eBPF programs write and the program reads: the records in the maps. A change of any of
 * them, or of a map's name or kind, is a new IPFW_LAYOUT: pinned maps of another one are replaced.
 */
#ifndef IPFW_SHARED_H
#define IPFW_SHARED_H

#include <linux/types.h>

#define IPFW_LAYOUT 3

/* Interfaces and paths below these indexes are counted in arrays, the others in hashes. */
#define IPFW_LOW_IFS      1024
#define IPFW_HIGH_IFS     16384
#define IPFW_LOW_PATH_IFS 32 /* a power of two */
#define IPFW_LOW_PATHS    (2 * IPFW_LOW_PATH_IFS * IPFW_LOW_PATH_IFS)
#define IPFW_HIGH_PATHS   16384

/* A place in the hash for all interfaces of the hash that went away: no ifindex is that high. */
#define IPFW_RETIRED 0xffffffffu

enum ipfw_stage {
	IPFW_IN,       /* entered the IP layer */
	IPFW_IN_FORW,  /* reached the FORWARD chain */
	IPFW_OUT_FORW, /* forwarded, and passed every filter */
	IPFW_OUT,      /* left the IP layer */
	IPFW_STAGES
};

/* Packets and IP octets as on the wire; less the extra ones, as the kernel counts its skbs. */
struct ipfw_counter {
	__u64 packets;
	__u64 octets;
	__u64 extra_packets;
	__u64 extra_octets;
};

struct ipfw_if_counters {
	struct ipfw_counter of[2][IPFW_STAGES]; /* [is IPv6][stage] */
};

struct ipfw_path_key {
	__u32 in_ifindex;
	__u32 out_ifindex;
	__u32 ipv6;
};

/* The slot of a path between low interfaces. */
#define IPFW_LOW_PATH(in, out, ipv6) (((ipv6)*IPFW_LOW_PATH_IFS + (in)) * IPFW_LOW_PATH_IFS + (out))

/* Packets that no map had room for. */
enum ipfw_missed { IPFW_MISSED_IF, IPFW_MISSED_PATH, IPFW_MISSED };

#define IPFW_NAME_MAX 16

/* The program keeps the rest beside the counters; the hooks do not read it. */

/* Which interface the counters of an ifindex belong to. */
struct ipfw_if_record {
	char name[IPFW_NAME_MAX];
	__u64 since_ns;  /* CLOCK_MONOTONIC: when its counters began */
	__u64 device[4]; /* the device's own at that time: rx packets, octets, tx packets, octets */
	__u64 bypassed;  /* a flowtable may have carried packets past IP since then */
};

/* Whether one of a path's interfaces is gone, and its counters are being removed. */
enum ipfw_over { IPFW_GOES_ON, IPFW_OVER, IPFW_FORGOTTEN };

struct ipfw_path_record {
	char in_name[IPFW_NAME_MAX];
	char out_name[IPFW_NAME_MAX];
	__u64 since_ns;
	struct ipfw_counter base;  /* not this path's: counted before an ifindex was used again */
	struct ipfw_counter final; /* if `over`: what there was when an interface was gone */
	__u64 over;                /* enum ipfw_over */
};

struct ipfw_info {
	__u64 since_ns;      /* CLOCK_MONOTONIC when attached */
	__u64 since_boot_ns; /* CLOCK_BOOTTIME at the same moment */
	__u64 since_wall_ns; /* CLOCK_REALTIME, as it was set then */
	__u64 netns_cookie;
	__u64 object_hash; /* of the eBPF object that counts */
	__u32 hooks;       /* enum hooks_id */
	__u32 reserved;
	__u64 paths_since_ns; /* when a path was forgotten last: one without a record began then */
	__s64 memo;           /* the agent's, for the next one; 0: none */
};

#endif
