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
	KIND_WORD,
	KIND_WORDS, /* the same, a bit for each that is given */
	KIND_RANGE,
	KIND_TIME,
	KIND_COUNT,
	KIND_MODE,
	KIND_GLOBS
};

/* Where a row may stand: only on the command line, in the file as well, or there and change. */
enum place { LINE, FILE_TOO, LIVE };

struct options_row {
	char letter; /* 0: no short form */
	const char *word, *argument;
	enum kind kind;
	size_t member; /* where in struct options */
	const char *const *words;
	unsigned value;
	enum place place;
	unsigned commands; /* with which it has an effect: a bit for each */
	const char *help;
};

#define OPTIONS_ROWS_MAX 64 /* options.given has a bit for each */
extern const struct options_row options_rows[];
extern const size_t options_rows_count;

/*
 * Set what the row is about; a flag is on without a value, or with "yes". The value is kept by
 * reference. Returns 0, or -EINVAL with a sentence in `why`.
 */
int options_row_set(struct options *o, const struct options_row *row, const char *value,
		    struct why *why);

/* Whether two options agree in it. Known for the rows that may stand in the file. */
bool options_row_same(const struct options_row *row, const struct options *oa,
		      const struct options *ob);

#endif
