/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/log.h"
#include "base/netns.h"
#include "base/timer.h"
#include "cli/agent_client.h"
#include "cli/attach.h"
#include "cli/check.h"
#include "cli/check_verdict.h"
#include "options/options.h"
#include "output/output.h"

#define MONITOR_INTERVAL_NS  10000000000ull
#define ACTIVITY_INTERVAL_NS 1000000000ull

static bool is_activity(const struct options *o)
{
	return o->command == COMMAND_ACTIVITY || o->command == COMMAND_ACTIVITY_MONITOR;
}

/*
 * A reader may leave when it has seen enough of text or JSON; one that keeps a form of a single
 * reading has lost a part of it.
 */
static bool is_failure(const struct options *o, int r)
{
	return r && !(r == -EPIPE && out_forms[o->format].activity);
}

static int exit_status_of_write(const struct options *o, int r)
{
	return is_failure(o, r) ? EXIT_FAILED : EXIT_DONE;
}

/* Write a document that was made and give it back. Returns 0 or -errno; says what failed. */
static int write_document(const struct options *o, struct out_document *d)
{
	int r = out_document(d);

	free(d->text);
	if (is_failure(o, r))
		log_warning("standard output: %s", strerror(-r));
	return r;
}

/* Make one document and write it. Returns 0 or -errno; says what failed. */
static int write_reading(const struct options *o, const struct collector *c,
			 const struct snapshot *s, const struct rates *rates)
{
	const struct out_form *form = &out_forms[o->format];
	char hostname[256] = "localhost";
	struct out_options options = {
		.hostname = hostname,
		.note = collect_note(c),
		.pretty = o->json_form == JSON_PRETTY ||
			  (o->json_form == JSON_BY_TERMINAL && (!rates || isatty(STDOUT_FILENO))),
		.verbose = o->verbose,
		.refresh = rates && isatty(STDOUT_FILENO),
	};
	struct out_document d;
	int r;

	gethostname(hostname, sizeof(hostname) - 1);
	r = (is_activity(o) ? form->activity : form->make)(&d, s, rates, &options);
	if (r) {
		log_warning("%s: %s", form->word, strerror(-r));
		return r;
	}
	return write_document(o, &d);
}

/* There is no reading: say why, and in the form that was asked for if it has a word for that. */
static int fail(const struct options *o, int status, const char *why)
{
	const struct out_form *form = &out_forms[o->format];
	struct out_document d;

	if (o->command == COMMAND_CHECK)
		return check_unknown(why);
	log_warning("%s", why);
	if (form->failure && !form->failure(&d, why))
		write_document(o, &d);
	return status;
}

