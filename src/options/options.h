/* SPDX-License-Identifier: MIT */
/*
 * options: the command line and the agent's configuration file, as rows of one table.
 */
#ifndef IPFW_OPTIONS_OPTIONS_H
#define IPFW_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "options/commands.h"
#include "options/range.h"
#include "output/output.h"
#include "sources/collect.h"

enum json_form { JSON_BY_DEFAULT, JSON_PRETTY, JSON_COMPACT };

/* Exit statuses of the program; `check` has its own, see check_verdict.h. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NO_SOURCE = 3 };

/* Only root can make a directory in /run, so nobody else can put a socket there first. */
#define READING_SOCKET "/run/ipfwagent/reading.sock"
/* Anybody may connect: /proc/net/dev shows to all users how much traffic passed. */
#define READING_MODE 0666
#define READING_NONE "none"
#define HOLD_DOWN_NS UINT64_C(60000000000)

struct options {
	enum command command;
	enum output_format format;
	bool verbose;
	enum json_form json_form;
	enum output_sort sort;
	uint64_t interval_ns; /* 0: the command's own default */
	unsigned long count;  /* 0: until a signal comes */
	const char *netns;
	const char *agentx_socket;
	const char *reading_socket; /* or READING_NONE */
	unsigned reading_mode;
	const char *reading_group; /* NULL: as it comes */
	const char *listen;        /* agent: where the HTTP endpoint is; NULL: there is none */
	bool asks_agent;           /* the agent's readings will do */
	const char *user;          /* agent: whom to become after attaching; NULL: stay */
	bool all;                  /* detach: in every network namespace */
	bool attach_only;          /* agent: only attach the counters, and end */
	bool detach_on_exit;       /* agent: take the pinned counters out at the end */
	bool notifications;        /* agent: send those of the MIB */
	uint64_t hold_down_ns;     /* between two on the same subject */
	bool ip_mib;               /* agent: serve RFC 4293's tables in place of snmpd */
	bool help, version;
	const char *config; /* agent: the file; NULL: the default one, if it is there */
	bool check_config;  /* read it and end */
	struct check_limits check;
	struct collect_config collect;

	/* Where the above is from. */
	int argc;
	char **argv;
	uint64_t given;  /* on the command line: a bit for each row */
	char *conf_text; /* owned; strings point into it; NULL: there was no file */
};

/*
 * Read argv and, for the agent, the configuration file; what argv says wins. Returns 0; or -EINVAL
 * for wrong usage, with the sentence in `why`, or with "" when each error of the file was logged.
 * Then `command` is what argv asks for, as far as can be told. After --help and --version nothing
 * else is examined. `collect` has what the command attaches and must read from. Strings
 * point into argv and into what options_clear() gives back; call it either way.
 */
int options_parse(struct options *o, int argc, char **argv, struct why *why);
void options_clear(struct options *o);

/* The path where the agent answers other programs; NULL: nowhere. */
const char *options_reading_socket(const struct options *o);

/* --interval, or else the command's own. */
uint64_t options_interval_ns(const struct options *o);

/* Whether JSON is indented: as --pretty and --compact say, or else `by_default`. */
bool options_pretty(const struct options *o, bool by_default);

/*
 * Read the file once more, under the same command line as for the options that count `now`. It is
 * an error if those are from a file and it is gone. Returns 0 and options that the caller clears;
 * or -EINVAL with nothing to clear, and each error logged.
 */
int options_reload(struct options *fresh, const struct options *now);

/*
 * Which settings of the file differ: their names with commas between them, those that can change
 * while the agent runs (`live`) or those that cannot. Returns how many; the list may be cut.
 */
size_t options_differ(const struct options *a, const struct options *b, bool live, char *list,
		      size_t size);

#endif
