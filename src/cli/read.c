/* SPDX-License-Identifier: MIT */
#include "cli/read.h"

#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "base/hostname.h"
#include "base/log.h"
#include "base/netns.h"
#include "base/schedule.h"
#include "cli/agent_client.h"
#include "cli/report.h"
#include "model/continuity.h"

/* Make one document and write it. Returns 0 or -errno; says what failed. */
static int write_reading(const struct options *o, const struct collector *c, output_make *make,
			 const struct snapshot *s, const struct rates *rates)
{
	bool terminal = isatty(STDOUT_FILENO);
	struct output_options options = {
		.hostname = hostname_get(),
		.note = collect_note(c),
		.pretty = options_pretty(o, !rates || terminal),
		.verbose = o->verbose,
		.refresh = rates && terminal,
	};
	struct output_document d;
	int r;

	r = make(&d, s, rates, &options);
	if (!r)
		return report_document(o, &d);
	log_warning("%s: %s", output_forms[o->format].word, strerror(-r));
	return r;
}

static int read_one(const struct options *o, struct collector *c, struct snapshot **s)
{
	struct why why;

	if (collect_read(c, s, &why))
		return report_failure(o, EXIT_FAILED, why.text);
	if ((*s)->troubles) {
		log_warning("%s", (*s)->trouble);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/* Whether the pattern matches an interface of the reading; without a reading, of this namespace. */
static bool matches_any(const char *glob, const struct snapshot *s)
{
	struct if_nameindex *names = s ? NULL : if_nameindex();
	bool found = !s && !names; /* not known: do not warn */

	for (size_t i = 0; s && i < s->n_ifs; i++)
		found |= !fnmatch(glob, s->ifs[i].name, 0);
	for (const struct if_nameindex *n = names; n && n->if_index; n++)
		found |= !fnmatch(glob, n->if_name, 0);
	if (names)
		if_freenameindex(names);
	return found;
}

/* A mistyped pattern would look like an idle router. */
static void warn_unmatched(const struct options *o, const struct snapshot *s)
{
	const struct filter_list *include = &o->collect.filter.include;

	for (size_t i = 0; i < include->n; i++)
		if (!matches_any(include->globs[i], o->collect.root ? s : NULL))
			log_warning("--include '%s' matches no interface", include->globs[i]);
}

/*
 * If this process cannot read eBPF counters, take the reading from the agent, if there is one.
 * Returns true if it was written, with the exit status.
 */
static bool write_agents(const struct options *o, struct collector *c, int *result)
{
	const char *socket = options_reading_socket(o);
	const struct request request = {.format = o->format,
					.pretty = options_pretty(o, true),
					.verbose = o->verbose,
					.netns = netns_inode(),
					.filter = o->collect.filter};
	struct output_document d;
	int r;

	if (!collect_degraded(c))
		return false;
	r = agent_client_read(&d, socket, &request);
	if (r == -ETIMEDOUT)
		log_warning("the agent at %s does not answer: using the kernel's counters", socket);
	if (r)
		return false;
	*result = report_status(o, report_document(o, &d));
	return true;
}

static int write_once(const struct options *o, struct collector *c)
{
	struct snapshot *s = NULL;
	int result;

	if (write_agents(o, c, &result)) {
		warn_unmatched(o, NULL);
		return result;
	}
	result = read_one(o, c, &s);
	if (s) {
		warn_unmatched(o, s);
		if (report_status(o, write_reading(o, c, output_forms[o->format].make, s, NULL)))
			result = EXIT_FAILED;
	}
	snapshot_free(s);
	return result;
}

/* Write what changed between readings: `count` times, 0 for no end. */
static int write_changes(const struct options *o, struct collector *c, output_make *make,
			 struct schedule *timer, unsigned long count)
{
	struct snapshot *before = NULL, *now;
	int result = read_one(o, c, &before), r;

	if (before)
		warn_unmatched(o, before);
	for (unsigned long n = 0; before && (!count || n < count);) {
		struct rates *rates;

		r = schedule_wait(timer, -1, -1, -1);
		if (r < 0 || r & SCHEDULE_STOP)
			break;
		now = NULL;
		if (read_one(o, c, &now))
			result = EXIT_FAILED;
		if (!now)
			continue; /* the next reading is compared with the last good one */
		continuity_follow(before, now);
		rates = rate_compute(before, now);
		r = rates ? write_reading(o, c, make, now, rates) : 0;
		n++;
		rates_free(rates);
		snapshot_free(before);
		before = now;
		if (r) {
			result = report_status(o, r);
			break;
		}
	}
	snapshot_free(before);
	return result;
}

/* Returns 0 and a collector; or the exit status, when the reason has been reported. */
static int open_collector(const struct options *o, struct collector **c)
{
	struct why why;

	if (!collect_open(c, &o->collect, &why))
		return 0;
	return report_failure(o, o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED,
			      why.text);
}

int read_snapshot(const struct options *o)
{
	struct collector *c;
	int result = open_collector(o, &c);

	if (result)
		return result;
	result = write_once(o, c);
	collect_close(c);
	return result;
}

static int read_on(const struct options *o, output_make *make, unsigned long count)
{
	struct schedule timer;
	struct collector *c;
	int result;
	int r = schedule_open(&timer, options_interval_ns(o),
			      SCHEDULE_STOP); /* no signal is lost */

	if (r) {
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	result = open_collector(o, &c);
	if (!result) {
		schedule_set(&timer, options_interval_ns(o)); /* attaching may have taken long */
		result = write_changes(o, c, make, &timer, count);
		collect_close(c);
	}
	schedule_close(&timer);
	return result;
}

int read_monitor(const struct options *o)
{
	return read_on(o, output_forms[o->format].make, o->count);
}

int read_activity(const struct options *o)
{
	return read_on(o, output_forms[o->format].activity,
		       o->command == COMMAND_ACTIVITY && !o->count ? 1 : o->count);
}
