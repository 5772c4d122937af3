/* SPDX-License-Identifier: MIT */
/*
 * prometheus_peaks: the peaks of a reading, as gauges.
 */
#ifndef IPFW_OUTPUT_PROMETHEUS_PEAKS_H
#define IPFW_OUTPUT_PROMETHEUS_PEAKS_H

#include "model/snapshot.h"
#include "output/prometheus_writer.h"

/* Of the interfaces that the reading shows. It has peaks. */
void prometheus_put_peaks(struct prom_writer *w, const struct snapshot *s);

#endif
