/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "log.h"

#define INTERVAL_MIN_S 0.01
#define INTERVAL_MAX_S 86400.0

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
};

__attribute__((noreturn, format(printf, 1, 2))) static void usage_error(const char *fmt, ...)
{
	char line[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_warning("%s (see ipfwagent --help)", line);
	exit(EXIT_USAGE);
}

static void set_pretty(struct options *o, const char *value)
{
	(void)value;
	o->json_form = JSON_PRETTY;
}

static void set_compact(struct options *o, const char *value)
{
	(void)value;
	o->json_form = JSON_COMPACT;
}

static void set_interval(struct options *o, const char *value)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end || !(seconds >= INTERVAL_MIN_S && seconds <= INTERVAL_MAX_S))
		usage_error("interval '%s': want seconds from %g to %g", value, INTERVAL_MIN_S,
			    INTERVAL_MAX_S);
	o->interval_ns = llround(seconds * 1e9);
}

static void set_count(struct options *o, const char *value)
{
	char *end;

	errno = 0;
	o->count = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || !o->count)
		usage_error("count '%s': want a whole number above 0", value);
}

/* The position of `value` in a NULL-terminated list of words. */
static int find_word(const char *option, const char *value, const char *const *words)
{
	char list[128] = "";

	for (int i = 0; words[i]; i++) {
		if (!strcmp(words[i], value))
			return i;
		strcat(strcat(list, i ? ", " : ""), words[i]);
	}
	usage_error("%s '%s': want one of %s", option, value, list);
}

static void set_source(struct options *o, const char *value)
{
	static const char *const words[] = {"auto", "kernel", "ebpf", NULL};

	o->collect.source = find_word("source", value, words); /* enum source_choice */
}

static void set_hooks(struct options *o, const char *value)
{
	static const char *const words[] = {"auto", "netfilter", "fentry", NULL};

	o->collect.hooks = find_word("hooks", value, words); /* enum hooks_id */
}

static void add_include(struct options *o, const char *value)
{
	if (filter_include(&o->collect.filter, value))
		log_fatal("%s", strerror(ENOMEM));
}

static void add_exclude(struct options *o, const char *value)
{
	if (filter_exclude(&o->collect.filter, value))
		log_fatal("%s", strerror(ENOMEM));
}

static void set_netns(struct options *o, const char *value)
{
	o->netns = value;
}

static void set_user(struct options *o, const char *value)
{
	o->user = value;
}

static void set_root(struct options *o, const char *value)
{
	o->collect.root = value;
}

static void set_agentx_socket(struct options *o, const char *value)
{
	o->agentx_socket = value;
}

static void show_help(struct options *o, const char *value);

static void show_version(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	printf("ipfwagent %s\n", PACKAGE_VERSION);
	exit(fflush(stdout) ? EXIT_FAILED : EXIT_DONE);
}

#define CALL(function) function, 0
#define FLAG(member)   NULL, offsetof(struct options, member)

