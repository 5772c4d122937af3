/* SPDX-License-Identifier: MIT */
/*
 * out: a reading as JSON or as text, in memory or to standard output. Nothing else writes there but
 * the usage.
 */
#ifndef IPFW_OUT_H
#define IPFW_OUT_H

#include <stdbool.h>

#include "rate.h"
#include "snapshot.h"

struct out_options {
	const char *hostname;
	const char *note; /* why the figures are not better, or "" (text only) */
	bool pretty;      /* JSON: for people rather than one line */
	bool verbose;     /* text: exact figures and what explains them */
	bool refresh;     /* text: clear the terminal first */
};

/* A whole document; its text is the caller's, for free(3). */
struct out_document {
	char *text;
	size_t size;
};

/* Make one in memory: the same as out_json() and out_text() write. Returns 0 or -errno. */
int out_json_document(struct out_document *d, const struct snapshot *s, const struct rates *rates,
		      const struct out_options *options);
int out_text_document(struct out_document *d, const struct snapshot *s, const struct rates *rates,
		      const struct out_options *options);

/* Write a document that is there already. Returns 0 or -errno. */
int out_document(const struct out_document *d);

/*
 * Write one document to standard output: the snapshot form, or the monitor form when `rates` (of
 * just this snapshot) is there. It is complete in memory before the first byte goes out. Returns 0
 * or -errno.
 */
int out_json(const struct snapshot *s, const struct rates *rates,
	     const struct out_options *options);

/* What passed in the interval of `rates`, for the system: received, forwarded, sent. */
int out_json_activity(const struct snapshot *s, const struct rates *rates,
		      const struct out_options *options);
int out_text_activity(const struct snapshot *s, const struct rates *rates,
		      const struct out_options *options);

/* One line of plain text, of the program's own making. */
int out_line(const char *text);

/* The same as out_json() for people. */
int out_text(const struct snapshot *s, const struct rates *rates,
	     const struct out_options *options);

#endif
