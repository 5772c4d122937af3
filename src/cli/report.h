/* SPDX-License-Identifier: MIT */
/*
 * report: documents, and what stands for them when there is none, as the command's reader expects.
 */
#ifndef IPFW_CLI_REPORT_H
#define IPFW_CLI_REPORT_H

#include "options/options.h"
#include "output/output.h"

/*
 * Write a document to standard output and free its text. Returns 0 or -errno; says what failed,
 * except that a reader of text or JSON may leave when it has seen enough. One that keeps a form of
 * a single reading has lost a part of it.
 */
int report_document(const struct options *o, struct output_document *d);

/* The name of this host, or "localhost" where it is not to be had. */
const char *report_hostname(void);

/* The exit status after that result. */
int report_status(const struct options *o, int r);

/*
 * There is no result: say why on stderr, and in the form that was asked for if it has a word for
 * that; `check` says it as a plugin does. Returns the exit status: `status`, or the plugin's.
 */
int report_failure(const struct options *o, int status, const char *why);

/* The same for wrong usage; "": each error was logged already. */
int report_usage(const struct options *o, const char *why);

#endif
