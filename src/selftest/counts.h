/* SPDX-License-Identifier: MIT */
/*
 * counts: what was counted, by whomever, in one form: rows of figures. Two readings of one source
 * are compared with what was sent.
 */
#ifndef IPFW_SELFTEST_COUNTS_H
#define IPFW_SELFTEST_COUNTS_H

#include "model/snapshot.h"
#include "selftest/router.h"

/* Of the system, of each device, of each way through the router, of each stage of drops. */
enum counts_row {
	ROW_SYSTEM,
	ROW_DEVICE,
	ROW_PATH = ROW_DEVICE + DEVICES, /* in0 to that device; to DEVICE_IN: from out0 */
	ROW_LOST = ROW_PATH + DEVICES,   /* by in0, at that stage */
	ROWS = ROW_LOST + DROP_STAGES
};

/* What rows of each kind are compared by. */
#define COUNTS_OF_DEVICE ((1u << (M_UNACCOUNTED_PACKETS + 1)) - 1)
#define COUNTS_OF_PATH   (1u << M_OUT_FORW_PACKETS | 1u << M_OUT_FORW_OCTETS)
#define COUNTS_OF_DROP   (1u << M_DROPPED_PACKETS | 1u << M_DROPPED_OCTETS)

struct counts {
	struct figures rows[ROWS][FAMILY_IPV6 + 1];
};

/* The metrics (bits) that are compared in that row. */
uint32_t counts_metrics(enum counts_row row);

/* Its name: "router", "in0", "in0 > out0", "in0, dropped at input". Returns `text`. */
#define COUNTS_NAME_MAX 48
char *counts_name(char text[COUNTS_NAME_MAX], enum counts_row row);

void counts_of_snapshot(struct counts *out, const struct snapshot *s);

/* A figure that is not as it should be. */
struct difference {
	enum counts_row row;
	enum family family;
	enum metric_id metric;
	int64_t sent, counted;
	bool absent; /* it was not counted at all */
};

/* What was sent: all that is known in it is compared; and what a source must know of each row. */
struct expected {
	struct counts counts;
	uint32_t must[ROWS];
};

#define COUNTS_DIFFERENCES 8

/*
 * Compare what came in between two readings. The first differences are in `out`; returns how many
 * there are.
 */
unsigned counts_compare(const struct counts *before, const struct counts *after,
			const struct expected *e, struct difference out[COUNTS_DIFFERENCES]);

#endif
