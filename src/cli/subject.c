/* SPDX-License-Identifier: MIT */
#include "cli/subject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cli/report.h"
#include "model/continuity.h"

struct subject *subject_new(const struct options *o, const struct netns_member *m)
{
	struct subject *s = calloc(1, sizeof(*s));

	if (!s)
		log_fatal("%s", strerror(ENOMEM));
	s->o = o;
	s->member = m;
	return s;
}

void subject_free(struct subject *s)
{
	subject_close(s);
	rates_free(s->rates);
	snapshot_free(s->before);
	snapshot_free(s->now);
	free(s);
}

int subject_open(struct subject *s)
{
	bool needs_ebpf = s->o->collect.source == CHOOSE_EBPF;
	int status = needs_ebpf ? EXIT_NO_SOURCE : EXIT_FAILED;
	struct why why;

	s->is_open = !reader_open(&s->reader, s->o, s->member, &why);
	if (s->is_open)
		return EXIT_DONE;
	reader_close(&s->reader);
	if (strcmp(why.text, s->refused.text) != 0)
		report_failure(s->o, status, why.text);
	s->refused = why;
	return status;
}

void subject_close(struct subject *s)
{
	if (s->is_open)
		reader_close(&s->reader);
	s->is_open = false;
}

int subject_read(struct subject *s)
{
	int status = s->is_open ? EXIT_DONE : subject_open(s), r;
	struct why why;

	s->now = NULL;
	if (status)
		return status;
	r = reader_read(&s->reader, &s->now, &why);
	if (r) {
		bool gone = r == -ENOENT && s->o->collect.source == CHOOSE_EBPF;

		s->now = NULL;
		return report_failure(s->o, gone ? EXIT_NO_SOURCE : EXIT_FAILED, why.text);
	}
	snprintf(s->now->netns, sizeof(s->now->netns), "%s", s->member->name);
	if (!s->now->troubles)
		return EXIT_DONE;
	log_warning("%s", s->now->trouble);
	return EXIT_FAILED;
}

bool subject_is_other(const struct subject *s, uint64_t interval_ns)
{
	return reader_is_other(&s->reader, s->before, s->now, interval_ns);
}

void subject_compare(struct subject *s)
{
	if (!s->before || !s->now)
		return;
	continuity_follow(s->before, s->now);
	s->rates = rate_compute(s->before, s->now);
	if (!s->rates)
		log_fatal("%s", strerror(ENOMEM));
}

void subject_advance(struct subject *s)
{
	rates_free(s->rates);
	s->rates = NULL;
	if (!s->now)
		return;
	snapshot_free(s->before);
	s->before = s->now;
	s->now = NULL;
}
