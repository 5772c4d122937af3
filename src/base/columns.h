/* SPDX-License-Identifier: MIT */
/*
 * columns: how wide text is on a terminal: a character may take two columns, as those of Chinese,
 * Japanese and Korean do, or none, as an accent of its own.
 */
#ifndef IPFW_BASE_COLUMNS_H
#define IPFW_BASE_COLUMNS_H

#include <stddef.h>

/* The columns of the character at `text`, which is UTF-8 and not empty, and its length in bytes.
 * What is not UTF-8 is a byte in one column. */
unsigned columns_next(const char *text, size_t *size);

/* Of a whole text. */
unsigned columns_of(const char *text);

/* How many bytes of it fit so many columns. */
size_t columns_prefix(const char *text, unsigned columns);

#endif
