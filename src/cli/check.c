/* SPDX-License-Identifier: MIT */
#include "cli/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/schedule.h"
#include "base/units.h"
#include "cli/check_verdict.h"
#include "cli/reader.h"
#include "model/continuity.h"

/* The agent's readings are at most a second old, so it soon has a new one when asked again. */
#define AGAIN_NS    (NS_PER_S / 10)
#define PATIENCE_NS (5 * NS_PER_S)

static void sleep_until(uint64_t ns)
{
	const struct timespec t = clock_until(ns);

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

/* Take a reading at least one interval after `first`, from the same source. */
static int read_second(struct reader *reader, const struct snapshot *first, struct snapshot **s,
		       struct why *why)
{
	uint64_t due_ns = first->mono_ns + options_interval_ns(reader->o);
	uint64_t latest_ns = clock_now_ns() + options_interval_ns(reader->o);
	/* Whatever time the socket says, it is not waited for without limit. */
	uint64_t begin_ns = due_ns < latest_ns ? due_ns : latest_ns;
	uint64_t give_up_ns = begin_ns + PATIENCE_NS;
	int r;

	reader->asks = reader->agents;
	for (uint64_t at_ns = begin_ns; at_ns < give_up_ns; at_ns = clock_now_ns() + AGAIN_NS) {
		sleep_until(at_ns);
		r = reader_read(reader, s, why);
		if (r)
			return r;
		if (reader->agents == reader->asks && (*s)->mono_ns >= due_ns)
			return 0;
		snapshot_free(*s);
		*s = NULL;
		if (reader->agents != reader->asks)
			return why_set(why, -EPROTO, "the agent answered once: %s",
				       reader->agent.text[0] ? reader->agent.text
							     : "its socket is gone");
	}
	return why_set(why, -ETIMEDOUT, "the agent takes no new reading");
}

static int compare(const struct reader *reader, const struct snapshot *first,
		   struct snapshot *second)
{
	struct check_config config = {.limits = reader->o->check,
				      .wants_ebpf = reader->o->collect.source == CHOOSE_AUTO &&
						    !reader->o->collect.root};
	const char *ebpf = reader->note.text, *agent = reader->agents ? "" : reader->agent.text;
	struct output_document d;
	struct rates *rates;
	struct why note;
	int verdict;

	why_set(&note, 0, "%s%s%s", ebpf, *ebpf && *agent ? "; " : "", *ebpf ? agent : "");
	continuity_follow(first, second);
	rates = rate_compute(first, second);
	verdict = rates ? check_verdict(&d, &config, second, rates, note.text) : -ENOMEM;
	rates_free(rates);
	return check_say(&d, verdict);
}

int check_run(const struct options *o)
{
	struct reader reader;
	struct snapshot *first = NULL, *second = NULL;
	struct why why;
	int r = reader_open(&reader, o, NULL, &why), status;

	reader.quiet = true;
	if (!(o->check.warn.n_ifs + o->check.crit.n_ifs))
		reader.format = OUTPUT_SYSTEM;
	if (!r)
		r = reader_read(&reader, &first, &why);
	if (!r)
		r = read_second(&reader, first, &second, &why);
	status = r ? check_unknown(why.text) : compare(&reader, first, second);
	snapshot_free(first);
	snapshot_free(second);
	reader_close(&reader);
	return status;
}
