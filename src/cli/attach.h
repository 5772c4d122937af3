/* SPDX-License-Identifier: MIT */
/*
 * attach: the commands attach, detach and status. Each returns the program's exit status and says
 * on stderr what it did or why it failed.
 */
#ifndef IPFW_CLI_ATTACH_H
#define IPFW_CLI_ATTACH_H

#include "options/options.h"

int attach_run(const struct options *o);
int detach_run(const struct options *o);
int status_run(const struct options *o);

#endif
