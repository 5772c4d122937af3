/* SPDX-License-Identifier: MIT */
#include "cli/read.h"

#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hostname.h"
#include "base/log.h"
#include "base/schedule.h"
#include "base/units.h"
#include "cli/reader.h"
#include "cli/report.h"
#include "model/continuity.h"

#define FIRST_NS NS_PER_S

/* Make one document and write it. Returns 0 or -errno; says what failed. */
static int write_reading(const struct reader *reader, const struct snapshot *s,
			 const struct rates *rates, bool again)
{
	const struct options *o = reader->o;
	bool terminal = isatty(STDOUT_FILENO);
	struct winsize size = {0};
	struct output_options options = {
		.view = commands[o->command].view,
		.hostname = hostname_get(),
		.note = reader->note.text,
		.pretty = options_pretty(o, !rates || terminal),
		.verbose = o->verbose,
		.sort = o->sort,
		.refresh = rates && terminal,
		.again = again,
	};
	struct output_document d;
	int r;

	if (options.refresh && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) {
		options.columns = size.ws_col;
		options.rows = size.ws_row;
	}
	r = output_forms[o->format].make(&d, s, rates, &options);
	if (!r)
		return report_document(o, &d);
	log_warning("%s: %s", output_forms[o->format].word, strerror(-r));
	return r;
}

/* Take a reading. Returns the exit status so far; without a reading *s is NULL. */
static int read_one(struct reader *reader, struct snapshot **s)
{
	const struct options *o = reader->o;
	struct why why;
	int r = reader_read(reader, s, &why);

	if (r) {
		bool gone = r == -ENOENT && o->collect.source == CHOOSE_EBPF;

		*s = NULL;
		return report_failure(o, gone ? EXIT_NO_SOURCE : EXIT_FAILED, why.text);
	}
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

static int write_once(struct reader *reader)
{
	const struct options *o = reader->o;
	struct snapshot *s = NULL;
	int result = read_one(reader, &s);

	if (s) {
		warn_unmatched(o, s);
		if (report_status(o, write_reading(reader, s, NULL, false)))
			result = EXIT_FAILED;
	}
	snapshot_free(s);
	return result;
}

/* Who looks at a terminal does not wait long for the first figures. */
static uint64_t first_interval_ns(const struct options *o)
{
	uint64_t interval_ns = options_interval_ns(o);
	bool is_watched = isatty(STDOUT_FILENO) && o->format == OUTPUT_TEXT && !o->count;

	return is_watched && interval_ns > FIRST_NS ? FIRST_NS : interval_ns;
}

/* Take the next reading when its time has come. Returns as read_one(), or -1: the command is to
 * end. */
static int read_next(struct reader *reader, struct schedule *timer, const struct snapshot *before,
		     struct snapshot **now)
{
	uint64_t give_up_ns = UINT64_MAX;
	int timeout_ms = -1, r, status;

	do {
		r = schedule_wait(timer, -1, NULL, timeout_ms);
		if (r < 0 || r & SCHEDULE_STOP)
			return -1;
		status = read_one(reader, now);
		if (!*now || reader_is_other(reader, before, *now, first_interval_ns(reader->o)))
			return status;
		snapshot_free(*now);
		if (timeout_ms < 0)
			give_up_ns = clock_now_ns() + READER_PATIENCE_NS;
		timeout_ms = READER_AGAIN_MS;
	} while (clock_now_ns() < give_up_ns);
	*now = NULL;
	return report_failure(reader->o, EXIT_FAILED, READER_NO_OTHER);
}

/*
 * Write what changed between readings: `count` times, 0 for no end. A reading that cannot be had
 * counts too, so that what is to end does.
 */
static int write_changes(struct reader *reader, struct schedule *timer, unsigned long count)
{
	const struct options *o = reader->o;
	struct snapshot *before = NULL, *now;
	int result = read_one(reader, &before), status, r;
	bool written = false;

	if (before)
		warn_unmatched(o, before);
	if (before && reader->agents && options_interval_ns(o) < READER_AGE_NS)
		schedule_set(timer, READER_AGE_NS);
	for (unsigned long n = 0; before && (!count || n < count); n++) {
		struct rates *rates;

		status = read_next(reader, timer, before, &now);
		if (status < 0)
			break;
		if (status)
			result = status;
		if (!now)
			continue; /* the next reading is compared with the last good one */
		continuity_follow(before, now);
		rates = rate_compute(before, now);
		if (!rates)
			log_fatal("%s", strerror(ENOMEM));
		r = write_reading(reader, now, rates, written);
		written = true;
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

/* Returns 0 and a reader; or the exit status, when the reason has been reported. */
static int open_reader(const struct options *o, struct reader *reader)
{
	struct why why;

	if (!reader_open(reader, o, &why))
		return 0;
	return report_failure(o, o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED,
			      why.text);
}

int read_snapshot(const struct options *o)
{
	struct reader reader;
	int result = open_reader(o, &reader);

	if (!result)
		result = write_once(&reader);
	reader_close(&reader);
	return result;
}

static int read_on(const struct options *o, unsigned long count)
{
	struct schedule timer;
	struct reader reader;
	int result;
	int r = schedule_open(&timer, options_interval_ns(o),
			      SCHEDULE_STOP); /* no signal is lost */

	if (r) {
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	result = open_reader(o, &reader);
	if (!result) {
		/* Attaching may have taken long. */
		schedule_begin(&timer, first_interval_ns(o), options_interval_ns(o));
		result = write_changes(&reader, &timer, count);
	}
	reader_close(&reader);
	schedule_close(&timer);
	return result;
}

int read_monitor(const struct options *o)
{
	return read_on(o, o->count);
}

int read_one_interval(const struct options *o)
{
	return read_on(o, o->count ? o->count : 1);
}
