/* SPDX-License-Identifier: MIT */
/*
 * options: the command line, as rows of a table.
 */
#ifndef IPFW_OPTIONS_H
#define IPFW_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "collect.h"

enum command {
	COMMAND_SNAPSHOT,
	COMMAND_MONITOR,
	COMMAND_ACTIVITY,
	COMMAND_ACTIVITY_MONITOR,
	COMMAND_AGENT,
	COMMAND_ATTACH,
	COMMAND_DETACH,
	COMMAND_STATUS,
};

enum json_form { JSON_BY_TERMINAL, JSON_PRETTY, JSON_COMPACT };

/* Exit statuses of the program. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NO_SOURCE = 3 };

struct options {
	enum command command;
	bool json, verbose;
	enum json_form json_form;
	uint64_t interval_ns; /* 0: the command's own default */
	unsigned long count;  /* 0: until a signal comes */
	const char *netns;
	const char *agentx_socket;
	bool no_direct;      /* agent: every answer takes the library's way */
	const char *user;    /* agent: whom to become after attaching; NULL: stay */
	bool all;            /* detach: in every network namespace */
	bool detach_on_exit; /* agent: take the pinned counters out at the end */
	struct collect_config collect;
};

/*
 * Read argv. --help and --version print and exit; wrong usage prints one line and a hint and exits
 * with EXIT_USAGE. Strings point into argv; options_clear() gives back the rest.
 */
void options_parse(struct options *o, int argc, char **argv);
void options_clear(struct options *o);

#endif
