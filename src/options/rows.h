/* SPDX-License-Identifier: MIT */
/*
 * rows: every option once, for the command line, the configuration file and the help.
 */
#ifndef IPFW_OPTIONS_ROWS_H
#define IPFW_OPTIONS_ROWS_H

#include <stddef.h>

#include "options/options.h"

enum kind {
	KIND_VALUE, /* sets a number, without an argument */
	KIND_FLAG,
	KIND_TEXT,
	KIND_ADDRESS, /* a text */
	KIND_LISTEN,  /* a text */
	KIND_WORD,
	KIND_WORDS, /* the same, a bit for each that is given */
	KIND_RANGE,
	KIND_TIME,
	KIND_WINDOW, /* whole seconds, or none */
	KIND_COUNT,
	KIND_MODE,
	KIND_GLOBS
};

/* Where an option is allowed: on the command line only; also in the file; in the file, and it may
 * change while the agent runs.
 */
enum place { LINE, FILE_TOO, LIVE };

struct options_row {
	char letter; /* 0: no short form */
	const char *word, *argument;
	enum kind kind;
	size_t member; /* where in struct options */
	const char *const *words;
	unsigned value;
	enum place place;
	unsigned commands; /* a bit for each command with which it has an effect */
	const char *help;
};

#define OPTIONS_ROWS_MAX 64 /* options.given has a bit for each */
extern const struct options_row options_rows[];
extern const size_t options_rows_count;

/*
 * Set the option of that row; a flag is on without a value, or with "yes". The value is kept by
 * reference. Returns 0, or -EINVAL with a sentence in `why`.
 */
int options_row_set(struct options *o, const struct options_row *row, const char *value,
		    struct why *why);

/* Whether both have the same value for it. For rows that are allowed in the file. */
bool options_row_same(const struct options_row *row, const struct options *oa,
		      const struct options *ob);

#endif
