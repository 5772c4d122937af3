/* SPDX-License-Identifier: MIT */
/*
 * check_verdict: what `ipfwagent check` says of two readings, as monitoring plugins do.
 */
#ifndef IPFW_CLI_CHECK_VERDICT_H
#define IPFW_CLI_CHECK_VERDICT_H

#include "options/range.h"
#include "output/output.h"

/* The exit statuses of a plugin. */
enum check_status { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

struct check_config {
	struct check_limits limits;
	bool wants_ebpf; /* the kernel's own counters are second best */
};

/*
 * Make the line, with its end: status, reasons or a summary, performance data. `rates` are those of
 * `now`; `note` says why the figures are not better, or is "". Returns an enum check_status, or
 * -errno and no document.
 */
int check_verdict(struct output_document *d, const struct check_config *config,
		  const struct snapshot *now, const struct rates *rates, const char *note);

/*
 * Write the line to standard output and give it back. Returns the exit status: `verdict`, or
 * CHECK_UNKNOWN if there is none (-errno) or nobody gets to see it, which is logged.
 */
int check_say(struct output_document *d, int verdict);

/* The same where there is nothing to judge. */
int check_unknown(const char *why);

#endif
