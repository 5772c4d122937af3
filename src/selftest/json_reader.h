/* SPDX-License-Identifier: MIT */
/*
 * json_reader: finds a number in a document that the program has written.
 */
#ifndef IPFW_SELFTEST_JSON_READER_H
#define IPFW_SELFTEST_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_READER_DEPTH 4

/*
 * The number at that path of keys, which ends with NULL. False: there is none, or null. The text
 * ends with NUL and is a valid document whose keys on the path have no escapes.
 */
bool json_reader_u64(const char *text, const char *const path[JSON_READER_DEPTH + 1],
		     uint64_t *out);

#endif
