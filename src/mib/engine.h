/* SPDX-License-Identifier: MIT */
/*
 * engine: GET and GETNEXT over the tables of mib/tables.h. No net-snmp types and no I/O; the
 * only state is what a mib_context remembers of its view to skip absent instances quickly.
 *
 * Each request costs O(log n) for n interfaces, in memory that is already there. OIDs are complete
 * ones; those outside of all roots are answered like any other.
 */
#ifndef IPFW_MIB_ENGINE_H
#define IPFW_MIB_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mib/tables.h"

#define MIB_OID_MAX 72 /* no instance has a longer OID */

struct mib_oid {
	uint32_t id[MIB_OID_MAX];
	size_t len;
};

enum mib_result {
	MIB_FOUND,
	MIB_NO_OBJECT,   /* noSuchObject: no column or scalar of ours begins like this */
	MIB_NO_INSTANCE, /* noSuchInstance: the object exists, this instance does not */
	MIB_END,         /* GETNEXT: nothing of ours follows */
};

/* Set the view and forget what was remembered of another one. All else stays as it is. */
void mib_context_init(struct mib_context *ctx, const struct mib_view *view);

/* Whether the view is so large that a context should have memory for gaps: 7.5 KiB. */
bool mib_wants_gaps(const struct mib_view *view);

/* The value of exactly that instance. *out is written when the result is MIB_FOUND. */
enum mib_result mib_get(struct mib_context *ctx, const uint32_t *oid, size_t len,
			struct mib_value *out);

/* The first instance after `oid`: its OID in *next, its value in *out. MIB_FOUND or MIB_END. */
enum mib_result mib_getnext(struct mib_context *ctx, const uint32_t *oid, size_t len,
			    struct mib_oid *next, struct mib_value *out);

#endif
