/* SPDX-License-Identifier: MIT */
#include "cli/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hostname.h"
#include "base/log.h"
#include "base/netns.h"
#include "bpf/counters.h"
#include "cli/agent_client.h"
#include "cli/namespaces.h"
#include "cli/report.h"
#include "output/output.h"

static int attach(void *arg, const struct options *o, const char *netns)
{
	struct collector *c = NULL;
	struct snapshot *s = NULL;
	struct attachment attachment;
	struct why why;
	int result = EXIT_DONE;

	(void)arg;
	(void)netns;
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

int cli_attach(const struct options *o)
{
	return namespaces_each(o, attach, NULL);
}

static void say_detached(const char *directory, int links)
{
	log_info("%s: %d links detached", directory, links);
}

static int detach(void *arg, const struct options *o, const char *netns)
{
	struct why why;
	int r = counters_detach(o->all, o->all ? say_detached : NULL, &why);

	(void)arg;
	(void)netns;
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

int cli_detach(const struct options *o)
{
	return namespaces_each(o, detach, NULL);
}

/* What is attached, or else why nothing is. */
static bool look(const struct options *o, struct attachment *a)
{
	struct counters *b;
	int r;

	*a = (struct attachment){.hooks = HOOKS_NONE};
	r = counters_open(&b, o->collect.hooks, BPF_ATTACH_NEVER, &a->why);
	if (!r)
		counters_describe(b, a);
	counters_close(b);
	agent_client_status(a->agent, sizeof(a->agent), options_reading_socket(o), netns_inode(),
			    &a->no_answer);
	return !r;
}

/* What was looked at. */
struct found {
	struct attachment *all;
	size_t n;
	struct attachment verdicts; /* what each hook set would say, if that was tried */
	bool attached;              /* any */
};

/* One more, which stays where it is until the next. */
static struct attachment *append(struct found *found)
{
	struct attachment *grown = reallocarray(found->all, found->n + 1, sizeof(*grown));

	if (!grown)
		log_fatal("%s", strerror(ENOMEM));
	found->all = grown;
	return grown + found->n++;
}

/* What each hook set would say: the kernel is the same in all namespaces, and asked once. */
static void judge(struct found *found, struct attachment *a, bool say)
{
	bool first = !found->verdicts.tried;

	if (first)
		counters_try(&found->verdicts);
	a->tried = found->verdicts.tried;
	memcpy(a->verdicts, found->verdicts.verdicts, sizeof(a->verdicts));
	for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT && a->tried && first && say; id++)
		log_warning("%s", a->verdicts[id].why.text);
}

/* Text has lines on stderr where nothing is attached. */
static int find(void *arg, const struct options *o, const char *netns)
{
	struct found *found = arg;
	struct attachment *a = append(found);
	bool attached = look(o, a), whole = o->format != OUTPUT_TEXT;

	snprintf(a->netns, sizeof(a->netns), "%s", netns);
	found->attached |= attached;
	if (a->no_answer.text[0])
		log_warning("%s", a->no_answer.text);
	if (attached)
		return EXIT_DONE;
	log_warning("%s", a->why.text);
	judge(found, a, !whole);
	if (a->agent[0] && !whole)
		log_info("agent: %s", a->agent);
	return EXIT_NO_SOURCE;
}

static int write_found(const struct options *o, const struct found *found)
{
	const struct output_form *form = &output_forms[o->format];
	const struct output_options options = {.hostname = hostname_get(),
					       .pretty = options_pretty(o, true)};
	struct output_document d;
	int r = form->attachment(&d, found->all, found->n, &options);

	if (!r)
		return report_status(o, report_document(o, &d));
	log_warning("%s: %s", form->word, strerror(-r));
	return EXIT_FAILED;
}

int cli_status(const struct options *o)
{
	struct found found = {.n = 0};
	int status = namespaces_each(o, find, &found);

	if ((found.attached || (found.n && o->format != OUTPUT_TEXT)) && write_found(o, &found))
		status = EXIT_FAILED;
	free(found.all);
	return status;
}
