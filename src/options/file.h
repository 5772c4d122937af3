/* SPDX-License-Identifier: MIT */
/*
 * file: the syntax of a configuration file. A line is empty, or has a key and a value with blanks
 * between them; '#' at the beginning of a word begins a comment. A value is one word, without
 * quotes. Lines may end in CR LF, and the last one needs no end. The caller knows what keys mean.
 */
#ifndef IPFW_OPTIONS_FILE_H
#define IPFW_OPTIONS_FILE_H

#include <stddef.h>

#include "base/why.h"

#define OPTIONS_FILE_MAX 65536 /* of a file */

/*
 * Take over one setting. Returns 0, or -EINVAL with a sentence in `why`.
 * `value` stays valid as long as the text that contains it.
 */
typedef int options_file_set(void *arg, const char *key, const char *value, struct why *why);

/*
 * Read a regular file into memory: `size` bytes and one more, for options_file_parse(). The caller
 * frees *text. Returns 0 or -errno, with a sentence for people in `why`.
 */
int options_file_load(const char *path, char **text, size_t *size, struct why *why);

/*
 * Cut the text into keys and values, in place, and pass them on. It needs room for one byte after
 * its end. Each line with an error is logged as "PATH:LINE: why"; returns how many there were.
 */
unsigned options_file_parse(const char *path, char *text, size_t size, options_file_set *set,
			    void *arg);

#endif
