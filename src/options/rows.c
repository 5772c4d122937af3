/* SPDX-License-Identifier: MIT */
#include "options/rows.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "options/file.h"

#define INTERVAL_MIN_S 0.01
#define INTERVAL_MAX_S 86400.0

static const char *const source_words[] = {"auto", "kernel", "ebpf", NULL};     /* source_choice */
static const char *const hooks_words[] = {"auto", "netfilter", "fentry", NULL}; /* hooks_id */
static const char *const require_words[] = {"ipv4", "ipv6", "any", "none",
					    NULL}; /* check_require */

#define MEMBER(member)      offsetof(struct options, member), NULL, 0
#define VALUE(member, n)    KIND_VALUE, offsetof(struct options, member), NULL, n
#define FLAG(member)        KIND_FLAG, MEMBER(member)
#define TEXT(member)        KIND_TEXT, MEMBER(member)
#define WORD(member, list)  KIND_WORD, offsetof(struct options, member), list, 0
#define WORDS(member, list) KIND_WORDS, offsetof(struct options, member), list, 0
#define RANGE(member)       KIND_RANGE, MEMBER(member)
#define SECONDS(member)     KIND_SECONDS, MEMBER(member)
#define COUNT(member)       KIND_COUNT, MEMBER(member)
#define MODE(member)        KIND_MODE, MEMBER(member)
#define GLOBS(member)       KIND_GLOBS, MEMBER(member)

#define ALL(place)         place, COMMAND_SNAPSHOT
#define OF(place, command) place, command

const struct options_row options_rows[] = {
	{'j', "json", NULL, VALUE(format, OUT_JSON), ALL(LINE), "JSON instead of text"},
	{0, "prometheus", NULL, VALUE(format, OUT_PROMETHEUS), ALL(LINE),
	 "one reading in Prometheus' text format"},
	{0, "openmetrics", NULL, VALUE(format, OUT_OPENMETRICS), ALL(LINE),
	 "one reading in the OpenMetrics format"},
	{0, "librenms", NULL, VALUE(format, OUT_LIBRENMS), ALL(LINE),
	 "one reading as a JSON application of LibreNMS"},
	{0, "pretty", NULL, VALUE(json_form, JSON_PRETTY), ALL(LINE),
	 "JSON on many lines (default on a terminal)"},
	{0, "compact", NULL, VALUE(json_form, JSON_COMPACT), ALL(LINE),
	 "JSON on one line (default elsewhere in monitor)"},
	{'i', "interval", "SECONDS", SECONDS(interval_ns), ALL(LIVE),
	 "time between readings (default 10, activity and check 1)"},
	{'c', "count", "N", COUNT(count), ALL(LINE), "monitor, activity: end after N readings"},
	{0, "source", "WORD", WORD(collect.source, source_words), ALL(FILE_TOO),
	 "auto, kernel or ebpf"},
	{0, "hooks", "WORD", WORD(collect.hooks, hooks_words), ALL(FILE_TOO),
	 "auto, netfilter or fentry"},
	{0, "include", "GLOB", GLOBS(collect.filter.include), ALL(LIVE),
	 "only these interfaces (repeatable)"},
	{0, "exclude", "GLOB", GLOBS(collect.filter.exclude), ALL(LIVE),
	 "not these interfaces (repeatable)"},
	{0, "netns", "NAME|PATH", TEXT(netns), ALL(FILE_TOO), "in that network namespace"},
	{0, "root", "DIR", TEXT(collect.root), ALL(LINE),
	 "read the proc tree below DIR (implies --source kernel)"},
	{0, "agentx-socket", "ADDR", TEXT(agentx_socket), OF(FILE_TOO, COMMAND_AGENT),
	 "agent: where the master agent listens"},
	{0, "reading-socket", "PATH|none", TEXT(reading_socket), ALL(FILE_TOO),
	 "where the agent answers other programs, and is asked"},
	{0, "reading-socket-mode", "OCTAL", MODE(reading_mode), OF(FILE_TOO, COMMAND_AGENT),
	 "agent: who may (default 666)"},
	{0, "reading-socket-group", "NAME", TEXT(reading_group), OF(FILE_TOO, COMMAND_AGENT),
	 "agent: its group"},
	{0, "no-direct", NULL, FLAG(no_direct), OF(FILE_TOO, COMMAND_AGENT),
	 "agent: answer by way of the library (diagnosis)"},
	{0, "all", NULL, FLAG(all), OF(LINE, COMMAND_DETACH), "detach: in every network namespace"},
	{0, "user", "NAME", TEXT(user), OF(FILE_TOO, COMMAND_AGENT),
	 "agent: after attaching, go on without privileges"},
	{0, "attach-only", NULL, FLAG(attach_only), OF(LINE, COMMAND_AGENT),
	 "agent: attach the eBPF counters it would, and end"},
	{0, "detach-on-exit", NULL, FLAG(detach_on_exit), OF(LIVE, COMMAND_AGENT),
	 "agent: leave no eBPF counters behind"},
	{0, "notifications", NULL, FLAG(notifications), OF(LIVE, COMMAND_AGENT),
	 "agent: send the MIB's notifications"},
	{0, "notification-hold-down", "SECONDS", SECONDS(hold_down_ns), OF(LIVE, COMMAND_AGENT),
	 "agent: between two on one subject (default 60)"},
	{0, "warn", "KEY=RANGE", RANGE(check.warn), OF(LINE, COMMAND_CHECK),
	 "check: WARNING outside (repeatable)"},
	{0, "crit", "KEY=RANGE", RANGE(check.crit), OF(LINE, COMMAND_CHECK),
	 "check: CRITICAL outside (repeatable)"},
	{0, "require", "WORD", WORDS(check.require, require_words), OF(LINE, COMMAND_CHECK),
	 "check: ipv4, ipv6, any or none has to forward (default any)"},
	{0, "config", "FILE", TEXT(config), OF(LINE, COMMAND_AGENT),
	 "agent: read this configuration file"},
	{0, "check-config", NULL, FLAG(check_config), OF(LINE, COMMAND_AGENT),
	 "agent: only say what is wrong in it"},
	{'v', "verbose", NULL, FLAG(verbose), ALL(LIVE),
	 "exact figures, and what explains them; agent: log its status"},
	{'V', "version", NULL, FLAG(version), ALL(LINE), "print the version"},
	{'h', "help", NULL, FLAG(help), ALL(LINE), "print this"},
};

