/* SPDX-License-Identifier: MIT */
/*
 * range: the limits of `ipfwagent check`, in the notation of monitoring plugins.
 */
#ifndef IPFW_OPTIONS_RANGE_H
#define IPFW_OPTIONS_RANGE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/why.h"

/* What can be limited; over the interval of the check. */
enum check_key {
	CHECK_IPV4_BPS, /* really forwarded, bits per second */
	CHECK_IPV6_BPS,
	CHECK_IPV4_PPS, /* the same, packets per second */
	CHECK_IPV6_PPS,
	CHECK_REFUSED,    /* per cent of what was handed over and not forwarded */
	CHECK_NOT_ROUTED, /* packets per second */
	CHECK_DROP,       /* packets per second that came in and were dropped */
	CHECK_KEYS
};

extern const char *const range_keys[CHECK_KEYS];

/*
 * Alert if a value is outside of min to max, both included, or, if `inside`, within. Either may be
 * infinite.
 */
struct range {
	bool set, inside;
	double min, max;
};

/* Which families must forward: bits 1 << n of these; no bit means any. */
enum check_require { REQUIRE_IPV4, REQUIRE_IPV6, REQUIRE_ANY, REQUIRE_NONE };

/* A limit on one interface's share of that. */
struct check_if_limit {
	char interface[16]; /* IFNAMSIZ */
	enum check_key key;
	struct range range;
};

#define CHECK_IF_LIMITS 64

/* The limits of one kind: of the system, and of interfaces. */
struct check_level {
	struct range ranges[CHECK_KEYS];
	struct check_if_limit ifs[CHECK_IF_LIMITS];
	size_t n_ifs;
};

/* All limits of a check. */
struct check_limits {
	struct check_level warn, crit;
	unsigned require;
};

/*
 * Set the range of one key from [INTERFACE:]KEY=RANGE, where RANGE is [@][MIN:][MAX]: without MIN
 * it is 0,
 * "~" is minus infinity, without MAX it is infinity; numbers may end in k, M or G, powers of 1000.
 * Returns 0, or -EINVAL with a sentence in `why` that begins with `name`.
 */
int range_set(struct check_level *level, const char *name, const char *text, struct why *why);

/* The range of that interface and key, or NULL. */
const struct range *range_of_if(const struct check_level *level, const char *interface,
				enum check_key key);

bool range_alerts(const struct range *r, double value);

/* In the notation above, without suffixes; nothing if it is not set. */
void range_print(FILE *f, const struct range *r);

#endif
