/* SPDX-License-Identifier: MIT */
/*
 * json_peaks: the member "peaks" of a reading's JSON.
 */
#ifndef IPFW_OUTPUT_JSON_PEAKS_H
#define IPFW_OUTPUT_JSON_PEAKS_H

#include "model/snapshot.h"
#include "output/json_writer.h"

/* Of the interfaces that the reading shows. It has peaks. */
void json_put_peaks(struct json *j, const struct snapshot *s);

#endif
