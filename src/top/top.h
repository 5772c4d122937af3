/* SPDX-License-Identifier: MIT */
/*
 * top: the command that shows rates on a whole screen until somebody quits. Returns the program's
 * exit status.
 */
#ifndef IPFW_TOP_TOP_H
#define IPFW_TOP_TOP_H

#include "options/options.h"

int top_run(const struct options *o);

#endif
