/* SPDX-License-Identifier: MIT */
#include "top/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "cli/reader.h"
#include "model/continuity.h"
#include "output/output.h"

/* One of the namespaces. */
struct watched {
	struct reader reader;
	bool is_open;
	bool due;            /* it is to be read in this round */
	struct why failure;  /* why the last reading could not be had; "": it could */
	uint64_t give_up_ns; /* until then the agent is asked for another reading; 0: it is not */
	struct board board;
};

static void hear(void *arg, const char *line)
{
	struct watch *w = arg;
	size_t n = strlen(w->fresh);

	snprintf(w->fresh + n, sizeof(w->fresh) - n, "%s\n", line);
}

static int came(void *arg, struct netns_member *m, struct why *why)
{
	const struct watch *w = arg;
	struct watched *d = calloc(1, sizeof(*d));

	(void)why;
	if (!d)
		log_fatal("%s", strerror(ENOMEM));
	d->board.interval_ns = w->boards.interval_ns;
	d->board.slots = w->boards.slots;
	m->own = d;
	return 0;
}

static void went(void *arg, struct netns_member *m)
{
	struct watched *d = m->own;

	(void)arg;
	if (d->is_open)
		reader_close(&d->reader);
	board_clear(&d->board);
	free(d);
}

int watch_open(struct watch *w, const struct options *o, enum escape_form names)
{
	*w = (struct watch){.o = o,
			    .events = {.came = came, .went = went, .arg = w},
			    .boards = {.interval_ns = options_interval_ns(o), .names = names}};
	log_divert(hear, w);
	w->status = namespaces_open(&w->spaces, o, o->asks_agent, &w->events);
	w->boards.many = w->spaces.many;
	memcpy(w->heard, w->fresh, sizeof(w->heard));
	return w->status;
}

void watch_close(struct watch *w)
{
	namespaces_close(&w->spaces);
	boards_clear(&w->boards);
	log_divert(NULL, NULL);
}

static void set_boards(struct watch *w)
{
	size_t members, n = 0;
	struct netns_member **all = namespaces_all(&w->spaces, &members);
	struct board **boards = calloc(members + 1, sizeof(struct board *));

	if (!boards)
		log_fatal("%s", strerror(ENOMEM));
	for (size_t i = 0; i < members; i++) {
		struct watched *d = all[i]->own;

		if (d->board.now)
			boards[n++] = &d->board;
	}
	boards_set(&w->boards, boards, n);
	free(boards);
}

void watch_begin(struct watch *w)
{
	struct netns_member **all;
	size_t members;

	w->fresh[0] = '\0';
	w->status = namespaces_follow(&w->spaces);
	/* What is refused is said once. */
	if (!w->status || w->fresh[0])
		memcpy(w->heard, w->fresh, sizeof(w->heard));
	all = namespaces_all(&w->spaces, &members);
	for (size_t i = 0; i < members; i++) {
		struct watched *d = all[i]->own;

		d->due = true;
	}
	set_boards(w);
	w->at = 0;
	w->again = false;
	w->reading = true;
	w->until_ns = clock_now_ns() + AGENT_PATIENCE_NS;
}

/* The last reading is over. */
static void end_turn(struct watched *d)
{
	const char *failure = d->failure.text, *lack = d->reader.said.text;

	d->due = false;
	d->give_up_ns = 0;
	d->board.note = d->reader.note;
	snprintf(d->board.said, sizeof(d->board.said), "%s%s%s%s%s%s",
		 failure[0] ? "no reading: " : "", failure, failure[0] ? "\n" : "",
		 lack[0] ? "using the kernel's counters: " : "", lack, lack[0] ? "\n" : "");
}

/* What the agent gave is no other reading than the one before: ask again, but not for ever. */
static void want_another(struct watch *w, struct watched *d)
{
	if (!d->give_up_ns)
		d->give_up_ns = clock_now_ns() + READER_PATIENCE_NS;
	w->again = clock_now_ns() <= d->give_up_ns;
	if (w->again)
		return;
	why_set(&d->failure, 0, READER_NO_OTHER);
	end_turn(d);
}

/* Where there are many, rates that are not of now are not left among those that are. */
static void fail(struct watch *w, struct watched *d)
{
	w->status = EXIT_FAILED;
	if (w->boards.many)
		board_lose(&d->board);
	end_turn(d);
}

static bool is_open(struct watch *w, struct watched *d, const struct netns_member *m)
{
	if (d->is_open)
		return true;
	d->is_open = !reader_open(&d->reader, w->o, m, &d->failure);
	d->reader.quiet = true; /* what it has to say is on the page */
	w->opened = true;
	if (!d->is_open)
		reader_close(&d->reader);
	return d->is_open;
}

