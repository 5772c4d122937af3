/* SPDX-License-Identifier: MIT */
#include "cli/attach.h"

#include <string.h>

#include "base/log.h"
#include "bpf/counters.h"
#include "cli/report.h"
#include "output/output.h"

int attach_run(const struct options *o)
{
	struct collector *c = NULL;
	struct snapshot *s = NULL;
	struct attachment attachment;
	struct why why;
	char line[512];
	int result = EXIT_DONE;

	if (collect_open(&c, &o->collect, &why)) {
		log_warning("%s", why.text);
		return EXIT_NO_SOURCE;
	}
	if (collect_attachment(c, &attachment))
		log_info("%s", attachment_line(&attachment, line, sizeof(line)));
	/* The first reading notes which interfaces were there from the beginning. */
	if (collect_read(c, &s, &why)) {
		log_warning("%s", why.text);
		result = EXIT_FAILED;
	}
	snapshot_free(s);
	collect_close(c);
	return result;
}

int detach_run(const struct options *o)
{
	struct why why;
	int r = src_bpf_detach(o->all, &why);

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
	struct src_bpf *b;
	int r;

	*a = (struct attachment){.hooks = HOOKS_NONE};
	r = src_bpf_open(&b, o->collect.hooks, BPF_ATTACH_NEVER, &a->why);
	if (!r)
		src_bpf_describe(b, a);
	else
		src_bpf_try(a);
	src_bpf_close(b);
	return !r;
}

int status_run(const struct options *o)
{
	out_make_attachment *make = out_forms[o->format].attachment;
	const struct out_options options = {.hostname = report_hostname(),
					    .pretty = options_pretty(o, true)};
	struct attachment a;
	struct out_document d;
	bool attached = look(o, &a), whole = o->format != OUT_TEXT;

	if (!attached) {
		log_warning("%s", a.why.text);
		for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT && a.tried && !whole; id++)
			log_warning("%s", a.verdicts[id].why.text);
	}
	if (attached || whole) {
		int r = make(&d, &a, &options);

		if (r)
			log_warning("%s: %s", out_forms[o->format].word, strerror(-r));
		if (r || report_status(o, report_document(o, &d)))
			return EXIT_FAILED;
	}
	return attached ? EXIT_DONE : EXIT_NO_SOURCE;
}
