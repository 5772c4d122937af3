/* SPDX-License-Identifier: MIT */
/*
 * bypass: what may carry packets through the machine and past its IP layer, where nothing counts
 * them. Named, as found by netlink; how much it carries is not known.
 */
#ifndef IPFW_MODEL_BYPASS_H
#define IPFW_MODEL_BYPASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bypass_kind {
	BYPASS_FLOWTABLE,         /* of nftables, in software */
	BYPASS_FLOWTABLE_OFFLOAD, /* one that the device may take over */
	BYPASS_TC_REDIRECT,       /* a traffic control action: mirred redirect */
	BYPASS_NFT_FWD,           /* a rule of nftables' netdev family */
	BYPASS_MPLS,              /* labelled packets are taken */
	BYPASS_XDP,               /* a program, which may forward, drop or only look */
	BYPASS_TC_BPF,            /* such a program, as a filter of traffic control */
	BYPASS_KINDS
};

extern const char *const bypass_kind_names[BYPASS_KINDS];

#define BYPASS_DETAIL_MAX 96

struct bypass {
	uint32_t ifindex; /* 0: no interface is known */
	char name[16];    /* IFNAMSIZ; "": none */
	enum bypass_kind kind;
	char detail[BYPASS_DETAIL_MAX]; /* which one: safe to print, or "" */
};

/* False: a program, of which nobody can tell whether it does. */
bool bypass_is_certain(enum bypass_kind kind);

/* Room for bypass_text(). */
#define BYPASS_TEXT_MAX (BYPASS_DETAIL_MAX + 96)

/* "INTERFACE: KIND (DETAIL)", safe to print. Returns `text`. */
char *bypass_text(const struct bypass *b, char *text, size_t size);

/* The order by interface, kind and detail, for qsort(3). */
int bypass_order(const void *a, const void *b);

#endif
