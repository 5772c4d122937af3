/* SPDX-License-Identifier: MIT */
#include "options/usage.h"

#include <stdio.h>

#include "config.h"
#include "options/rows.h"

static int finish(void)
{
	return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
}

int usage_version(const struct options *o)
{
	(void)o;
	printf("ipfwagent %s\n", PACKAGE_VERSION);
	return finish();
}

int usage_help(const struct options *o)
{
	(void)o;
	printf("Usage: ipfwagent [COMMAND] [OPTION]...\n"
	       "How much IPv4 and IPv6 traffic this machine routes, in packets and bytes.\n\n"
	       "Commands:\n");
	for (int c = 0; c < COMMANDS; c++)
		printf("  %-9s%-9s %s\n", commands[c].first ? commands[c].first : "(none)",
		       commands[c].second ? commands[c].second : "", commands[c].help);
	printf("\nOptions:\n");
	for (size_t i = 0; i < options_rows_count; i++) {
		const struct options_row *row = &options_rows[i];
		char left[48];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", row->letter ? '-' : ' ',
			 row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->word,
			 row->argument ? " " : "", row->argument ? row->argument : "");
		printf("  %-31s %s\n", left, row->help);
	}
	printf("\nTIME is a number of seconds, or one with ms, s, m or h after it.\n"
	       "Exit status: 0 done, 1 failed, 2 wrong usage, 3 that source is not available; "
	       "of check:\n0 OK, 1 warning, 2 critical, 3 unknown.\n");
	return finish();
}
