/* SPDX-License-Identifier: MIT */
/*
 * check_measure: the values that `ipfwagent check` limits, from what changed between two readings.
 */
#ifndef IPFW_CLI_CHECK_MEASURE_H
#define IPFW_CLI_CHECK_MEASURE_H

#include "model/rate.h"
#include "options/range.h"

/* What is measured: an interface, with its changes, or the system (`row` is NULL). */
struct check_subject {
	const struct snapshot *now;
	const struct rates *rates; /* of `now` */
	const struct snapshot_if *row;
	const struct delta *deltas; /* of its families */
};

/* The value of a key, in its unit (range.h). Returns false if it is not known. */
bool check_measure(const struct check_subject *s, enum check_key key, double *value);

/* What was forwarded of a family, per second: packets, or bits for a figure of octets. */
bool check_measure_forwarded(const struct check_subject *s, enum family f, enum metric_id m,
			     double *value);

#endif
