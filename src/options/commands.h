/* SPDX-License-Identifier: MIT */
/*
 * commands: what the program can do, one row each. The rows name the functions that do it, so they
 * are above all folders, in src/commands.c.
 */
#ifndef IPFW_OPTIONS_COMMANDS_H
#define IPFW_OPTIONS_COMMANDS_H

#include <stddef.h>

#include "output/output.h"
#include "sources/collect.h"

struct options;

enum command {
	COMMAND_SNAPSHOT,
	COMMAND_MONITOR,
	COMMAND_ACTIVITY,
	COMMAND_ACTIVITY_MONITOR,
	COMMAND_PATHS,
	COMMAND_PATHS_MONITOR,
	COMMAND_DROPS,
	COMMAND_DROPS_MONITOR,
	COMMAND_TOP,
	COMMAND_AGENT,
	COMMAND_ATTACH,
	COMMAND_DETACH,
	COMMAND_STATUS,
	COMMAND_CHECK,
	COMMAND_SELFTEST,
	COMMAND_HELP,
	COMMAND_VERSION,
	COMMANDS
};

struct command_row {
	const char *first, *second; /* its words; NULL: none */
	const char *help;
	int (*run)(const struct options *o); /* returns the exit status */
	uint64_t interval_ns;                /* unless --interval says otherwise; 0: it has none */
	enum source_choice source;           /* CHOOSE_AUTO: what --source says */
	enum bpf_attach attach;              /* where no eBPF counters are pinned */
	enum output_view view;               /* what it shows of a reading */
};

/* The table, indexed by enum command. */
extern const struct command_row commands[COMMANDS];

/* Write the command's words, or "one reading" for the one without. Returns `text`. */
char *commands_name(char *text, size_t size, enum command command);

#endif
