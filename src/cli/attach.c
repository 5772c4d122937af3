/* SPDX-License-Identifier: MIT */
#include "cli/attach.h"

#include <string.h>

#include "base/hostname.h"
#include "base/log.h"
#include "base/netns.h"
#include "bpf/counters.h"
#include "cli/agent_client.h"
#include "cli/report.h"
#include "output/output.h"

int cli_attach(const struct options *o)
{
	struct collector *c = NULL;
	struct snapshot *s = NULL;
	struct attachment attachment;
	struct why why;
	int result = EXIT_DONE;

	if (collect_open(&c, &o->collect, &why)) {
		log_warning("%s", why.text);
		return EXIT_NO_SOURCE;
	}
	if (collect_attachment(c, &attachment))
		attachment_log(&attachment);
	/* The first reading notes which interfaces were there from the beginning. */
	if (collect_read(c, &s, &why)) {
		log_warning("%s", why.text);
		result = EXIT_FAILED;
	}
	snapshot_free(s);
	collect_close(c);
	return result;
}

static void say_detached(const char *directory, int links)
{
	log_info("%s: %d links detached", directory, links);
}

int cli_detach(const struct options *o)
{
	struct why why;
	int r = counters_detach(o->all, o->all ? say_detached : NULL, &why);

	if (r < 0) {
		log_warning("%s", why.text);
		return EXIT_NO_SOURCE;
	}
	if (r)
		log_info("%d links detached", r);
	else
		log_info("no eBPF counters were attached");
	return EXIT_DONE;
}

/* What is attached, or else why nothing is and what each hook set would say to it. */
static bool look(const struct options *o, struct attachment *a)
{
	struct counters *b;
	int r;

	*a = (struct attachment){.hooks = HOOKS_NONE};
	r = counters_open(&b, o->collect.hooks, BPF_ATTACH_NEVER, &a->why);
	if (!r)
		counters_describe(b, a);
	else
		counters_try(a);
	counters_close(b);
	agent_client_status(a->agent, sizeof(a->agent), options_reading_socket(o), netns_inode(),
			    &a->no_answer);
	return !r;
}

int cli_status(const struct options *o)
{
	output_make_attachment *make = output_forms[o->format].attachment;
	const struct output_options options = {.hostname = hostname_get(),
					       .pretty = options_pretty(o, true)};
	struct attachment a;
	struct output_document d;
	bool attached = look(o, &a), whole = o->format != OUTPUT_TEXT;

	if (a.no_answer.text[0])
		log_warning("%s", a.no_answer.text);
	if (!attached) {
		log_warning("%s", a.why.text);
		for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT && a.tried && !whole; id++)
			log_warning("%s", a.verdicts[id].why.text);
		if (a.agent[0] && !whole)
			log_info("agent: %s", a.agent);
	}
	if (attached || whole) {
		int r = make(&d, &a, &options);

		if (r)
			log_warning("%s: %s", output_forms[o->format].word, strerror(-r));
		if (r || report_status(o, report_document(o, &d)))
			return EXIT_FAILED;
	}
	return attached ? EXIT_DONE : EXIT_NO_SOURCE;
}
