/* SPDX-License-Identifier: MIT */
/*
 * subject: a network namespace whose figures a command shows: its reader, the last readings and
 * what changed between them. The thread is in that namespace when it is opened, read or closed.
 */
#ifndef IPFW_CLI_SUBJECT_H
#define IPFW_CLI_SUBJECT_H

#include "cli/reader.h"

struct subject {
	const struct options *o;
	const struct netns_member *member; /* kept by reference; without a name there is just one */
	struct reader reader;
	bool is_open;
	struct why refused;      /* why it is not, as it was said */
	struct snapshot *before; /* the last good reading before this one */
	struct snapshot *now;
	struct rates *rates; /* between the two */
	bool due;            /* it is to be read */
};

/* No memory ends the program. Free it with subject_free(). */
struct subject *subject_new(const struct options *o, const struct netns_member *m);
void subject_free(struct subject *s);

/* These return the exit status so far, and say what failed; the first says it once. */
int subject_open(struct subject *s);
int subject_read(struct subject *s); /* `now`: NULL if it could not be read */

/* Give back what it holds but for its readings. */
void subject_close(struct subject *s);

/* What was read is another reading than before, for readings so far apart. */
bool subject_is_other(const struct subject *s, uint64_t interval_ns);

/* See what changed, if there is a reading before; and make the next one begin here. */
void subject_compare(struct subject *s);
void subject_advance(struct subject *s);

#endif
