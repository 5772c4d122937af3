/* SPDX-License-Identifier: MIT */
/*
 * witness: who says how much was forwarded: each hook set, the kernel, and what is made of a
 * reading. All of them count the same packets at the same time.
 */
#ifndef IPFW_SELFTEST_WITNESS_H
#define IPFW_SELFTEST_WITNESS_H

#include "selftest/counts.h"
#include "selftest/master.h"
#include "sources/collect.h"

enum witness_id {
	WITNESS_NETFILTER,
	WITNESS_FENTRY,
	WITNESS_KERNEL, /* the kernel's own counters */
	WITNESS_JSON,   /* a document of the best reading */
	WITNESS_AGENTX, /* an answer from the best reading */
	WITNESSES
};

/* Those that take readings; the others tell of them. */
#define WITNESS_READERS WITNESS_JSON

extern const char *const witness_names[WITNESSES];

struct witness {
	bool works;
	struct why why; /* it does not; or why it does not count dropped packets, or "" */
	struct counts before, now;
};

struct witnesses {
	struct witness all[WITNESSES];
	struct collect_config configs[WITNESS_READERS];
	struct collector *collectors[WITNESS_READERS];
	enum witness_id best; /* of which the documents are */
	bool counts_drops[WITNESS_READERS];
	struct master master;
	uint64_t merged[FAMILY_IPV6 + 1]; /* InReceives: packets, each that was merged as one */
};

/* Whoever cannot be asked here says why. Close it either way. */
void witness_open(struct witnesses *w, const struct router *r);
void witness_close(struct witnesses *w);

/* What they say now. One that fails does not work any more, and says why. */
void witness_read(struct witnesses *w);

/* From now on compare with what they said last. */
void witness_begin(struct witnesses *w);

/*
 * What of `sent` that witness can tell, and has to. `told`: the kernel's own counters
 * tell these metrics (bits).
 */
void witness_expect(const struct witnesses *w, enum witness_id id, const struct counts *sent,
		    uint32_t told, struct expected *out);

#endif
