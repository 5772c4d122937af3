/* SPDX-License-Identifier: MIT */
#include "options/rows.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/log.h"
#include "base/units.h"
#include "model/peak.h"
#include "options/file.h"

#define TIME_MIN_NS  (10 * NS_PER_MS)
#define TIME_MAX_NS  (24 * 3600 * NS_PER_S)
#define WINDOW_MIN_S 10

static const char *const source_words[] = {"auto", "kernel", "ebpf", NULL};     /* source_choice */
static const char *const hooks_words[] = {"auto", "netfilter", "fentry", NULL}; /* hooks_id */
static const char *const sort_words[] = {"auto",    "index", "name",
					 "packets", "bytes", NULL}; /* output_sort */
static const char *const require_words[] = {"ipv4", "ipv6", "any", "none",
					    NULL}; /* check_require */

#define MEMBER(member)      offsetof(struct options, member), NULL, 0
#define VALUE(member, n)    KIND_VALUE, offsetof(struct options, member), NULL, n
#define FLAG(member)        KIND_FLAG, MEMBER(member)
#define TEXT(member)        KIND_TEXT, MEMBER(member)
#define ADDRESS(member)     KIND_ADDRESS, MEMBER(member)
#define LISTEN(member)      KIND_LISTEN, MEMBER(member)
#define WORD(member, list)  KIND_WORD, offsetof(struct options, member), list, 0
#define WORDS(member, list) KIND_WORDS, offsetof(struct options, member), list, 0
#define RANGE(member)       KIND_RANGE, MEMBER(member)
#define TIME(member)        KIND_TIME, MEMBER(member)
#define WINDOW(member)      KIND_WINDOW, MEMBER(member)
#define COUNT(member)       KIND_COUNT, MEMBER(member)
#define MODE(member)        KIND_MODE, MEMBER(member)
#define GLOBS(member)       KIND_GLOBS, MEMBER(member)

/* With which commands an option has an effect. */
#define OF(command)  (1u << COMMAND_##command)
#define ONE          OF(SNAPSHOT)
#define ACTIVITIES   (OF(ACTIVITY) | OF(ACTIVITY_MONITOR))
#define PARTS        (OF(PATHS) | OF(DROPS) | PARTS_AGAIN) /* that need eBPF as well */
#define PARTS_AGAIN  (OF(PATHS_MONITOR) | OF(DROPS_MONITOR))
#define REPEATED     (OF(MONITOR) | ACTIVITIES | PARTS_AGAIN)
#define PRINTED      (ONE | REPEATED | PARTS)
#define SHOWN        (ONE | OF(MONITOR) | PARTS | OF(TOP) | OF(AGENT)) /* interfaces */
#define READING      (PRINTED | OF(TOP) | OF(AGENT) | OF(CHECK))
#define IN_NAMESPACE (READING | OF(ATTACH) | OF(DETACH) | OF(STATUS))
#define TESTED       (OF(STATUS) | OF(SELFTEST))
#define ANY          ((1u << COMMANDS) - 1)

