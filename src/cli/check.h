/* SPDX-License-Identifier: MIT */
/*
 * check: the command of that name, a monitoring plugin. It never attaches counters.
 */
#ifndef IPFW_CLI_CHECK_H
#define IPFW_CLI_CHECK_H

#include "options/options.h"

/* Take two readings and print the line. Returns the plugin's exit status. */
int check_run(const struct options *o);

#endif
