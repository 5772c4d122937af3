/* SPDX-License-Identifier: MIT */
/*
 * read: the commands that print readings: a single one; what changed from one to the next; what
 * passed in between. Each returns the program's exit status.
 */
#ifndef IPFW_CLI_READ_H
#define IPFW_CLI_READ_H

#include "options/options.h"

int read_snapshot(const struct options *o);
int read_monitor(const struct options *o);
int read_activity(const struct options *o);

#endif