const struct options_row options_rows[] = {
	{'j', "json", NULL, VALUE(format, OUTPUT_JSON), LINE, PRINTED | TESTED,
	 "JSON instead of text"},
	{0, "prometheus", NULL, VALUE(format, OUTPUT_PROMETHEUS), LINE, ONE,
	 "one reading in Prometheus' text format"},
	{0, "openmetrics", NULL, VALUE(format, OUTPUT_OPENMETRICS), LINE, ONE,
	 "one reading in the OpenMetrics format"},
	{0, "pretty", NULL, VALUE(json_form, JSON_PRETTY), LINE, PRINTED | TESTED,
	 "JSON on many lines (default on a terminal)"},
	{0, "compact", NULL, VALUE(json_form, JSON_COMPACT), LINE, PRINTED | TESTED,
	 "JSON on one line (default elsewhere in monitor)"},
	{0, "sort", "WORD", WORD(sort, sort_words), LINE, ONE | OF(MONITOR) | PARTS,
	 "text: by auto, index, name, packets or bytes"},
	{'i', "interval", "TIME", TIME(interval_ns), LIVE,
	 REPEATED | OF(TOP) | OF(AGENT) | OF(CHECK),
	 "between readings (default 10 s; activity, top, check 1 s)"},
	{'c', "count", "N", COUNT(count), LINE, REPEATED, "end after N readings"},
	{0, "source", "WORD", WORD(collect.source, source_words), FILE_TOO, READING,
	 "auto, kernel or ebpf"},
	{0, "hooks", "WORD", WORD(collect.hooks, hooks_words), FILE_TOO,
	 READING | OF(ATTACH) | OF(STATUS), "auto, netfilter or fentry"},
	{0, "include", "GLOB", GLOBS(collect.filter.include), LIVE, SHOWN,
	 "only these interfaces (repeatable)"},
	{0, "exclude", "GLOB", GLOBS(collect.filter.exclude), LIVE, SHOWN,
	 "not these interfaces (repeatable)"},
	{0, "netns", "NAME|PATH|GLOB", TEXT(netns), FILE_TOO, IN_NAMESPACE,
	 "in that network namespace; or in those, also all"},
	{0, "root", "DIR", TEXT(collect.root), LINE, READING & ~ACTIVITIES & ~PARTS & ~OF(TOP),
	 "read the proc tree below DIR (implies --source kernel)"},
	{0, "agentx-socket", "ADDR", ADDRESS(agentx_socket), FILE_TOO, OF(AGENT),
	 "agent: where the master agent listens"},
	{0, "reading-socket", "PATH|none", TEXT(reading_socket), FILE_TOO,
	 PRINTED | OF(TOP) | OF(AGENT) | OF(CHECK) | OF(STATUS),
	 "the socket where the agent answers other programs"},
	{0, "reading-socket-mode", "OCTAL", MODE(reading_mode), FILE_TOO, OF(AGENT),
	 "agent: the mode of that socket (default 666)"},
	{0, "reading-socket-group", "NAME", TEXT(reading_group), FILE_TOO, OF(AGENT),
	 "agent: the group of that socket"},
	{0, "listen", "ADDR:PORT", LISTEN(listen), FILE_TOO, OF(AGENT),
	 "agent: serve a page, JSON and metrics there by HTTP"},
	{0, "all", NULL, FLAG(all), LINE, OF(DETACH), "detach: in every network namespace"},
	{0, "user", "NAME", TEXT(user), FILE_TOO, OF(AGENT),
	 "agent: after attaching, go on without privileges"},
	{0, "attach-only", NULL, FLAG(attach_only), LINE, OF(AGENT),
	 "agent: only attach the eBPF counters, and end"},
	{0, "detach-on-exit", NULL, FLAG(detach_on_exit), LIVE, OF(AGENT),
	 "agent: detach the eBPF counters at the end"},
	{0, "peak-window", "TIME|no", WINDOW(peak_window_ns), LIVE, OF(AGENT),
	 "agent: of the highest one-second rates (default 300 s)"},
	{0, "notifications", NULL, FLAG(notifications), LIVE, OF(AGENT),
	 "agent: send the MIB's notifications"},
	{0, "notification-hold-down", "TIME", TIME(hold_down_ns), LIVE, OF(AGENT),
	 "agent: least time between two on one subject (60 s)"},
	{0, "ip-mib", NULL, FLAG(ip_mib), FILE_TOO, OF(AGENT),
	 "agent: serve IP-MIB's tables in place of snmpd"},
	{0, "warn", "KEY=RANGE", RANGE(check.warn), LINE, OF(CHECK),
	 "check: WARNING outside (repeatable)"},
	{0, "crit", "KEY=RANGE", RANGE(check.crit), LINE, OF(CHECK),
	 "check: CRITICAL outside (repeatable)"},
	{0, "require", "WORD", WORDS(check.require, require_words), LINE, OF(CHECK),
	 "check: ipv4, ipv6, any or none must forward (default any)"},
	{0, "config", "FILE", TEXT(config), LINE, OF(AGENT), "agent: read this configuration file"},
	{0, "check-config", NULL, FLAG(check_config), LINE, OF(AGENT),
	 "agent: only print the errors in it"},
	{'v', "verbose", NULL, FLAG(verbose), LIVE, PRINTED | OF(TOP) | OF(AGENT) | OF(SELFTEST),
	 "exact figures, and what explains them; agent: log its status"},
	{'V', "version", NULL, FLAG(version), LINE, ANY, "print the version"},
	{'h', "help", NULL, FLAG(help), LINE, ANY, "print this"},
};