static const struct {
	char letter; /* 0: no short form */
	const char *word, *argument;
	void (*apply)(struct options *o, const char *value); /* NULL: set the flag */
	size_t flag;                                         /* where in struct options */
	const char *help;
} rows[] = {
	{'j', "json", NULL, FLAG(json), "JSON instead of text"},
	{0, "pretty", NULL, CALL(set_pretty), "JSON on many lines (default on a terminal)"},
	{0, "compact", NULL, CALL(set_compact), "JSON on one line (default elsewhere in monitor)"},
	{'i', "interval", "SECONDS", CALL(set_interval),
	 "time between readings (default 10, activity 1)"},
	{'c', "count", "N", CALL(set_count), "monitor, activity: end after N readings"},
	{0, "source", "WORD", CALL(set_source), "auto, kernel or ebpf"},
	{0, "hooks", "WORD", CALL(set_hooks), "auto, netfilter or fentry"},
	{0, "include", "GLOB", CALL(add_include), "only these interfaces (repeatable)"},
	{0, "exclude", "GLOB", CALL(add_exclude), "not these interfaces (repeatable)"},
	{0, "netns", "NAME|PATH", CALL(set_netns), "in that network namespace"},
	{0, "root", "DIR", CALL(set_root),
	 "read the proc tree below DIR (implies --source kernel)"},
	{0, "agentx-socket", "ADDR", CALL(set_agentx_socket),
	 "agent: where the master agent listens"},
	{0, "no-direct", NULL, FLAG(no_direct), "agent: answer by way of the library (diagnosis)"},
	{0, "all", NULL, FLAG(all), "detach: in every network namespace"},
	{0, "user", "NAME", CALL(set_user), "agent: after attaching, go on without privileges"},
	{0, "detach-on-exit", NULL, FLAG(detach_on_exit), "agent: leave no eBPF counters behind"},
	{'v', "verbose", NULL, FLAG(verbose), "exact figures, and what explains them"},
	{'V', "version", NULL, CALL(show_version), "print the version"},
	{'h', "help", NULL, CALL(show_help), "print this"},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void show_help(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	printf("Usage: ipfwagent [COMMAND] [OPTION]...\n"
	       "How much IPv4 and IPv6 traffic this machine routes, in packets and bytes.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  %-9s%-9s %s\n", commands[i].first ? commands[i].first : "(none)",
		       commands[i].second ? commands[i].second : "", commands[i].help);
	printf("\nOptions:\n");
	for (size_t i = 0; i < ROWS; i++) {
		char left[48];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", rows[i].letter ? '-' : ' ',
			 rows[i].letter ? rows[i].letter : ' ', rows[i].letter ? ", " : "  ",
			 rows[i].word, rows[i].argument ? " " : "",
			 rows[i].argument ? rows[i].argument : "");
		printf("  %-28s %s\n", left, rows[i].help);
	}
	printf("\nExit status: 0 done, 1 failed, 2 wrong usage, 3 that source cannot be had "
	       "here.\n");
	exit(fflush(stdout) ? EXIT_FAILED : EXIT_DONE);
}

static void parse_command(struct options *o, int argc, char **argv)
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
			return;
		}
	}
	usage_error("unknown command '%s%s%s'", first, second ? " " : "", second ? second : "");
}

void options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[ROWS + 1] = {{NULL, 0, NULL, 0}};
	char shorts[2 * ROWS + 2] = ":";
	size_t n = 1;
	int found, row;

	*o = (struct options){.command = COMMAND_SNAPSHOT};
	for (size_t i = 0; i < ROWS; i++) {
		longs[i] = (struct option){rows[i].word,
					   rows[i].argument ? required_argument : no_argument, NULL,
					   256 + (int)i};
		if (rows[i].letter) {
			shorts[n++] = rows[i].letter;
			if (rows[i].argument)
				shorts[n++] = ':';
		}
	}
	opterr = 0;
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (found == '?' && optopt && optopt < 256)
			usage_error("unknown option '-%c'", optopt);
		if (found == '?' && optopt)
			usage_error("option '--%s' takes no argument", rows[optopt - 256].word);
		if (found == '?')
			usage_error("unknown option '%s'", argv[optind - 1]);
		if (found == ':')
			usage_error("option '%s' wants an argument", argv[optind - 1]);
		row = found - 256;
		for (size_t i = 0; found < 256 && i < ROWS; i++)
			if (rows[i].letter == found)
				row = i;
		if (rows[row].apply)
			rows[row].apply(o, optarg);
		else
			*(bool *)((char *)o + rows[row].flag) = true;
	}
	parse_command(o, argc - optind, argv + optind);
	if (o->collect.root && o->collect.source == CHOOSE_EBPF)
		usage_error("--root reads captured files, which hold no eBPF counters");
	if (o->user && o->detach_on_exit)
		usage_error("--detach-on-exit takes the privileges that --user gives up");
}

void options_clear(struct options *o)
{
	filter_clear(&o->collect.filter);
}
