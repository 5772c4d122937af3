/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/check_verdict.h"

static bool is_failure(const struct options *o, int r)
{
	return r && !(r == -EPIPE && output_forms[o->format].attachment);
}

int report_status(const struct options *o, int r)
{
	return is_failure(o, r) ? EXIT_FAILED : EXIT_DONE;
}

int report_document(const struct options *o, struct output_document *d)
{
	int r = output_document(d);

	free(d->text);
	if (is_failure(o, r))
		log_warning("standard output: %s", strerror(-r));
	return r;
}

int report_failure(const struct options *o, int status, const char *why)
{
	if (o->command == COMMAND_CHECK)
		return check_unknown(why);
	log_warning("%s", why);
	return status;
}

int report_usage(const struct options *o, const char *why)
{
	if (why[0] && o->command == COMMAND_CHECK)
		return check_unknown(why);
	if (why[0])
		log_warning("%s (see ipfwagent --help)", why);
	return EXIT_USAGE;
}
