/* SPDX-License-Identifier: MIT */
#include "options/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "config.h"
#include "options/file.h"
#include "options/rows.h"

#define DEFAULT_CONFIG SYSCONFDIR "/ipfwagent.conf"

static const struct {
	const char *first, *second;
	enum command command;
	const char *help;
} commands[] = {
	{NULL, NULL, COMMAND_SNAPSHOT, "one reading"},
	{"monitor", NULL, COMMAND_MONITOR, "readings with deltas and rates, every interval"},
	{"activity", NULL, COMMAND_ACTIVITY, "what passes in the next interval (needs eBPF)"},
	{"activity", "monitor", COMMAND_ACTIVITY_MONITOR, "the same again and again"},
	{"agent", NULL, COMMAND_AGENT, "serve the readings to snmpd (AgentX), in the foreground"},
	{"attach", NULL, COMMAND_ATTACH, "put the eBPF counters into this network namespace"},
	{"detach", NULL, COMMAND_DETACH, "take them out"},
	{"status", NULL, COMMAND_STATUS, "show what counts, and since when"},
	{"check", NULL, COMMAND_CHECK, "a plugin for Nagios, Icinga and the like"},
};

int options_print_version(void)
{
	printf("ipfwagent %s\n", PACKAGE_VERSION);
	return fflush(stdout) ? -errno : 0;
}

int options_print_help(void)
{
	printf("Usage: ipfwagent [COMMAND] [OPTION]...\n"
	       "How much IPv4 and IPv6 traffic this machine routes, in packets and bytes.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  %-9s%-9s %s\n", commands[i].first ? commands[i].first : "(none)",
		       commands[i].second ? commands[i].second : "", commands[i].help);
	printf("\nOptions:\n");
	for (size_t i = 0; i < options_rows_count; i++) {
		const struct options_row *row = &options_rows[i];
		char left[48];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", row->letter ? '-' : ' ',
			 row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->word,
			 row->argument ? " " : "", row->argument ? row->argument : "");
		printf("  %-31s %s\n", left, row->help);
	}
	printf("\nExit status: 0 done, 1 failed, 2 wrong usage, 3 that source cannot be had here; "
	       "of check:\n0 OK, 1 warning, 2 critical, 3 unknown.\n");
	return fflush(stdout) ? -errno : 0;
}

static int parse_command(struct options *o, int argc, char **argv, struct why *why)
{
	const char *first = argc > 0 ? argv[0] : NULL, *second = argc > 1 ? argv[1] : NULL;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		bool same_first = first ? commands[i].first && !strcmp(first, commands[i].first)
					: !commands[i].first;
		bool same_second =
			second ? commands[i].second && !strcmp(second, commands[i].second)
			       : !commands[i].second;

		if (same_first && same_second && argc <= 2) {
			o->command = commands[i].command;
			return 0;
		}
	}
	return why_set(why, -EINVAL, "unknown command '%s%s%s'", first, second ? " " : "",
		       second ? second : "");
}

/*
 * Wrong usage is reported as the command does it, so that it has to be known first. `shorts` begins
 * with "-": words come in their order, and argv stays as it is.
 */
static bool is_check(int argc, char **argv, const char *shorts, const struct option *longs)
{
	int found;

	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1)
		if (found == 1)
			return !strcmp(optarg, "check");
	return optind < argc && !strcmp(argv[optind], "check");
}

/* Options that are for another command. */
static int refuse_others(const struct options *o, struct why *why)
{
	for (size_t i = 0; i < options_rows_count; i++) {
		const struct options_row *row = &options_rows[i];

		if (!(o->given >> i & 1) || !row->only || row->only == o->command)
			continue;
		for (size_t k = 0; k < sizeof(commands) / sizeof(commands[0]); k++)
			if (commands[k].command == row->only)
				return why_set(why, -EINVAL, "--%s is for '%s' only", row->word,
					       commands[k].first);
	}
	return 0;
}

