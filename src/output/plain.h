/* SPDX-License-Identifier: MIT */
/*
 * plain: the system rows of a reading as lines that a program reads back, so that
 * `ipfwagent check` can compare two readings of the agent. Between versions of the program: what a
 * reader does not know it passes over, and what a writer did not know is absent.
 */
#ifndef IPFW_OUTPUT_PLAIN_H
#define IPFW_OUTPUT_PLAIN_H

#include "output/output.h"

output_make plain_make;

/*
 * Fill an empty snapshot and `note` from such lines. Returns 0, or -EPROTO: they are none, or say
 * neither when the reading was nor who counts.
 */
int plain_read(const struct output_document *d, struct snapshot *s, char *note, size_t note_size);

#endif
