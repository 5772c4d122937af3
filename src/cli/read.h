/* SPDX-License-Identifier: MIT */
/*
 * read: the commands that print readings, in the view of the command. Each returns the program's
 * exit status.
 */
#ifndef IPFW_CLI_READ_H
#define IPFW_CLI_READ_H

#include "options/options.h"

int read_snapshot(const struct options *o);     /* a single one */
int read_monitor(const struct options *o);      /* what changed from one to the next */
int read_one_interval(const struct options *o); /* the same once, unless --count says otherwise */

#endif
