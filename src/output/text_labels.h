/* SPDX-License-Identifier: MIT */
/*
 * text_labels: the last columns of the interfaces' table, their VRF and what the operator calls
 * them. One that no interface has is not shown.
 */
#ifndef IPFW_OUTPUT_TEXT_LABELS_H
#define IPFW_OUTPUT_TEXT_LABELS_H

#include "model/snapshot.h"
#include "output/grid.h"

#define TEXT_LABELS 2 /* columns */

void text_labels_put_titles(struct grid *g, const struct snapshot *s);

/* Those of an interface; a long alias is cut unless `whole`. */
void text_labels_put(struct grid *g, const struct snapshot *s, const struct snapshot_if *row,
		     bool whole);

#endif
