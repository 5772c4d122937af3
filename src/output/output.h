/* SPDX-License-Identifier: MIT */
/*
 * output: a reading in one of several formats, made in memory, and standard output. Only this and
 * the usage write there.
 */
#ifndef IPFW_OUTPUT_OUTPUT_H
#define IPFW_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "model/attachment.h"
#include "model/rate.h"
#include "model/snapshot.h"

enum output_format {
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_PROMETHEUS,  /* its text format 0.0.4 */
	OUTPUT_OPENMETRICS, /* 1.0 */
	OUTPUT_SYSTEM,      /* for programs of this project, see output/plain.h */
	OUTPUT_READING,
	OUTPUT_FORMATS
};

/* What of a reading a document shows, in text and in JSON. */
enum output_view {
	VIEW_READING,  /* all of it */
	VIEW_ACTIVITY, /* what passed, for the system: received, forwarded, sent; with rates only */
	VIEW_PATHS,    /* from which interface to which */
	VIEW_DROPS,    /* what was dropped, and why */
	OUTPUT_VIEWS
};

/* In which order text shows interfaces and paths; the latter two by what passed, most first. */
enum output_sort {
	SORT_AUTO, /* as by index; with `refresh` those without traffic last */
	SORT_INDEX,
	SORT_NAME,
	SORT_PACKETS,
	SORT_BYTES
};

struct output_options {
	enum output_view view;
	/* Any bytes: writers escape it. */
	const char *hostname;
	const char *note; /* why eBPF does not count, or "" */
	bool pretty;      /* JSON: for people rather than one line */
	bool verbose;     /* text: exact figures and what explains them */
	enum output_sort sort;
	bool refresh;           /* text: a frame in the place of the one before */
	unsigned columns, rows; /* of the terminal; 0: not known */
	bool again;             /* text: another document came before */
};

/* A whole document; the caller frees its text with free(3). */
struct output_document {
	char *text;
	size_t size;
};

/*
 * A writer. The snapshot alone, or the monitor form when `rates` (of just this snapshot) is there.
 * Returns 0 or -errno.
 */
typedef int output_make(struct output_document *d, const struct snapshot *s,
			const struct rates *rates, const struct output_options *options);

output_make output_text, output_json, output_prometheus, output_openmetrics;

/* One of the readings that a document of several network namespaces holds. */
struct output_part {
	const struct snapshot *s; /* its `netns` names it */
	const struct rates *rates;
	const char *note; /* in the place of that in the options */
};

/*
 * A writer of several, in their order; all have rates or none has. JSON is an array of documents;
 * or with rates a document after the other. Returns 0 or -errno.
 */
typedef int output_make_list(struct output_document *d, const struct output_part *parts, size_t n,
			     const struct output_options *options);

output_make_list output_text_list, output_json_list, output_prometheus_list,
	output_openmetrics_list;

/* What is attached: text of those that are; or all of it, of several as an array. */
typedef int output_make_attachment(struct output_document *d, const struct attachment *a, size_t n,
				   const struct output_options *options);
output_make_attachment output_text_attachment, output_json_attachment;

struct output_form {
	const char *word; /* as the reading socket calls it */
	output_make *make;
	output_make_list *list;             /* NULL: the format is for a single one */
	output_make_attachment *attachment; /* NULL: the format is for one whole reading only */
};

extern const struct output_form output_forms[OUTPUT_FORMATS];

/* For writers: a stream into `d`, NULL if there is no memory; and its end, 0 or -errno. */
FILE *output_begin(struct output_document *d);
int output_end(struct output_document *d, FILE *f);

/* Write a document to standard output. Returns 0 or -errno. */
int output_document(const struct output_document *d);

#endif
