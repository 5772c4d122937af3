/* SPDX-License-Identifier: MIT */
#include "cli/check.h"
#include "base/clock.h"
#include "cli/check_verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/netns.h"
#include "base/schedule.h"
#include "base/units.h"
#include "cli/agent_client.h"
#include "model/continuity.h"

/* The agent's readings are at most a second old, so it soon has a new one when asked again. */
#define AGAIN_NS    (NS_PER_S / 10)
#define PATIENCE_NS (5 * NS_PER_S)

struct reader {
	const struct options *o;
	struct collector *collector;
	bool agents;     /* the readings are the agent's */
	struct why note; /* why eBPF does not count */
	struct why
		refused; /* why the agent's readings are not used; "": there is none, or they are */
};

static int read_agents(struct reader *reader, struct snapshot **s)
{
	const struct check_limits *limits = &reader->o->check;
	const struct request request = {
		.format = limits->warn.n_ifs + limits->crit.n_ifs ? OUTPUT_READING : OUTPUT_SYSTEM,
		.netns = netns_inode(),
	};

	return agent_client_read(s, &reader->note, options_reading_socket(reader->o), &request,
				 &reader->refused);
}

static int read_own(struct reader *reader, struct snapshot **s, struct why *why)
{
	const char *note = collect_note(reader->collector), *agent = reader->refused.text;
	int r = collect_read(reader->collector, s, why);

	why_set(&reader->note, 0, "%s%s%s", note, *note && *agent ? "; " : "", *note ? agent : "");
	return r;
}

static int read_first(struct reader *reader, struct snapshot **s, struct why *why)
{
	int r = collect_degraded(reader->collector) ? read_agents(reader, s) : -ENOENT;

	reader->agents = !r;
	if (r == -ENOENT)
		reader->refused.text[0] = '\0';
	return reader->agents ? 0 : read_own(reader, s, why);
}

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

	for (uint64_t at_ns = begin_ns; at_ns < give_up_ns; at_ns = clock_now_ns() + AGAIN_NS) {
		sleep_until(at_ns);
		if (!reader->agents)
			return read_own(reader, s, why);
		r = read_agents(reader, s);
		if (r)
			return why_set(why, r, "the agent answered once: %s",
				       r == -ENOENT ? "its socket is gone" : reader->refused.text);
		if ((*s)->mono_ns >= due_ns)
			return 0;
		snapshot_free(*s);
	}
	*s = NULL;
	return why_set(why, -ETIMEDOUT, "the agent takes no new reading");
}

static int compare(struct reader *reader, const struct snapshot *first, struct snapshot *second)
{
	struct check_config config = {.limits = reader->o->check,
				      .wants_ebpf = reader->o->collect.source == CHOOSE_AUTO &&
						    !reader->o->collect.root};
	struct output_document d;
	struct rates *rates;
	int verdict;

	continuity_follow(first, second);
	rates = rate_compute(first, second);
	verdict = rates ? check_verdict(&d, &config, second, rates, reader->note.text) : -ENOMEM;
	rates_free(rates);
	return check_say(&d, verdict);
}

int check_run(const struct options *o)
{
	struct reader reader = {.o = o};
	struct snapshot *first = NULL, *second = NULL;
	struct why why;
	int status;

	if (collect_open(&reader.collector, &o->collect, &why))
		return check_unknown(why.text);
	if (read_first(&reader, &first, &why) || read_second(&reader, first, &second, &why))
		status = check_unknown(why.text);
	else
		status = compare(&reader, first, second);
	snapshot_free(first);
	snapshot_free(second);
	collect_close(reader.collector);
	return status;
}
