/* SPDX-License-Identifier: MIT */
/*
 * usage: the commands help and version. Each prints to standard output, and returns the exit
 * status.
 */
#ifndef IPFW_OPTIONS_USAGE_H
#define IPFW_OPTIONS_USAGE_H

#include "options/options.h"

int usage_help(const struct options *o);
int usage_version(const struct options *o);

#endif
