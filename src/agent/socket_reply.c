/* SPDX-License-Identifier: MIT */
#include "agent/socket_reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hostname.h"
#include "base/log.h"

/* No further document is made while clients have so much to read. */
#define OCTETS_MAX (16 << 20)

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

static void end(struct socket_reply *d, const struct request *r)
{
	if (r->netns)
		append(&d->out, REQUEST_END);
}

struct socket_reply *socket_reply_status(const struct socket_content *content,
					 const struct request *r)
{
	struct socket_reply *d = new_document();

	append(&d->out, content->status);
	append(&d->out, "\n");
	end(d, r);
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

struct socket_reply *socket_replies_make(struct socket_replies *all,
					 const struct socket_content *content,
					 const struct request *r)
{
	struct socket_reply *d = new_document();

	put_reading(d, content->reading, r, content->note);
	end(d, r);
	d->of = all;
	d->next = all->first;
	all->first = d;
	return d;
}

struct socket_reply *socket_replies_find(struct socket_replies *all, const struct snapshot *reading,
					 const struct request *r)
{
	char asked[sizeof(all->first->asked)];

	request_format(asked, sizeof(asked), r);
	for (struct socket_reply *d = all->first; d; d = d->next)
		if (d->reading_ns == reading->mono_ns && !strcmp(d->asked, asked))
			return socket_reply_share(d);
	return NULL;
}

bool socket_replies_room(const struct socket_replies *all)
{
	size_t octets = 0;

	for (const struct socket_reply *d = all->first; d; d = d->next)
		if (d->references > d->kept)
			octets += d->out.size;
	return octets < OCTETS_MAX;
}

void socket_replies_keep(struct socket_reply *d)
{
	if (!d->kept)
		socket_reply_share(d);
	d->kept = true;
}

void socket_replies_forget(struct socket_replies *all)
{
	for (struct socket_reply *d = all->first, *next; d; d = next) {
		next = d->next;
		if (d->kept) {
			d->kept = false;
			socket_reply_free(d);
		}
	}
}

struct socket_reply *socket_reply_share(struct socket_reply *d)
{
	d->references++;
	return d;
}

static void leave(struct socket_reply *d)
{
	struct socket_reply **link = &d->of->first;

	while (*link != d)
		link = &(*link)->next;
	*link = d->next;
}

void socket_reply_free(struct socket_reply *d)
{
	if (!d || --d->references)
		return;
	if (d->of)
		leave(d);
	free(d->out.text);
	free(d);
}