const size_t options_rows_count = ARRAY_SIZE(options_rows);
static_assert(ARRAY_SIZE(options_rows) <= OPTIONS_ROWS_MAX, "more bits");

static const struct {
	const char *word;
	uint64_t ns;
} time_units[] = {
	{"", NS_PER_S},       {"ms", NS_PER_MS},      {"s", NS_PER_S},
	{"m", 60 * NS_PER_S}, {"h", 3600 * NS_PER_S},
};

/* In ns; 0: that is no time. */
static double parse_time(const char *value)
{
	char *end;
	double number = strtod(value, &end);

	for (size_t i = 0; i < ARRAY_SIZE(time_units) && end != value; i++)
		if (!strcmp(end, time_units[i].word))
			return number * time_units[i].ns;
	return 0;
}

static int set_time(uint64_t *ns, const char *name, const char *value, struct why *why)
{
	double wanted_ns = parse_time(value);

	if (!(wanted_ns >= TIME_MIN_NS && wanted_ns <= TIME_MAX_NS))
		return why_set(why, -EINVAL,
			       "%s '%.60s': want a time from 10ms to 24h, as in 0.5, 500ms, 5s, 1m",
			       name, value);
	*ns = llround(wanted_ns);
	return 0;
}

static int set_window(uint64_t *ns, const char *name, const char *value, struct why *why)
{
	double wanted_s = parse_time(value) / NS_PER_S;
	bool none = !strcmp(value, "no") || !strcmp(value, "0");

	if (!none && !(wanted_s >= WINDOW_MIN_S && wanted_s <= PEAK_WINDOW_MAX_S &&
		       wanted_s == floor(wanted_s)))
		return why_set(why, -EINVAL,
			       "%s '%.60s': want whole seconds from 10s to 1h, as in 60, 5m, or no",
			       name, value);
	*ns = none ? 0 : (uint64_t)wanted_s * NS_PER_S;
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

static int set_address(const char **text, const struct options_row *row, const char *value,
		       struct why *why)
{
	struct address a;
	const char *wrong = row->kind == KIND_LISTEN ? address_parse_listen(&a, value)
						     : address_parse(&a, value);

	*text = value;
	return wrong ? why_set(why, -EINVAL, "%s '%.60s': %s", row->word, value, wrong) : 0;
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

	if (value && !*value)
		return why_set(why, -EINVAL, "%s '': an empty value", row->word);
	switch (row->kind) {
	case KIND_VALUE:
		*(unsigned *)member = row->value;
		break;
	case KIND_FLAG:
		return set_flag(member, row->word, value, why);
	case KIND_TEXT:
		*(const char **)member = value;
		break;
	case KIND_ADDRESS:
	case KIND_LISTEN:
		return set_address(member, row, value, why);
	case KIND_WORD:
		return set_word(member, row, value, why);
	case KIND_WORDS:
		return set_bit(member, row, value, why);
	case KIND_RANGE:
		return range_set(member, row->word, value, why);
	case KIND_TIME:
		return set_time(member, row->word, value, why);
	case KIND_WINDOW:
		return set_window(member, row->word, value, why);
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
	case KIND_ADDRESS:
	case KIND_LISTEN:
		return same_text(*(const char *const *)a, *(const char *const *)b);
	case KIND_WORD:
	case KIND_MODE:
		return *(const unsigned *)a == *(const unsigned *)b;
	case KIND_TIME:
	case KIND_WINDOW:
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
