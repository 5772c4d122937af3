/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "log.h"
#include "netns.h"
#include "options.h"
#include "out.h"
#include "src_bpf.h"
#include "timer.h"

#define MONITOR_INTERVAL_NS 10000000000ull

static int no_source(const char *why)
{
	log_warning("%s", why);
	return EXIT_NO_SOURCE;
}

/* Write one document. Returns 0 or -errno; says what failed, but for a reader that went away. */
static int write_document(const struct options *o, const struct collector *c,
			  const struct snapshot *s, const struct rates *rates)
{
	char hostname[256] = "localhost";
	struct out_options options = {
		.hostname = hostname,
		.note = collect_note(c),
		.pretty = o->json_form == JSON_PRETTY ||
			  (o->json_form == JSON_BY_TERMINAL && (!rates || isatty(STDOUT_FILENO))),
		.verbose = o->verbose,
		.refresh = rates && isatty(STDOUT_FILENO),
	};
	int r;

	gethostname(hostname, sizeof(hostname) - 1);
	r = (o->json ? out_json : out_text)(s, rates, &options);
	if (r && r != -EPIPE)
		log_warning("standard output: %s", strerror(-r));
	return r;
}

static int exit_status_of_write(int r)
{
	return r && r != -EPIPE ? EXIT_FAILED : EXIT_DONE;
}

static int read_once(struct collector *c, struct snapshot **s)
{
	char why[256];

	if (collect_read(c, s, why, sizeof(why))) {
		log_warning("%s", why);
		return EXIT_FAILED;
	}
	if ((*s)->troubles) {
		log_warning("%s", (*s)->trouble);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static int run_snapshot(const struct options *o, struct collector *c)
{
	struct snapshot *s = NULL;
	int result = read_once(c, &s);

	if (s && exit_status_of_write(write_document(o, c, s, NULL)))
		result = EXIT_FAILED;
	snapshot_free(s);
	return result;
}

static int run_monitor(const struct options *o, struct collector *c)
{
	uint64_t interval_ns = o->interval_ns ? o->interval_ns : MONITOR_INTERVAL_NS;
	struct snapshot *before = NULL, *now;
	struct timer timer;
	int result, r;

	r = timer_open(&timer, interval_ns);
	if (r) {
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	result = read_once(c, &before);
	for (unsigned long n = 0; before && (!o->count || n < o->count);) {
		struct rates *rates;

		r = timer_wait(&timer, -1);
		if (r < 0 || r & TIMER_STOP)
			break;
		now = NULL;
		if (read_once(c, &now))
			result = EXIT_FAILED;
		if (!now)
			continue; /* the last good reading stays what the next is compared with */
		rate_follow(before, now);
		rates = rate_compute(before, now);
		r = rates ? write_document(o, c, now, rates) : 0;
		n++;
		rates_free(rates);
		snapshot_free(before);
		before = now;
		if (r) {
			result = exit_status_of_write(r);
			break;
		}
	}
	snapshot_free(before);
	timer_close(&timer);
	return result;
}

static int run_reading(const struct options *o)
{
	struct collector *c;
	char why[256];
	int result;

	if (collect_open(&c, &o->collect, why, sizeof(why))) {
		log_warning("%s", why);
		return o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED;
	}
	result = o->command == COMMAND_MONITOR ? run_monitor(o, c) : run_snapshot(o, c);
	collect_close(c);
	return result;
}

static int run(const struct options *o)
{
	struct src_bpf *bpf;
	char why[256] = "";

	switch (o->command) {
	case COMMAND_SNAPSHOT:
	case COMMAND_MONITOR:
		return run_reading(o);
	case COMMAND_AGENT:
		return agent_run(o);
	case COMMAND_ACTIVITY:
	case COMMAND_ACTIVITY_MONITOR:
		if (src_bpf_open(&bpf, o->collect.hooks, true, why, sizeof(why)))
			return no_source(why);
		src_bpf_close(bpf);
		return EXIT_DONE;
	case COMMAND_ATTACH:
		return src_bpf_attach(o->collect.hooks, why, sizeof(why)) ? no_source(why)
									  : EXIT_DONE;
	case COMMAND_DETACH:
		return src_bpf_detach(why, sizeof(why)) ? no_source(why) : EXIT_DONE;
	case COMMAND_STATUS:
		return src_bpf_status(why, sizeof(why)) ? no_source(why) : EXIT_DONE;
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

int main(int argc, char **argv)
{
	struct options o;
	int result, r;

	occupy_standard_fds();
	signal(SIGPIPE, SIG_IGN); /* a reader that goes away shows as EPIPE */
	options_parse(&o, argc, argv);
	o.collect.may_attach = o.command == COMMAND_MONITOR || o.command == COMMAND_AGENT;
	r = o.netns ? netns_enter(o.netns) : 0;
	if (r) {
		log_warning("network namespace %s: %s", o.netns, strerror(-r));
		return EXIT_FAILED;
	}
	result = run(&o);
	options_clear(&o);
	return result;
}
