/* SPDX-License-Identifier: MIT */
/*
 * scale: numbers for people, of three or four digits and a prefix.
 */
#ifndef IPFW_BASE_SCALE_H
#define IPFW_BASE_SCALE_H

#include <stdint.h>

#define SCALE_MAX 32

/* "0.0", "123", "3.2 M": powers of 1000. Returns `text`. */
char *scale_rate(char text[SCALE_MAX], double value);

/* The same, but below 1000 it is a whole number. */
char *scale_count(char text[SCALE_MAX], uint64_t value);

/* "1023", "3.2 MiB": powers of 1024. */
char *scale_octets(char text[SCALE_MAX], uint64_t octets);

#endif
