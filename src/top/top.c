/* SPDX-License-Identifier: MIT */
#include "top/top.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hostname.h"
#include "base/log.h"
#include "base/schedule.h"
#include "cli/report.h"
#include "top/page.h"
#include "top/terminal.h"
#include "top/watch.h"

/* The signals that the loop sees to. */
#define SIGNALS                                                                                    \
	(SCHEDULE_STOP | SCHEDULE_RELOAD | SCHEDULE_QUIT | SCHEDULE_SUSPEND | SCHEDULE_RESUME |    \
	 SCHEDULE_RESIZE)

struct top {
	const struct options *o;
	struct watch watch;
	struct schedule timer;
	struct controls controls;
	struct page page;
	bool seen;   /* there was something to look at */
	bool failed; /* there was nothing */
};

static void show(struct top *t)
{
	const struct output_options options = {
		.hostname = hostname_get(),
		.note = "",
		.verbose = t->o->verbose,
	};
	char *said = watch_said(&t->watch);

	terminal_size(&t->page.columns, &t->page.rows);
	page_make(&t->page, &t->watch.boards, &t->controls, &options, said);
	terminal_show(&t->page);
	free(said);
}

/* Returns false if the program is to end. */
static bool take_keys(struct top *t)
{
	int key;

	while ((key = terminal_key()) != TOP_KEY_NONE)
		if (key < 0 || !controls_key(&t->controls, key))
			return false;
	return true;
}

/* Give the terminal back and have the signal's usual effect. */
static void die_of(int number)
{
	sigset_t set;

	terminal_close();
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* What is to be done with the figures after these events. */
static void read_on(struct top *t, int events)
{
	struct watch *w = &t->watch;
	uint64_t interval_ns = w->boards.interval_ns;

	if (t->controls.paused) {
		watch_leave(w);
		return;
	}
	if (events & SCHEDULE_TICK && !w->reading)
		watch_begin(w);
	watch_go_on(w);
	if (w->boards.interval_ns != interval_ns)
		schedule_set(&t->timer, w->boards.interval_ns);
}

/* Until somebody ends it, or there is nothing to look at. */
static void look(struct top *t)
{
	while (t->watch.reading || t->watch.boards.n || t->seen) {
		int services[SCHEDULE_SERVICES] = {STDIN_FILENO, watch_fd(&t->watch)}, events;

		show(t);
		t->seen |= t->watch.boards.n;
		events = schedule_wait(&t->timer, -1, services, watch_timeout_ms(&t->watch));
		if (events < 0 || events & SCHEDULE_STOP)
			return;
		if (events & SCHEDULE_RELOAD)
			die_of(SIGHUP);
		if (events & SCHEDULE_QUIT)
			die_of(SIGQUIT);
		if (events & SCHEDULE_SUSPEND)
			terminal_stop();
		if (events & SCHEDULE_RESUME)
			terminal_redraw();
		if (events & SCHEDULE_RESIZE)
			terminal_resize();
		if (events & SCHEDULE_SERVICE && !take_keys(t))
			return;
		read_on(t, events);
	}
	t->failed = true;
}

/* Returns the exit status. What was said while the page was there is said again after it. */
static int end(struct top *t)
{
	int failed = t->o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED;
	char *said = watch_said(&t->watch), *rest;

	watch_close(&t->watch);
	for (char *line = t->failed ? strtok_r(said, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		report_failure(t->o, failed, line);
	free(said);
	return t->failed ? failed : EXIT_DONE;
}

int top_run(const struct options *o)
{
	struct top t = {.o = o, .page = {.cursor = -1}};
	struct why why;
	int result, r = terminal_open(&why);

	if (r) {
		int status = r == -EOPNOTSUPP ? EXIT_NO_SOURCE
			     : r == -ENOTTY   ? EXIT_USAGE
					      : EXIT_FAILED;

		return report_failure(o, status, why.text);
	}
	t.page.utf8 = terminal_is_utf8();
	r = schedule_open(&t.timer, options_interval_ns(o), SIGNALS);
	if (r) {
		terminal_close();
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	t.failed = watch_open(&t.watch, o, t.page.utf8 ? ESCAPE_TEXT : ESCAPE_ASCII) != EXIT_DONE;
	if (!t.failed) {
		read_on(&t, SCHEDULE_TICK);
		look(&t);
	}
	terminal_close();
	result = end(&t);
	page_clear(&t.page);
	schedule_close(&t.timer);
	return result;
}
