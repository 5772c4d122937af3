/* SPDX-License-Identifier: MIT */
#include "cli/read.h"

#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hostname.h"
#include "base/log.h"
#include "base/schedule.h"
#include "base/units.h"
#include "cli/namespaces.h"
#include "cli/report.h"
#include "cli/subject.h"

#define FIRST_NS NS_PER_S

/* One call of a command. */
struct run {
	const struct options *o;
	struct namespaces spaces; /* their `own` is a subject */
	struct schedule *timer;   /* NULL: each is read once */
	bool *matched;            /* for each --include: it matches an interface */
	bool any;                 /* something was read */
	bool written;             /* a document */
	int status;               /* the exit status so far */
};

static void worsen(struct run *run, int status)
{
	run->status = namespaces_worst(run->status, status);
}

/* Make one document and write it. Returns 0 or -errno; says what failed. */
static int write_parts(struct run *run, const struct output_part *parts, size_t n)
{
	const struct options *o = run->o;
	const struct output_form *form = &output_forms[o->format];
	bool repeats = run->timer, terminal = isatty(STDOUT_FILENO);
	struct winsize size = {0};
	struct output_options options = {
		.view = commands[o->command].view,
		.hostname = hostname_get(),
		.note = parts[0].note,
		.pretty = options_pretty(o, !repeats || terminal),
		.verbose = o->verbose,
		.sort = o->sort,
		.refresh = repeats && terminal,
		.again = run->written,
	};
	struct output_document d;
	int r;

	if (options.refresh && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) {
		options.columns = size.ws_col;
		options.rows = size.ws_row;
	}
	run->written = true;
	r = run->spaces.many ? form->list(&d, parts, n, &options)
			     : form->make(&d, parts[0].s, parts[0].rates, &options);
	if (!r)
		return report_document(o, &d);
	log_warning("%s: %s", form->word, strerror(-r));
	return r;
}

/* Write what there is to show: of all that were read, or if it repeats of those that were read
 * before. Returns as write_parts(). */
static int write_all(struct run *run)
{
	size_t members, n = 0;
	struct netns_member **all = namespaces_all(&run->spaces, &members);
	struct output_part *parts = calloc(members + 1, sizeof(*parts));
	int r = 0;

	if (!parts)
		log_fatal("%s", strerror(ENOMEM));
	for (size_t i = 0; i < members; i++) {
		const struct subject *s = all[i]->own;

		if (s->now && (s->rates || !run->timer))
			parts[n++] = (struct output_part){s->now, s->rates, s->reader.note.text};
	}
	if (n)
		r = write_parts(run, parts, n);
	free(parts);
	return r;
}

/* Whether the pattern matches an interface: of the reading, or of this namespace. */
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

static void note_matches(struct run *run, const struct subject *s)
{
	const struct filter_list *include = &run->o->collect.filter.include;
	bool elsewhere = run->o->collect.root || s->member->outside;

	for (size_t i = 0; i < include->n; i++)
		run->matched[i] |= matches_any(include->globs[i], elsewhere ? s->now : NULL);
}

/* A mistyped pattern would look like an idle router. */
static void warn_unmatched(const struct run *run)
{
	const struct filter_list *include = &run->o->collect.filter.include;

	for (size_t i = 0; i < include->n; i++)
		if (!run->matched[i])
			log_warning("--include '%s' matches no interface", include->globs[i]);
}

/* Who looks at a terminal does not wait long for the first figures. */
static uint64_t first_interval_ns(const struct options *o)
{
	uint64_t interval_ns = options_interval_ns(o);
	bool is_watched = isatty(STDOUT_FILENO) && o->format == OUTPUT_TEXT && !o->count;

	return is_watched && interval_ns > FIRST_NS ? FIRST_NS : interval_ns;
}

/* Read it; unless there is no other reading than before yet, it is not due any more. */
static void read_subject(struct run *run, struct subject *s)
{
	int status = subject_read(s);

	if (s->now && s->before && !subject_is_other(s, first_interval_ns(run->o))) {
		snapshot_free(s->now);
		s->now = NULL;
		return;
	}
	s->due = false;
	worsen(run, status);
	if (!s->now)
		return;
	run->any = true;
	if (!s->before)
		note_matches(run, s);
}

static void give_up(struct run *run, struct subject *s)
{
	s->due = false;
	worsen(run, report_failure(run->o, EXIT_FAILED, READER_NO_OTHER));
}

/* Do that in the namespace of each that is due. Returns whether one still is. */
static bool with_due(struct run *run, void (*what)(struct run *run, struct subject *s))
{
	size_t members;
	struct netns_member **all = namespaces_all(&run->spaces, &members);
	bool due = false;

	for (size_t i = 0; i < members; i++) {
		struct subject *s = all[i]->own;

		if (!s->due)
			continue;
		if (namespaces_enter(&run->spaces, all[i])) {
			what(run, s);
			namespaces_leave(&run->spaces);
			due |= s->due;
		} else {
			worsen(run, EXIT_FAILED);
		}
	}
	return due;
}

