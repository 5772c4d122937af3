/* SPDX-License-Identifier: MIT */
#include "options/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/netns_find.h"
#include "options/file.h"
#include "options/nearest.h"
#include "options/rows.h"

#define DEFAULT_CONFIG SYSCONFDIR "/ipfwagent.conf"

static int parse_command(struct options *o, int argc, char **argv, struct why *why)
{
	const char *first = argc > 0 ? argv[0] : NULL, *second = argc > 1 ? argv[1] : NULL;
	struct nearest nearest = {.word = first};

	for (int c = 0; c < COMMANDS && argc <= 2; c++) {
		const struct command_row *row = &commands[c];
		bool same_first = first ? row->first && !strcmp(first, row->first) : !row->first;
		bool same_second =
			second ? row->second && !strcmp(second, row->second) : !row->second;

		if (same_first && same_second) {
			o->command = c;
			return 0;
		}
		if (first && !second)
			nearest_try(&nearest, row->first);
	}
	return why_set(why, -EINVAL, "unknown command '%.60s%s%.60s'%s%s%s", first,
		       second ? " " : "", second ? second : "",
		       nearest.found ? ": did you mean " : "", nearest.found ? nearest.found : "",
		       nearest.found ? "?" : "");
}

/* What getopt_long(3) is told. */
struct grammar {
	struct option longs[OPTIONS_ROWS_MAX + 1];
	/* With its leading "-", getopt_long(3) returns words in their order and leaves argv as it
	 * is. */
	char shorts[2 * OPTIONS_ROWS_MAX + 3];
};

#define LONG_ONLY 256 /* and the row's number: what getopt_long() returns for a long option */

static void make_grammar(struct grammar *g)
{
	char *next = stpcpy(g->shorts, "-:");

	memset(g->longs, 0, sizeof(g->longs));
	for (size_t i = 0; i < options_rows_count; i++) {
		const struct options_row *row = &options_rows[i];
		int argument = row->argument ? required_argument : no_argument;

		g->longs[i] = (struct option){row->word, argument, NULL, LONG_ONLY + (int)i};
		if (!row->letter)
			continue;
		*next++ = row->letter;
		if (row->argument)
			*next++ = ':';
	}
	*next = '\0';
}

/* Wrong usage is reported in the way of the command, which must therefore be known first. */
static bool is_check(const struct grammar *g, int argc, char **argv)
{
	int found;

	optind = 0; /* begin at the start, the second time too */
	while ((found = getopt_long(argc, argv, g->shorts, g->longs, NULL)) != -1)
		if (found == 1)
			return !strcmp(optarg, "check");
	return optind < argc && !strcmp(argv[optind], "check");
}

static int refuse_unknown(const char *word, struct why *why)
{
	struct nearest nearest = {.word = word + strspn(word, "-")};

	for (size_t i = 0; i < options_rows_count; i++)
		nearest_try(&nearest, options_rows[i].word);
	return why_set(why, -EINVAL, "unknown option '%.100s'%s%s%s", word,
		       nearest.found ? ": did you mean --" : "", nearest.found ? nearest.found : "",
		       nearest.found ? "?" : "");
}

/* An option that has no effect with the command is a mistake. */
static int refuse_idle(const struct options *o, struct why *why)
{
	char name[32];

	for (size_t i = 0; i < options_rows_count; i++) {
		const struct options_row *row = &options_rows[i];
		enum command only = __builtin_ctz(row->commands);

		if (!(o->given >> i & 1) || row->commands >> o->command & 1)
			continue;
		if (row->commands == 1u << COMMAND_SNAPSHOT)
			return why_set(why, -EINVAL, "--%s is for one reading, without a command",
				       row->word);
		if (row->commands == 1u << only)
			return why_set(why, -EINVAL, "--%s is for '%s' only", row->word,
				       commands_name(name, sizeof(name), only));
		commands_name(name, sizeof(name), o->command);
		return why_set(why, -EINVAL, "--%s has no effect with %s%s%s", row->word,
			       o->command ? "'" : "", name, o->command ? "'" : "");
	}
	return 0;
}

static int parse_options(struct options *o, int argc, char **argv, const struct grammar *g,
			 struct why *why)
{
	int found, number, r;

	optind = 0;
	while ((found = getopt_long(argc, argv, g->shorts + 1, g->longs, NULL)) != -1) {
		if (found == '?' && optopt && optopt < LONG_ONLY)
			return why_set(why, -EINVAL, "unknown option '-%c'", optopt);
		if (found == '?' && optopt)
			return why_set(why, -EINVAL, "option '--%s' takes no argument",
				       options_rows[optopt - LONG_ONLY].word);
		if (found == '?')
			return refuse_unknown(argv[optind - 1], why);
		if (found == ':')
			return why_set(why, -EINVAL, "option '%s' needs an argument",
				       argv[optind - 1]);
		number = found - LONG_ONLY;
		for (size_t i = 0; found < LONG_ONLY && i < options_rows_count; i++)
			if (options_rows[i].letter == found)
				number = i;
		r = options_row_set(o, &options_rows[number], optarg, why);
		if (r)
			return r;
		o->given |= UINT64_C(1) << number;
		if (o->help || o->version)
			return 0;
	}
	return 0;
}

