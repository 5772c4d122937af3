/* SPDX-License-Identifier: MIT */
#include "agent/socket_reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static struct reading_document *new_document(void)
{
	struct reading_document *d = calloc(1, sizeof(*d));

	if (!d)
		log_fatal("%s", strerror(ENOMEM));
	d->references = 1;
	return d;
}

static int make(struct out_document *out, const struct snapshot *reading,
		const struct reading_request *r, const char *note)
{
	char hostname[256] = "localhost";
	const struct out_options options = {
		.hostname = hostname, .note = note, .pretty = r->pretty, .verbose = r->verbose};

	gethostname(hostname, sizeof(hostname) - 1);
	return out_forms[r->format].make(out, reading, NULL, &options);
}

static void append(struct out_document *out, const char *line)
{
	char *text = realloc(out->text, out->size + strlen(line));

	if (!text)
		log_fatal("%s", strerror(ENOMEM));
	memcpy(text + out->size, line, strlen(line));
	out->text = text;
	out->size += strlen(line);
}

struct reading_document *reading_document_new(const struct snapshot *reading,
					      const struct reading_request *r, const char *note)
{
	struct reading_document *d = new_document();
	struct snapshot *filtered = NULL;
	int failed;

	d->reading_ns = reading->mono_ns;
	reading_request_format(d->asked, sizeof(d->asked), r);
	if (r->filter.include.n || r->filter.exclude.n) {
		filtered = snapshot_copy(reading);
		if (!filtered)
			log_fatal("%s", strerror(ENOMEM));
		filter_apply(&r->filter, filtered);
	}
	failed = make(&d->out, filtered ? filtered : reading, r, note);
	if (failed)
		log_fatal("%s", strerror(-failed));
	if (r->netns)
		append(&d->out, READING_END);
	snapshot_free(filtered);
	return d;
}

struct reading_document *reading_document_error(const char *why)
{
	struct reading_document *d = new_document();

	append(&d->out, READING_ERROR);
	append(&d->out, why);
	append(&d->out, "\n");
	return d;
}

bool reading_document_is(const struct reading_document *d, const struct snapshot *reading,
			 const struct reading_request *r)
{
	char asked[sizeof(d->asked)];

	reading_request_format(asked, sizeof(asked), r);
	return d->reading_ns == reading->mono_ns && !strcmp(d->asked, asked);
}

struct reading_document *reading_document_share(struct reading_document *d)
{
	d->references++;
	return d;
}

void reading_document_free(struct reading_document *d)
{
	if (!d || --d->references)
		return;
	free(d->out.text);
	free(d);
}
