/* SPDX-License-Identifier: MIT */
#include "agent/socket_reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/hostname.h"
#include "base/log.h"

/* No further document is made while clients have so much to read. */
#define OCTETS_MAX (8 << 20)

const struct socket_content *socket_contents_find(const struct socket_contents *contents,
						  const struct request *r)
{
	for (size_t i = 0; i < contents->n; i++)
		if (!r->netns || r->netns == contents->all[i].netns)
			return &contents->all[i];
	return NULL;
}

const struct socket_content *socket_contents_named(const struct socket_contents *contents,
						   const char *name)
{
	char text[ESCAPE_NETNS_MAX];

	for (size_t i = 0; i < contents->n; i++)
		if (contents->all[i].name &&
		    !strcmp(escape_name(text, sizeof(text), contents->all[i].name, ESCAPE_UTF8),
			    name))
			return &contents->all[i];
	return NULL;
}

static struct socket_reply *new_document(void)
{
	struct socket_reply *d = calloc(1, sizeof(*d));

	if (!d)
		log_fatal("%s", strerror(ENOMEM));
	d->references = 1;
	return d;
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

/* A reading as the filter of the request wants it; the caller frees it. */
static struct snapshot *filtered(const struct snapshot *reading, const struct filter *f)
{
	struct snapshot *s = f->include.n || f->exclude.n
				     ? snapshot_copy(reading)
				     : snapshot_share((struct snapshot *)reading);

	if (!s)
		log_fatal("%s", strerror(ENOMEM));
	if (s != reading)
		filter_apply(f, s);
	return s;
}

/* One document of those contents that have a reading: one of them, or all. */
static void put_readings(struct socket_reply *d, const struct socket_content *contents, size_t n,
			 const struct request *r)
{
	const struct output_form *form = &output_forms[r->format];
	const struct output_options options = {.hostname = hostname_get(),
					       .note = contents->note,
					       .pretty = r->pretty,
					       .verbose = r->verbose};
	struct output_part *parts = calloc(n, sizeof(*parts));
	struct snapshot **readings = calloc(n, sizeof(struct snapshot *));
	size_t count = 0;
	int failed;

	if (!parts || !readings)
		log_fatal("%s", strerror(ENOMEM));
	for (size_t i = 0; i < n; i++) {
		if (!contents[i].reading)
			continue;
		readings[count] = filtered(contents[i].reading, &r->filter);
		parts[count] = (struct output_part){readings[count], NULL, contents[i].note};
		count++;
	}
	failed = r->all && form->list ? form->list(&d->out, parts, count, &options)
				      : form->make(&d->out, readings[0], NULL, &options);
	if (failed)
		log_fatal("%s", strerror(-failed));
	while (count)
		snapshot_free(readings[--count]);
	free(readings);
	free(parts);
}

static void end(struct socket_reply *d, const struct request *r)
{
	if (r->marked)
		append(&d->out, REQUEST_END);
}

struct socket_reply *socket_reply_status(const struct socket_content *content,
					 const struct request *r)
{
	struct socket_reply *d = new_document();
	char line[STATUS_MAX];

	append(&d->out, status_line(&content->about, line, sizeof(line)));
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
					 const struct socket_contents *contents,
					 const struct socket_content *content,
					 const struct request *r)
{
	struct socket_reply *d = new_document();

	d->reading_ns = content->reading->mono_ns;
	d->marked = r->marked;
	request_format(d->asked, sizeof(d->asked), r);
	if (r->all)
		put_readings(d, contents->all, contents->n, r);
	else
		put_readings(d, content, 1, r);
	end(d, r);
	d->of = all;
	d->next = all->first;
	all->first = d;
	return d;
}

struct socket_reply *socket_replies_find(struct socket_replies *all,
					 const struct socket_content *content,
					 const struct request *r)
{
	char asked[sizeof(all->first->asked)];

	request_format(asked, sizeof(asked), r);
	for (struct socket_reply *d = all->first; d; d = d->next)
		if (d->reading_ns == content->reading->mono_ns && d->marked == r->marked &&
		    !strcmp(d->asked, asked))
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