/* In its namespace. It is due still if that would have to wait. */
static void read_one(struct watch *w, struct watched *d, const struct netns_member *m)
{
	struct snapshot *next = NULL;
	int r;

	if (!is_open(w, d, m)) {
		fail(w, d);
		return;
	}
	r = reader_go_on(&d->reader, w->until_ns, &next, &d->failure);
	if (d->reader.calls)
		return;
	if (d->reader.agents)
		w->until_ns = clock_now_ns() + AGENT_PATIENCE_NS;
	if (r) {
		fail(w, d);
		return;
	}
	w->agents |= d->reader.agents;
	if (d->board.now &&
	    !reader_is_other(&d->reader, d->board.now, next, d->board.interval_ns)) {
		snapshot_free(next);
		want_another(w, d);
		return;
	}
	memcpy(next->netns, m->name, sizeof(next->netns));
	d->failure.text[0] = '\0';
	continuity_follow(d->board.now, next);
	board_take(&d->board, next);
	end_turn(d);
}

/* Returns whether that was done without having to wait. */
static bool take_turn(struct watch *w, struct netns_member *m)
{
	struct watched *d = m->own;

	if (!d->due)
		return true;
	if (!namespaces_enter(&w->spaces, m)) {
		why_set(&d->failure, 0, NETNS_CANNOT_ENTER);
		fail(w, d);
		return true;
	}
	read_one(w, d, m);
	namespaces_leave(&w->spaces);
	return !d->reader.calls;
}

/* The agent takes no more than that. */
static void keep_pace(struct watch *w)
{
	size_t members;
	struct netns_member **all = namespaces_all(&w->spaces, &members);

	if (!w->agents || w->boards.interval_ns >= READER_AGE_NS)
		return;
	w->boards.interval_ns = READER_AGE_NS;
	for (size_t i = 0; i < members; i++)
		((struct watched *)all[i]->own)->board.interval_ns = READER_AGE_NS;
}

void watch_go_on(struct watch *w)
{
	size_t members;
	struct netns_member **all = namespaces_all(&w->spaces, &members);

	if (!w->reading)
		return;
	if (w->at == members) {
		w->at = 0;
		w->again = false;
	}
	w->opened = false;
	while (w->at < members && !w->opened && take_turn(w, all[w->at]))
		w->at++;
	set_boards(w);
	if (w->at < members || w->again)
		return;
	w->reading = false;
	keep_pace(w);
	if (w->boards.many)
		boards_add_slot(&w->boards, clock_now_ns());
}

/* That is waited for. */
static const struct agent_call *call_of(const struct watch *w)
{
	size_t members;
	struct netns_member **all = namespaces_all((struct namespaces *)&w->spaces, &members);
	const struct watched *d = w->at < members ? all[w->at]->own : NULL;

	return d && d->reader.calls ? &d->reader.call : NULL;
}

int watch_fd(const struct watch *w)
{
	const struct agent_call *c = w->reading ? call_of(w) : NULL;

	return c ? c->fd : -1;
}

int watch_timeout_ms(const struct watch *w)
{
	const struct agent_call *c = w->reading ? call_of(w) : NULL;

	if (!w->reading)
		return -1;
	if (c)
		return agent_call_left_ms(c);
	return w->opened ? 0 : READER_AGAIN_MS;
}

void watch_leave(struct watch *w)
{
	size_t members;
	struct netns_member **all = namespaces_all(&w->spaces, &members);

	for (size_t i = 0; i < members && w->reading; i++) {
		struct watched *d = all[i]->own;

		reader_leave(&d->reader);
		d->due = false;
		d->give_up_ns = 0;
	}
	w->reading = false;
}

char *watch_said(const struct watch *w)
{
	size_t members;
	struct netns_member **all = namespaces_all((struct namespaces *)&w->spaces, &members);
	char name[ESCAPE_NETNS_MAX];
	struct output_document d;
	FILE *f = output_begin(&d);

	for (size_t i = 0; f && i < members; i++) {
		const struct watched *one = all[i]->own;

		if (one->board.now || !one->failure.text[0])
			continue;
		escape_name(name, sizeof(name), all[i]->name, ESCAPE_TEXT);
		fprintf(f, "%s%s%s\n", name, name[0] ? ": " : "", one->failure.text);
	}
	if (f) {
		fputs(w->heard, f);
		fputc('\0', f);
	}
	if (!f || output_end(&d, f))
		log_fatal("%s", strerror(ENOMEM));
	return d.text;
}
