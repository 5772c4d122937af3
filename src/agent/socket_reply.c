/* SPDX-License-Identifier: MIT */
#include "agent/socket_reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hostname.h"
#include "base/log.h"

static struct socket_reply *new_document(void)
{
	struct socket_reply *d = calloc(1, sizeof(*d));

	if (!d)
		log_fatal("%s", strerror(ENOMEM));
	d->references = 1;
	return d;
}

static int make(struct output_document *out, const struct snapshot *reading,
		const struct request *r, const char *note)
{
	const struct output_options options = {.hostname = hostname_get(),
					       .note = note,
					       .pretty = r->pretty,
					       .verbose = r->verbose};

	return output_forms[r->format].make(out, reading, NULL, &options);
}

static void append(struct output_document *out, const char *line)
{
	char *text = realloc(out->text, out->size + strlen(line));

	if (!text)
		log_fatal("%s", strerror(ENOMEM));
	memcpy(text + out->size, line, strlen(line));
	out->text = text;
	out->size += strlen(line);
}

static void put_reading(struct socket_reply *d, const struct snapshot *reading,
			const struct request *r, const char *note)
{
	struct snapshot *filtered = NULL;
	int failed;

	d->reading_ns = reading->mono_ns;
	request_format(d->asked, sizeof(d->asked), r);
	if (r->filter.include.n || r->filter.exclude.n) {
		filtered = snapshot_copy(reading);
		if (!filtered)
			log_fatal("%s", strerror(ENOMEM));
		filter_apply(&r->filter, filtered);
	}
	failed = make(&d->out, filtered ? filtered : reading, r, note);
	if (failed)
		log_fatal("%s", strerror(-failed));
	snapshot_free(filtered);
}

struct socket_reply *socket_reply_new(const struct socket_content *content, const struct request *r)
{
	struct socket_reply *d = new_document();

	if (r->status) {
		append(&d->out, content->status);
		append(&d->out, "\n");
	} else {
		put_reading(d, content->reading, r, content->note);
	}
	if (r->netns)
		append(&d->out, REQUEST_END);
	return d;
}

struct socket_reply *socket_reply_error(const char *why)
{
	struct socket_reply *d = new_document();

	append(&d->out, REQUEST_ERROR);
	append(&d->out, why);
	append(&d->out, "\n");
	return d;
}

bool socket_reply_is(const struct socket_reply *d, const struct snapshot *reading,
		     const struct request *r)
{
	char asked[sizeof(d->asked)];

	request_format(asked, sizeof(asked), r);
	return d->reading_ns == reading->mono_ns && !strcmp(d->asked, asked);
}

struct socket_reply *socket_reply_share(struct socket_reply *d)
{
	d->references++;
	return d;
}

void socket_reply_free(struct socket_reply *d)
{
	if (!d || --d->references)
		return;
	free(d->out.text);
	free(d);
}
