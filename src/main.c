/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/service_manager.h"
#include "base/netns.h"
#include "base/netns_find.h"
#include "cli/report.h"
#include "options/options.h"

/* A closed standard descriptor must not become that of a socket: writes to it shall fail. */
static void occupy_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(EXIT_FAILED);
}

static int run(const struct options *o)
{
	struct why why;
	int r;

	if (o->command == COMMAND_AGENT)
		service_manager_open();
	r = o->netns && !netns_is_pattern(o->netns) ? netns_enter(o->netns) : 0;
	if (!r)
		return commands[o->command].run(o);
	why_set(&why, r, "network namespace %.200s: %s", o->netns, strerror(-r));
	return report_failure(o, EXIT_FAILED, why.text);
}

int main(int argc, char **argv)
{
	struct options o;
	struct why why;
	int result;

	occupy_standard_fds();
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away shows as EPIPE */
	if (options_parse(&o, argc, argv, &why))
		result = report_usage(&o, why.text);
	else
		result = o.check_config ? EXIT_DONE : run(&o);
	options_clear(&o);
	return result;
}
