/* SPDX-License-Identifier: MIT */
/*
 * output: a reading in one of several forms, made in memory, and standard output. Nothing else
 * writes there but the usage.
 */
#ifndef IPFW_OUTPUT_OUTPUT_H
#define IPFW_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "model/attachment.h"
#include "model/rate.h"
#include "model/snapshot.h"

enum out_format {
	OUT_TEXT,
	OUT_JSON,
	OUT_PROMETHEUS,  /* its text format 0.0.4 */
	OUT_OPENMETRICS, /* 1.0 */
	OUT_LIBRENMS,    /* the form of its JSON applications, on one line */
	OUT_SYSTEM,      /* for `ipfwagent check`, see system_lines.h */
	OUT_FORMATS
};

struct out_options {
	const char *hostname;
	const char *note; /* why the figures are not better, or "" */
	bool pretty;      /* JSON: for people rather than one line */
	bool verbose;     /* text: exact figures and what explains them */
	bool refresh;     /* text: clear the terminal first */
};

/* A whole document; its text is the caller's, for free(3). */
struct out_document {
	char *text;
	size_t size;
};

/*
 * A writer. The snapshot alone, or the monitor form when `rates` (of just this snapshot) is there.
 * Returns 0 or -errno.
 */
typedef int out_make(struct out_document *d, const struct snapshot *s, const struct rates *rates,
		     const struct out_options *options);

out_make out_text, out_json, out_prometheus, out_openmetrics, out_librenms;

int out_librenms_failure(struct out_document *d, const char *why);

/* What passed in the interval of `rates`, for the system: received, forwarded, sent. */
out_make out_text_activity, out_json_activity;

/* What is attached: a line of text, or all of it. */
typedef int out_make_attachment(struct out_document *d, const struct attachment *a,
				const struct out_options *options);
out_make_attachment out_text_attachment, out_json_attachment;

struct out_form {
	const char *word; /* as the reading socket calls it */
	out_make *make;
	out_make *activity;              /* NULL: the form is for a single reading only */
	out_make_attachment *attachment; /* the same */
	/* What stands for the document when there is no reading, and why; NULL: nothing. */
	int (*failure)(struct out_document *d, const char *why);
};

extern const struct out_form out_forms[OUT_FORMATS];

/* For writers: a stream into `d`, NULL if there is no memory; and its end, 0 or -errno. */
FILE *out_begin(struct out_document *d);
int out_end(struct out_document *d, FILE *f);

/* Write a document to standard output. Returns 0 or -errno. */
int out_document(const struct out_document *d);

#endif