static int read_line(struct options *o, int argc, char **argv, struct why *why)
{
	struct option longs[OPTIONS_ROWS_MAX + 1] = {{NULL, 0, NULL, 0}};
	char shorts[2 * OPTIONS_ROWS_MAX + 3] = "-:";
	size_t n = 2;
	int found, number, r;

	why->text[0] = 0;
	*o = (struct options){.command = COMMAND_SNAPSHOT,
			      .argc = argc,
			      .argv = argv,
			      .reading_socket = READING_SOCKET,
			      .reading_mode = READING_MODE,
			      .hold_down_ns = HOLD_DOWN_NS};
	for (size_t i = 0; i < options_rows_count; i++) {
		const struct options_row *row = &options_rows[i];

		longs[i] =
			(struct option){row->word, row->argument ? required_argument : no_argument,
					NULL, 256 + (int)i};
		if (row->letter) {
			shorts[n++] = row->letter;
			if (row->argument)
				shorts[n++] = ':';
		}
	}
	opterr = optind = 0; /* optind: from the start, also the second time */
	if (is_check(argc, argv, shorts, longs))
		o->command = COMMAND_CHECK;
	optind = 0;
	while ((found = getopt_long(argc, argv, shorts + 1, longs, NULL)) != -1) {
		if (found == '?' && optopt && optopt < 256)
			return why_set(why, -EINVAL, "unknown option '-%c'", optopt);
		if (found == '?' && optopt)
			return why_set(why, -EINVAL, "option '--%s' takes no argument",
				       options_rows[optopt - 256].word);
		if (found == '?')
			return why_set(why, -EINVAL, "unknown option '%s'", argv[optind - 1]);
		if (found == ':')
			return why_set(why, -EINVAL, "option '%s' wants an argument",
				       argv[optind - 1]);
		number = found - 256;
		for (size_t i = 0; found < 256 && i < options_rows_count; i++)
			if (options_rows[i].letter == found)
				number = i;
		r = options_row_set(o, &options_rows[number], optarg, why);
		if (r)
			return r;
		o->given |= UINT64_C(1) << number;
		if (o->help || o->version)
			return 0;
	}
	r = parse_command(o, argc - optind, argv + optind, why);
	if (r)
		return r;
	if (o->check_config && o->command == COMMAND_SNAPSHOT)
		o->command = COMMAND_AGENT;
	r = refuse_others(o, why);
	if (!r && o->command != COMMAND_SNAPSHOT && !out_forms[o->format].activity)
		r = why_set(why, -EINVAL, "--%s is for one reading, without a command",
			    out_forms[o->format].word);
	return r;
}

struct file {
	struct options *o;
	uint64_t seen;
};

static int set_from_file(void *arg, const char *key, const char *value, struct why *why)
{
	struct file *file = arg;
	struct options ignored = {0};
	const struct options_row *row = options_rows;
	uint64_t bit = 1;
	int r;

	for (; row < options_rows + options_rows_count && strcmp(row->word, key); bit <<= 1)
		row++;
	if (row == options_rows + options_rows_count)
		return why_set(why, -EINVAL, "unknown setting '%.60s'", key);
	if (row->place == LINE)
		return why_set(why, -EINVAL, "%s is for the command line only", key);
	if (file->seen & bit && row->kind != KIND_GLOBS)
		return why_set(why, -EINVAL, "%s is there already, further up", key);
	file->seen |= bit;
	r = options_row_set(file->o->given & bit ? &ignored : file->o, row, value, why);
	options_clear(&ignored);
	return r;
}

/* Returns 0, or -EINVAL after each error was logged. */
static int read_file(struct options *o)
{
	const char *path = o->config ? o->config : DEFAULT_CONFIG;
	struct file file = {.o = o};
	struct why why;
	size_t size;
	int r = conf_load(path, &o->conf_text, &size, &why);

	if (r == -ENOENT && !o->config)
		return 0;
	if (r)
		log_warning("%s: %s", path, why.text);
	else if (conf_parse(path, o->conf_text, size, set_from_file, &file))
		r = -EINVAL;
	return r ? -EINVAL : 0;
}

/* What the options say together, and each alone does not. */
static int refuse_together(const struct options *o, struct why *why)
{
	if (o->collect.root && o->collect.source == CHOOSE_EBPF)
		return why_set(why, -EINVAL,
			       "--root reads captured files, which hold no eBPF counters");
	if ((o->command == COMMAND_ACTIVITY || o->command == COMMAND_ACTIVITY_MONITOR) &&
	    (o->collect.source == CHOOSE_KERNEL || o->collect.root))
		return why_set(why, -EINVAL, "activity is what eBPF counts");
	if (o->user && o->detach_on_exit)
		return why_set(why, -EINVAL,
			       "--detach-on-exit takes the privileges that --user gives up");
	return 0;
}

int options_parse(struct options *o, int argc, char **argv, struct why *why)
{
	int r = read_line(o, argc, argv, why);

	if (r || o->help || o->version)
		return r;
	if (o->command == COMMAND_AGENT)
		r = read_file(o);
	return r ? r : refuse_together(o, why);
}

int options_reload(struct options *fresh, const struct options *started)
{
	struct why why;
	int r = read_line(fresh, started->argc, started->argv, &why);

	if (!r)
		r = read_file(fresh);
	if (r)
		options_clear(fresh);
	return r;
}

const char *options_reading_socket(const struct options *o)
{
	return strcmp(o->reading_socket, READING_NONE) ? o->reading_socket : NULL;
}

size_t options_differ(const struct options *a, const struct options *b, bool live, char *list,
		      size_t size)
{
	size_t n = 0, used = 0;

	list[0] = '\0';
	for (size_t i = 0; i < options_rows_count; i++) {
		if (options_rows[i].place != (live ? LIVE : FILE_TOO) ||
		    options_row_same(&options_rows[i], a, b))
			continue;
		if (used < size)
			used += snprintf(list + used, size - used, "%s%s", n ? ", " : "",
					 options_rows[i].word);
		n++;
	}
	return n;
}

void options_clear(struct options *o)
{
	filter_clear(&o->collect.filter);
	free(o->conf_text);
	o->conf_text = NULL;
}
