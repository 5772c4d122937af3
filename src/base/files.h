/* SPDX-License-Identifier: MIT */
/*
 * files: how many files the process may have open.
 */
#ifndef IPFW_BASE_FILES_H
#define IPFW_BASE_FILES_H

#include <stdbool.h>

/* As many as it may allow itself. */
void files_raise_limit(void);

/* Whether so many more can be opened now. */
bool files_have_room(unsigned n);

#endif
