/* SPDX-License-Identifier: MIT */
/*
 * kernel_counts: single counters of the kernel's, from its files. 0: there is none.
 */
#ifndef IPFW_SELFTEST_KERNEL_COUNTS_H
#define IPFW_SELFTEST_KERNEL_COUNTS_H

#include <stdint.h>

/* A column, in a file of lines "GROUP: NAMES" and "GROUP: NUMBERS". */
uint64_t kernel_counts_column(const char *path, const char *group, const char *name);

/* A line, in a file of lines "NAME NUMBER". */
uint64_t kernel_counts_line(const char *path, const char *name);

#endif
