/* SPDX-License-Identifier: MIT */
/*
 * plain: the system rows of a reading as lines that a program reads back, so that
 * `ipfwagent check` can compare two readings of the agent. Versions may differ: a reader skips what
 * it does not know, and what the writer did not know is absent.
 */
#ifndef IPFW_OUTPUT_PLAIN_H
#define IPFW_OUTPUT_PLAIN_H

#include "output/output.h"

output_make plain_make;

/*
 * Fill an empty snapshot and `note` from such lines. Returns 0, or -EPROTO: these are no such
 * lines, or they do not say when the reading was taken and which counters were read.
 */
int plain_read(const struct output_document *d, struct snapshot *s, char *note, size_t note_size);

#endif
