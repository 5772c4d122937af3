/* SPDX-License-Identifier: MIT */
/*
 * attach: the commands attach, detach and status. Each returns the program's exit status and says
 * on stderr what it did or why it could not.
 */
#ifndef IPFW_CLI_ATTACH_H
#define IPFW_CLI_ATTACH_H

#include "options/options.h"

int cli_attach(const struct options *o);
int cli_detach(const struct options *o);
int cli_status(const struct options *o);

#endif