const size_t options_rows_count = sizeof(options_rows) / sizeof(options_rows[0]);
static_assert(sizeof(options_rows) / sizeof(options_rows[0]) <= OPTIONS_ROWS_MAX, "more bits");

static int set_seconds(uint64_t *ns, const char *name, const char *value, struct why *why)
{
	char *end;
	double seconds = strtod(value, &end);

	if (end == value || *end || !(seconds >= INTERVAL_MIN_S && seconds <= INTERVAL_MAX_S))
		return why_set(why, -EINVAL, "%s '%.60s': want seconds from %g to %g", name, value,
			       INTERVAL_MIN_S, INTERVAL_MAX_S);
	*ns = llround(seconds * 1e9);
	return 0;
}

static int set_count(unsigned long *count, const char *name, const char *value, struct why *why)
{
	char *end;

	errno = 0;
	*count = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || !*count)
		return why_set(why, -EINVAL, "%s '%.60s': want a whole number above 0", name,
			       value);
	return 0;
}

static int set_mode(unsigned *mode, const char *name, const char *value, struct why *why)
{
	char *end;
	unsigned long bits = strtoul(value, &end, 8);

	if (value[0] < '0' || value[0] > '7' || *end || bits > 0777)
		return why_set(why, -EINVAL, "%s '%.60s': want an octal number from 0 to 777", name,
			       value);
	*mode = bits;
	return 0;
}

static int set_word(unsigned *number, const struct options_row *row, const char *value,
		    struct why *why)
{
	char list[128] = "";

	for (unsigned i = 0; row->words[i]; i++) {
		if (!strcmp(row->words[i], value)) {
			*number = i;
			return 0;
		}
		strcat(strcat(list, i ? ", " : ""), row->words[i]);
	}
	return why_set(why, -EINVAL, "%s '%.60s': want one of %s", row->word, value, list);
}

static int set_bit(unsigned *bits, const struct options_row *row, const char *value,
		   struct why *why)
{
	unsigned number;
	int r = set_word(&number, row, value, why);

	if (!r)
		*bits |= 1u << number;
	return r;
}

/* On the command line a flag has no value. */
static int set_flag(bool *flag, const char *name, const char *value, struct why *why)
{
	*flag = !value || !strcmp(value, "yes");
	if (value && !*flag && strcmp(value, "no"))
		return why_set(why, -EINVAL, "%s '%.60s': want yes or no", name, value);
	return 0;
}

int options_row_set(struct options *o, const struct options_row *row, const char *value,
		    struct why *why)
{
	void *member = (char *)o + row->member;

	switch (row->kind) {
	case KIND_VALUE:
		*(unsigned *)member = row->value;
		break;
	case KIND_FLAG:
		return set_flag(member, row->word, value, why);
	case KIND_TEXT:
		*(const char **)member = value;
		break;
	case KIND_WORD:
		return set_word(member, row, value, why);
	case KIND_WORDS:
		return set_bit(member, row, value, why);
	case KIND_RANGE:
		return check_range_set(member, row->word, value, why);
	case KIND_SECONDS:
		return set_seconds(member, row->word, value, why);
	case KIND_COUNT:
		return set_count(member, row->word, value, why);
	case KIND_MODE:
		return set_mode(member, row->word, value, why);
	case KIND_GLOBS:
		if (filter_add(member, value))
			log_fatal("%s", strerror(ENOMEM));
	}
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool options_row_same(const struct options_row *row, const struct options *oa,
		      const struct options *ob)
{
	const void *a = (const char *)oa + row->member, *b = (const char *)ob + row->member;

	switch (row->kind) {
	case KIND_FLAG:
		return *(const bool *)a == *(const bool *)b;
	case KIND_TEXT:
		return same_text(*(const char *const *)a, *(const char *const *)b);
	case KIND_WORD:
	case KIND_MODE:
		return *(const unsigned *)a == *(const unsigned *)b;
	case KIND_SECONDS:
		return *(const uint64_t *)a == *(const uint64_t *)b;
	case KIND_GLOBS:
		return filter_same(a, b);
	case KIND_VALUE:
	case KIND_COUNT:
	case KIND_WORDS:
	case KIND_RANGE:
		break;
	}
	return true;
}
