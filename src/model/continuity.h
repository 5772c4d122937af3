/* SPDX-License-Identifier: MIT */
/*
 * continuity: which counters of one reading may be compared with those of the reading before. Every
 * rule about resets, wraps, reuse and renaming of interfaces lives here and only here.
 *
 * - A counter that went down was reset. Nobody can tell a wrap from a reset, so a wrap counts as
 *   one: the row is discontinuous, its deltas are absent for this interval.
 * - An interface is the same one if ifindex and name both are; else it is discontinuous.
 * - Figures of another source, or of other hooks, count anew: every row is discontinuous, also
 *   where these have counted for long.
 * - A source that knows when a row's counters began says so, and that is when they began anew.
 * - A figure that was absent in between is compared with what it was before that. Where the list of
 *   interfaces could not be read whole, those that were there stay, without a figure.
 * - A derived figure is a difference of counters read at slightly different moments and may step
 *   back by itself. If none of the row's plain counters went down, it holds its last value.
 * - A figure that is absent for a while is compared with its last value before.
 */
#ifndef IPFW_MODEL_CONTINUITY_H
#define IPFW_MODEL_CONTINUITY_H

#include "model/snapshot.h"

/*
 * Make `cur` the successor of `prev`: fill every row's continuity and hold derived figures. Call
 * it once for each new reading, before anybody reads it. prev NULL: the first reading. Then nothing
 * is discontinuous, but nobody knows what happened before: the rows of which the source does not
 * know since when they count are known from now on.
 */
void continuity_follow(const struct snapshot *prev, struct snapshot *cur);

#endif
