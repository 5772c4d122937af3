/* SPDX-License-Identifier: MIT */
#include "agentx/served.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static const char *name_of(const struct served_context *c)
{
	return c->view ? c->view->context : "";
}

static void free_contexts(struct served_context *contexts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(contexts[i].engine.gaps);
	free(contexts);
}

void served_set(struct served *s, struct mib_view *views)
{
	const struct served before = *s;
	size_t old = 0;

	s->n = !views;
	for (const struct mib_view *v = views; v; v = v->next)
		s->n++;
	s->views = views;
	s->contexts = calloc(s->n, sizeof(*s->contexts));
	if (!s->contexts)
		log_fatal("%s", strerror(ENOMEM));
	for (size_t i = 0; i < s->n; i++, views = views ? views->next : NULL) {
		struct served_context *c = &s->contexts[i];

		c->view = views;
		/* Without this memory it is only slower. */
		if (mib_wants_gaps(views))
			c->engine.gaps = malloc(sizeof(*c->engine.gaps));
		mib_context_init(&c->engine, views);
		while (old < before.n && strcmp(name_of(&before.contexts[old]), name_of(c)) < 0)
			old++;
		if (old < before.n && !strcmp(name_of(&before.contexts[old]), name_of(c)))
			c->ask_again_ns = before.contexts[old].ask_again_ns;
	}
	free_contexts(before.contexts, before.n);
	mib_view_free(before.views);
}

static int compare(const void *name, const void *context)
{
	return strcmp(name, name_of(context));
}

struct served_context *served_find(const struct served *s, const char *name)
{
	return bsearch(name, s->contexts, s->n, sizeof(*s->contexts), compare);
}

void served_clear(struct served *s)
{
	free_contexts(s->contexts, s->n);
	mib_view_free(s->views);
}
