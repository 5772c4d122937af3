/* SPDX-License-Identifier: MIT */
/*
 * cells: values of the MIB's types, for the cells of tables. Each function returns whether there is
 * a value.
 */
#ifndef IPFW_MIB_CELLS_H
#define IPFW_MIB_CELLS_H

#include "mib/tables.h"

bool cells_number(struct mib_value *out, enum mib_type type, uint64_t value);

/* Gauge32 ends at its greatest value. */
bool cells_gauge(struct mib_value *out, uint64_t value);
bool cells_string(struct mib_value *out, const char *value);

/* Any bytes, escaped in ASCII; cut where a DisplayString ends. */
bool cells_escaped(struct mib_value *out, const char *text);

/* TimeStamp: sysUpTime at that moment, at least 1; 0 for moments before sysUpTime began. */
bool cells_timestamp(const struct mib_context *ctx, uint64_t then_ns, struct mib_value *out);

/*
 * The kernel's and the device's own counters are continuous since this agent shows them to this
 * master: nobody knows about a reset before, and what began before the master would have the same
 * time, 0, as eBPF counters from before it.
 */
bool cells_discontinuity(const struct mib_context *ctx, enum family family, const struct figures *f,
			 const struct continuity *c, struct mib_value *out);

/* That of an interface's or the system's traffic. */
bool cells_quality(const struct figures *f, struct mib_value *out);

/* Counter64 of a known figure. */
bool cells_counter(const struct figures *f, enum metric_id m, struct mib_value *out);

#endif