static int read_line(struct options *o, int argc, char **argv, struct why *why)
{
	struct grammar grammar;
	int r;

	why->text[0] = 0;
	*o = (struct options){.command = COMMAND_SNAPSHOT,
			      .argc = argc,
			      .argv = argv,
			      .reading_socket = READING_SOCKET,
			      .reading_mode = READING_MODE,
			      .hold_down_ns = HOLD_DOWN_NS,
			      .peak_window_ns = PEAK_WINDOW_NS};
	make_grammar(&grammar);
	opterr = 0;
	if (is_check(&grammar, argc, argv))
		o->command = COMMAND_CHECK;
	r = parse_options(o, argc, argv, &grammar, why);
	if (!r && (o->help || o->version))
		o->command = o->help ? COMMAND_HELP : COMMAND_VERSION;
	else if (!r)
		r = parse_command(o, argc - optind, argv + optind, why);
	if (!r && o->check_config && o->command == COMMAND_SNAPSHOT)
		o->command = COMMAND_AGENT;
	return r ? r : refuse_idle(o, why);
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
		return why_set(why, -EINVAL, "%s is set above already", key);
	file->seen |= bit;
	r = options_row_set(file->o->given & bit ? &ignored : file->o, row, value, why);
	options_clear(&ignored);
	return r;
}

/*
 * The default file need not exist, but one that `was_there` must not go away unseen. Returns 0, or
 * -EINVAL when each error has been logged.
 */
static int read_file(struct options *o, bool was_there)
{
	const char *path = o->config ? o->config : DEFAULT_CONFIG;
	struct file file = {.o = o};
	struct why why;
	size_t size;
	int r = options_file_load(path, &o->conf_text, &size, &why);

	if (r == -ENOENT && !o->config && !was_there)
		return 0;
	if (r)
		log_warning("%s: %s", path, why.text);
	else if (options_file_parse(path, o->conf_text, size, set_from_file, &file))
		r = -EINVAL;
	return r ? -EINVAL : 0;
}

/* Refuse several network namespaces where there can be one only. */
static int refuse_many(const struct options *o, struct why *why)
{
	if (!o->netns || !netns_is_pattern(o->netns))
		return 0;
	if (o->command == COMMAND_CHECK)
		return why_set(why, -EINVAL,
			       "%s is for one network namespace: --netns '%.60s' names several",
			       commands[o->command].first, o->netns);
	if (o->collect.root)
		return why_set(why, -EINVAL, "--root reads the files of one network namespace");
	if (o->all)
		return why_set(why, -EINVAL,
			       "--all detaches in every network namespace: leave out --netns");
	return 0;
}

/* Refuse options that contradict each other. */
static int refuse_together(const struct options *o, struct why *why)
{
	if (o->collect.root && o->collect.source == CHOOSE_EBPF)
		return why_set(why, -EINVAL,
			       "--root reads captured files, which hold no eBPF counters");
	if (commands[o->command].source == CHOOSE_EBPF && o->collect.source == CHOOSE_KERNEL)
		return why_set(why, -EINVAL, "%s needs eBPF", commands[o->command].first);
	if (o->user && o->detach_on_exit)
		return why_set(why, -EINVAL,
			       "--detach-on-exit needs the privileges that --user gives up");
	if (o->user && netns_is_pattern(o->netns))
		return why_set(why, -EINVAL, "--netns %s needs the privileges that --user gives up",
			       o->netns);
	return refuse_many(o, why);
}

int options_parse(struct options *o, int argc, char **argv, struct why *why)
{
	int r = read_line(o, argc, argv, why);

	if (!r && o->command == COMMAND_AGENT)
		r = read_file(o, false);
	if (!r)
		r = refuse_together(o, why);
	if (r)
		return r;
	o->asks_agent = o->collect.source == CHOOSE_AUTO && !o->collect.root;
	o->collect.attach = commands[o->command].attach;
	if (commands[o->command].source != CHOOSE_AUTO)
		o->collect.source = commands[o->command].source;
	return 0;
}

int options_reload(struct options *fresh, const struct options *now)
{
	struct why why;
	int r = read_line(fresh, now->argc, now->argv, &why);

	if (!r)
		r = read_file(fresh, now->conf_text);
	if (r)
		options_clear(fresh);
	return r;
}

const char *options_reading_socket(const struct options *o)
{
	return strcmp(o->reading_socket, READING_NONE) ? o->reading_socket : NULL;
}

uint64_t options_interval_ns(const struct options *o)
{
	return o->interval_ns ? o->interval_ns : commands[o->command].interval_ns;
}

bool options_pretty(const struct options *o, bool by_default)
{
	return o->json_form ? o->json_form == JSON_PRETTY : by_default;
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
