/* SPDX-License-Identifier: MIT */
/*
 * continuity: which counters of one reading may be compared with those of the reading before. Every
 * rule about resets, wraps, reuse and renaming of interfaces lives here and only here.
 *
 * - A counter that went down was reset. Nobody can tell a wrap from a reset, so a wrap counts as a
 *   reset: the row is discontinuous, its deltas are absent for this interval.
 * - An interface is the same one if its ifindex and its name are the same; otherwise it is
 *   discontinuous.
 * - Figures of another source, or of other hooks, begin anew: every row is discontinuous, even if
 *   the new source has counted for a long time.
 * - If a source knows when a row's counters began, that is when they began anew.
 * - A figure that was absent for a while is compared with its last value before that. If the list
 *   of interfaces could not be read whole, interfaces that were there stay, without a figure.
 * - A difference of counters that were read at slightly different moments may step back by itself.
 *   If none of the row's other figures went down, it holds its last value.
 * - A figure that is derived from other counters than before begins anew: the IPv4 figures of an
 *   interface that got or lost IPv6, octets whose link-layer header is another. So does one whose
 *   counters began anew, which shows in the row's other figures.
 */
#ifndef IPFW_MODEL_CONTINUITY_H
#define IPFW_MODEL_CONTINUITY_H

#include "model/snapshot.h"

/*
 * Make `cur` the successor of `prev`: fill every row's continuity and hold derived figures. Call
 * it once for each new reading, before anybody reads it. prev NULL: the first reading. Then nothing
 * is discontinuous, but nobody knows what happened before: rows whose source does not know when
 * they began are continuous from now on.
 */
void continuity_follow(const struct snapshot *prev, struct snapshot *cur);

#endif
