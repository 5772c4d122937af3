/* SPDX-License-Identifier: MIT */
/*
 * plain: a reading as lines that a program reads back, so that two readings of the agent can be
 * compared. Versions may differ: a reader skips what it does not know, and what the writer did not
 * know is absent.
 *
 * A line is a word and what it is about; a family's name is followed by one figure or property of
 * its row: of the system, or after a line "interface", "path" or "drop" of that one.
 */
#ifndef IPFW_OUTPUT_PLAIN_H
#define IPFW_OUTPUT_PLAIN_H

#include "output/output.h"

/* The system rows, and the whole reading. */
output_make plain_make_system, plain_make_reading;

/*
 * Fill an empty snapshot and `note` from such lines. Returns 0; -ENOMEM; or -EPROTO: these are no
 * such lines, or they do not say when the reading was taken and which counters were read.
 */
int plain_read(const struct output_document *d, struct snapshot *s, char *note, size_t note_size);

#endif
