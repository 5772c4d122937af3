/* SPDX-License-Identifier: MIT */
/*
 * report: documents and failures, as the command's reader expects them.
 */
#ifndef IPFW_CLI_REPORT_H
#define IPFW_CLI_REPORT_H

#include "options/options.h"
#include "output/output.h"

/*
 * Write a document to standard output and free its text. Returns 0 or -errno, and says what failed.
 * A reader of text or JSON may close the pipe when it has seen enough; the reader of another format
 * has then lost a part of the document, which is a failure.
 */
int report_document(const struct options *o, struct output_document *d);

/* The exit status after that result. */
int report_status(const struct options *o, int r);

/*
 * There is no result: say why on stderr; `check` says it as a plugin does. Returns the exit status:
 * `status`, or the plugin's.
 */
int report_failure(const struct options *o, int status, const char *why);

/* The same for wrong usage; "": each error was logged already. */
int report_usage(const struct options *o, const char *why);

#endif