static int read_once(const struct options *o, struct collector *c, struct snapshot **s)
{
	char why[256];

	if (collect_read(c, s, why, sizeof(why)))
		return fail(o, EXIT_FAILED, why);
	if ((*s)->troubles) {
		log_warning("%s", (*s)->trouble);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

/*
 * Without eBPF counters of its own to read, one reading is the agent's if there is one. Returns
 * true if it was written, with the exit status.
 */
static bool run_agents_snapshot(const struct options *o, struct collector *c, int *result)
{
	const struct reading_request request = {.format = o->format,
						.pretty = o->json_form != JSON_COMPACT,
						.verbose = o->verbose,
						.netns = netns_inode(),
						.filter = o->collect.filter};
	struct out_document d;
	int r;

	if (!collect_degraded(c))
		return false;
	r = src_agent_read(&d, options_reading_socket(o), &request);
	if (r == -ETIMEDOUT)
		log_warning("the agent at %s does not answer: the kernel's counters instead",
			    o->reading_socket);
	if (r)
		return false;
	*result = exit_status_of_write(o, write_document(o, &d));
	return true;
}

static int run_snapshot(const struct options *o, struct collector *c)
{
	struct snapshot *s = NULL;
	int result;

	if (run_agents_snapshot(o, c, &result))
		return result;
	result = read_once(o, c, &s);
	if (s && exit_status_of_write(o, write_reading(o, c, s, NULL)))
		result = EXIT_FAILED;
	snapshot_free(s);
	return result;
}

/* Readings with what changed between them: `count` of them, 0 for no end. */
static int run_monitor(const struct options *o, struct collector *c, struct timer *timer,
		       unsigned long count)
{
	struct snapshot *before = NULL, *now;
	int result = read_once(o, c, &before), r;

	for (unsigned long n = 0; before && (!count || n < count);) {
		struct rates *rates;

		r = timer_wait(timer, -1, -1, -1);
		if (r < 0 || r & TIMER_STOP)
			break;
		now = NULL;
		if (read_once(o, c, &now))
			result = EXIT_FAILED;
		if (!now)
			continue; /* the last good reading stays what the next is compared with */
		rate_follow(before, now);
		rates = rate_compute(before, now);
		r = rates ? write_reading(o, c, now, rates) : 0;
		n++;
		rates_free(rates);
		snapshot_free(before);
		before = now;
		if (r) {
			result = exit_status_of_write(o, r);
			break;
		}
	}
	snapshot_free(before);
	return result;
}

static uint64_t interval_of(const struct options *o)
{
	if (o->interval_ns)
		return o->interval_ns;
	return o->command == COMMAND_ACTIVITY ? ACTIVITY_INTERVAL_NS : MONITOR_INTERVAL_NS;
}

static int run_reading(const struct options *o)
{
	bool once = o->command == COMMAND_SNAPSHOT;
	unsigned long count = o->command == COMMAND_ACTIVITY && !o->count ? 1 : o->count;
	struct timer timer = {-1, -1};
	struct collector *c;
	char why[256];
	int result;
	int r = once ? 0 : timer_open(&timer, interval_of(o), TIMER_STOP); /* no signal is lost */

	if (r) {
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	if (collect_open(&c, &o->collect, why, sizeof(why))) {
		timer_close(&timer);
		return fail(o, o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED,
			    why);
	}
	if (once) {
		result = run_snapshot(o, c);
	} else {
		timer_set(&timer, interval_of(o)); /* attaching took its time */
		result = run_monitor(o, c, &timer, count);
	}
	collect_close(c);
	timer_close(&timer);
	return result;
}

static int run(const struct options *o)
{
	switch (o->command) {
	case COMMAND_SNAPSHOT:
	case COMMAND_MONITOR:
	case COMMAND_ACTIVITY:
	case COMMAND_ACTIVITY_MONITOR:
		return run_reading(o);
	case COMMAND_AGENT:
		return agent_run(o);
	case COMMAND_ATTACH:
		return attach_run(o);
	case COMMAND_DETACH:
		return detach_run(o);
	case COMMAND_STATUS:
		return status_run(o);
	case COMMAND_CHECK:
		return check_run(o);
	}
	return EXIT_USAGE;
}

/* A closed standard descriptor must not become that of a socket: writes to it shall fail. */
static void occupy_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(EXIT_FAILED);
}

/* Wrong usage, as the command reports trouble. An error of the file was reported already. */
static int refuse(const struct options *o, const struct why *why)
{
	if (why->text[0] && o->command == COMMAND_CHECK)
		return check_unknown(why->text);
	if (why->text[0])
		log_warning("%s (see ipfwagent --help)", why->text);
	return EXIT_USAGE;
}

static int run_parsed(struct options *o)
{
	char why[256];
	int r;

	if (o->help || o->version)
		return (o->help ? options_print_help() : options_print_version()) ? EXIT_FAILED
										  : EXIT_DONE;
	if (o->check_config)
		return EXIT_DONE;
	if (o->command == COMMAND_AGENT)
		o->collect.attach = BPF_ATTACH_PINNED;
	else if (o->command != COMMAND_SNAPSHOT && o->command != COMMAND_CHECK)
		o->collect.attach = BPF_ATTACH_OWN;
	if (is_activity(o))
		o->collect.source = CHOOSE_EBPF; /* nothing else counts all of it */
	r = o->netns ? netns_enter(o->netns) : 0;
	if (!r)
		return run(o);
	snprintf(why, sizeof(why), "network namespace %.200s: %s", o->netns, strerror(-r));
	return fail(o, EXIT_FAILED, why);
}

int main(int argc, char **argv)
{
	struct options o;
	struct why why;
	int result;

	occupy_standard_fds();
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away shows as EPIPE */
	result = options_parse(&o, argc, argv, &why) ? refuse(&o, &why) : run_parsed(&o);
	options_clear(&o);
	return result;
}
