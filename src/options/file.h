/* SPDX-License-Identifier: MIT */
/*
 * file: the form of a configuration file. A line is a key and a value with blanks between them, or
 * nothing; '#' at the beginning of a word begins a comment. A value is one word, without quotes.
 * Lines may end in CR LF, and the last one without either. What keys mean is the caller's business.
 */
#ifndef IPFW_OPTIONS_FILE_H
#define IPFW_OPTIONS_FILE_H

#include <stddef.h>

#include "base/why.h"

#define OPTIONS_FILE_MAX 65536 /* of a file */

/*
 * Take over one setting. Returns 0, or -EINVAL with a sentence in `why`.
 * `value` stays valid as long as the text it stands in.
 */
typedef int options_file_set(void *arg, const char *key, const char *value, struct why *why);

/*
 * Read a regular file into memory: `size` bytes and one more, for options_file_parse(). The caller
 * frees *text. Returns 0 or -errno, with a sentence for people in `why`.
 */
int options_file_load(const char *path, char **text, size_t *size, struct why *why);

/*
 * Cut the text into keys and values, in place, and pass them on. It needs room for one byte behind
 * its end. Lines in error are logged as "PATH:LINE: why", all of them; returns how many.
 */
unsigned options_file_parse(const char *path, char *text, size_t size, options_file_set *set,
			    void *arg);

#endif
