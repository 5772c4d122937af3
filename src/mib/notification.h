/* SPDX-License-Identifier: MIT */
/*
 * notification: what is worth a notification of the MIB, found by comparing one published view with
 * what was told before. No I/O, no clock and no net-snmp types.
 *
 * - A change that comes sooner after the last notification on the same subject than the hold-down
 * allows waits; if by then all is as it was told, there is nothing to tell.
 * - An object that is absent for a while has not changed.
 */
#ifndef IPFW_MIB_NOTIFICATION_H
#define IPFW_MIB_NOTIFICATION_H

#include "mib/engine.h"

#define NOTIFICATION_OBJECTS_MAX 3
#define NOTIFICATION_SUBJECTS    4 /* no more notifications come of one view */

struct notification {
	uint32_t number; /* the notification's, below ipfwNotifications */
	uint64_t at_ns;  /* CLOCK_MONOTONIC */
	size_t n;        /* objects, with the values that they had then */
	struct mib_oid names[NOTIFICATION_OBJECTS_MAX];
	struct mib_value values[NOTIFICATION_OBJECTS_MAX];
};

struct notification_watch {
	struct {
		struct mib_value told[NOTIFICATION_OBJECTS_MAX];
		bool is_told;
		uint64_t sent_ns; /* when the last notification was made; 0: none yet */
	} subjects[NOTIFICATION_SUBJECTS];
};

/*
 * Compare the view with what was told, at `now_ns`. `quiet`: take it as told, without a
 * notification. Writes at most NOTIFICATION_SUBJECTS notifications and returns how many. A watch
 * begins as zeros.
 */
size_t notification_find(struct notification_watch *w, const struct mib_view *view, uint64_t now_ns,
			 uint64_t hold_down_ns, bool quiet,
			 struct notification out[NOTIFICATION_SUBJECTS]);

#endif