static void with_all(struct run *run, void (*what)(struct subject *s))
{
	size_t members;
	struct netns_member **all = namespaces_all(&run->spaces, &members);

	for (size_t i = 0; i < members; i++)
		what(all[i]->own);
}

static void make_due(struct subject *s)
{
	s->due = true;
}

/* Take the next readings when their time has come. Returns false if the command is to end. */
static bool read_next(struct run *run)
{
	uint64_t give_up_ns = UINT64_MAX;
	int timeout_ms = -1, r;

	do {
		r = schedule_wait(run->timer, -1, NULL, timeout_ms);
		if (r < 0 || r & SCHEDULE_STOP)
			return false;
		if (timeout_ms < 0) {
			with_all(run, make_due);
			worsen(run, namespaces_follow(&run->spaces));
		}
		if (!with_due(run, read_subject))
			return true;
		if (timeout_ms < 0)
			give_up_ns = clock_now_ns() + READER_PATIENCE_NS;
		timeout_ms = READER_AGAIN_MS;
	} while (clock_now_ns() < give_up_ns);
	with_due(run, give_up);
	return true;
}

/* The agent takes no more than that. */
static void keep_pace(struct run *run)
{
	size_t members;
	struct netns_member **all = namespaces_all(&run->spaces, &members);
	bool agents = false;

	for (size_t i = 0; i < members; i++)
		agents |= ((struct subject *)all[i]->own)->reader.agents;
	if (agents && options_interval_ns(run->o) < READER_AGE_NS)
		schedule_set(run->timer, READER_AGE_NS);
}

/*
 * Write what changed between readings: `count` times, 0 for no end. A reading that cannot be had
 * counts too, so that what is to end does; the next one is then compared with the last good one.
 */
static void write_changes(struct run *run, unsigned long count)
{
	with_due(run, read_subject);
	with_all(run, subject_advance);
	if (!run->any)
		return;
	warn_unmatched(run);
	keep_pace(run);
	for (unsigned long n = 0; !count || n < count; n++) {
		int r;

		if (!read_next(run))
			return;
		with_all(run, subject_compare);
		r = write_all(run);
		with_all(run, subject_advance);
		if (r) {
			worsen(run, report_status(run->o, r));
			return;
		}
	}
}

static int came(void *arg, struct netns_member *m, struct why *why)
{
	struct run *run = arg;
	struct subject *s;

	(void)why;
	if (run->timer && schedule_stops()) /* attaching takes its time */
		return -EAGAIN;
	s = subject_new(run->o, m);
	m->own = s;
	worsen(run, subject_open(s));
	s->due = s->is_open;
	if (!run->timer) {
		if (s->is_open)
			read_subject(run, s);
		subject_close(s); /* many need not be open at once */
	}
	return 0;
}

static void went(void *arg, struct netns_member *m)
{
	(void)arg;
	subject_free(m->own);
}

/* Open what is to be read. Returns false if that cannot be. */
static bool open_run(struct run *run, const struct netns_events *events)
{
	run->matched = calloc(run->o->collect.filter.include.n + 1, sizeof(*run->matched));
	if (!run->matched)
		log_fatal("%s", strerror(ENOMEM));
	worsen(run, namespaces_open(&run->spaces, run->o, run->o->asks_agent, events));
	if (run->status)
		return false;
	worsen(run, namespaces_follow(&run->spaces));
	return true;
}

static int end_run(struct run *run)
{
	namespaces_close(&run->spaces);
	free(run->matched);
	return run->status;
}

int read_snapshot(const struct options *o)
{
	struct run run = {.o = o};
	const struct netns_events events = {.came = came, .went = went, .arg = &run};

	if (open_run(&run, &events) && run.any) {
		warn_unmatched(&run);
		worsen(&run, report_status(o, write_all(&run)));
	}
	return end_run(&run);
}

static int read_on(const struct options *o, unsigned long count)
{
	struct schedule timer;
	struct run run = {.o = o, .timer = &timer};
	const struct netns_events events = {.came = came, .went = went, .arg = &run};
	int r = schedule_open(&timer, options_interval_ns(o),
			      SCHEDULE_STOP); /* no signal is lost */

	if (r) {
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	if (open_run(&run, &events)) {
		/* Attaching may have taken long. */
		schedule_begin(&timer, first_interval_ns(o), options_interval_ns(o));
		write_changes(&run, count);
	}
	r = end_run(&run);
	schedule_close(&timer);
	return r;
}

int read_monitor(const struct options *o)
{
	return read_on(o, o->count);
}

int read_one_interval(const struct options *o)
{
	return read_on(o, o->count ? o->count : 1);
}
