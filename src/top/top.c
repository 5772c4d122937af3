/* SPDX-License-Identifier: MIT */
#include "top/top.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hostname.h"
#include "base/log.h"
#include "base/schedule.h"
#include "base/units.h"
#include "cli/reader.h"
#include "cli/report.h"
#include "model/continuity.h"
#include "top/board.h"
#include "top/terminal.h"

/* The signals that the loop sees to. */
#define SIGNALS                                                                                    \
	(SCHEDULE_STOP | SCHEDULE_RELOAD | SCHEDULE_QUIT | SCHEDULE_SUSPEND | SCHEDULE_RESUME |    \
	 SCHEDULE_RESIZE)

struct top {
	const struct options *o;
	struct reader reader;
	struct schedule timer;
	struct board board;
	struct controls controls;
	struct page page;
	struct why failure;  /* why the last reading could not be had; "": it could */
	uint64_t give_up_ns; /* until then the agent is asked for another reading; 0: it is not */
};

static void show(struct top *t)
{
	const struct output_options options = {
		.hostname = hostname_get(),
		.note = t->reader.note.text,
		.verbose = t->o->verbose,
	};
	const char *lack = t->reader.said.text;
	char said[sizeof(t->failure.text) + sizeof(t->reader.said.text) + 80];

	/* What is long is cut at its end. */
	snprintf(said, sizeof(said), "%s%s%s%s%s%s", t->failure.text[0] ? "no reading: " : "",
		 t->failure.text, t->failure.text[0] ? "\n" : "",
		 lack[0] ? "using the kernel's counters: " : "", lack, lack[0] ? "\n" : "");
	terminal_size(&t->page.columns, &t->page.rows);
	page_make(&t->page, &t->board, &t->controls, &options, said);
	terminal_show(&t->page);
}

/* What the agent gave is no other reading than the one before: ask again, but not for ever. */
static void want_another(struct top *t)
{
	if (!t->give_up_ns)
		t->give_up_ns = clock_now_ns() + READER_PATIENCE_NS;
	else if (clock_now_ns() > t->give_up_ns)
		why_set(&t->failure, 0, READER_NO_OTHER);
}

/* Returns 0 or -errno. */
static int take(struct top *t)
{
	struct snapshot *next;
	int r = reader_read(&t->reader, &next, &t->failure);

	if (r) {
		t->give_up_ns = 0;
		return r;
	}
	if (t->board.now &&
	    !reader_is_other(&t->reader, t->board.now, next, t->board.interval_ns)) {
		snapshot_free(next);
		want_another(t);
		return 0;
	}
	t->failure.text[0] = '\0';
	t->give_up_ns = 0;
	continuity_follow(t->board.now, next);
	board_take(&t->board, next);
	return 0;
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

/* Until somebody ends it. */
static void look(struct top *t)
{
	const int keyboard[SCHEDULE_SERVICES] = {STDIN_FILENO, -1};

	while (true) {
		int events;

		show(t);
		events = schedule_wait(&t->timer, -1, keyboard,
				       t->give_up_ns ? READER_AGAIN_MS : -1);
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
		if ((events & SCHEDULE_TICK || !events) && !t->controls.paused)
			take(t);
	}
}

/* Returns the exit status. */
static int begin(struct top *t)
{
	const struct options *o = t->o;
	struct why why;
	int r = reader_open(&t->reader, o, NULL, &why);

	t->reader.quiet = true; /* what it has to say is on the page */
	t->board.interval_ns = options_interval_ns(o);
	if (!r) {
		r = take(t);
		why = t->failure;
	}
	if (r) {
		terminal_close();
		return report_failure(
			o, o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED,
			why.text);
	}
	if (t->reader.agents && t->board.interval_ns < READER_AGE_NS)
		t->board.interval_ns = READER_AGE_NS;
	schedule_set(&t->timer, t->board.interval_ns);
	look(t);
	return EXIT_DONE;
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
	t.board.names = t.page.utf8 ? ESCAPE_TEXT : ESCAPE_ASCII;
	r = schedule_open(&t.timer, options_interval_ns(o), SIGNALS);
	if (r) {
		terminal_close();
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	result = begin(&t);
	terminal_close();
	reader_close(&t.reader);
	page_clear(&t.page);
	board_clear(&t.board);
	schedule_close(&t.timer);
	return result;
}
