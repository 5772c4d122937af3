/* SPDX-License-Identifier: MIT */
#include "mib/notification.h"

#include "base/units.h"
#include <assert.h>
#include <string.h>

#define SUFFIX_MAX 4

/* A subject's notification, and its objects, of which the first are those that tell of a change. */
static const struct subject {
	uint32_t number;
	size_t keys; /* 0: told once, when the watch begins */
	size_t n;
	struct {
		size_t len;
		uint32_t suffix[SUFFIX_MAX]; /* below ipfwObjects */
	} objects[NOTIFICATION_OBJECTS_MAX];
} subjects[] = {
	{3, 0, 1, {{3, {MIB_AGENT, MIB_AGENT_VERSION, 0}}}},
	{1, 1, 1, {{4, {MIB_SYSTEM, 1, MIB_SYSTEM_FORWARDING, FAMILY_IPV4}}}},
	{1, 1, 1, {{4, {MIB_SYSTEM, 1, MIB_SYSTEM_FORWARDING, FAMILY_IPV6}}}},
	{2,
	 2,
	 3,
	 {{3, {MIB_AGENT, MIB_AGENT_SOURCE, 0}},
	  {3, {MIB_AGENT, MIB_AGENT_HOOKS, 0}},
	  {3, {MIB_AGENT, MIB_AGENT_STATUS_TEXT, 0}}}},
};

static_assert(ARRAY_SIZE(subjects) == NOTIFICATION_SUBJECTS, "one watch for each");

/* The subject's objects as they are; false: one is absent. */
static bool observe(const struct subject *subject, struct mib_context *ctx,
		    struct notification *out)
{
	static const uint32_t root[] = {MIB_OBJECTS};

	out->number = subject->number;
	out->n = subject->n;
	for (size_t i = 0; i < subject->n; i++) {
		struct mib_oid *name = &out->names[i];

		memcpy(name->id, root, sizeof(root));
		name->len = ARRAY_SIZE(root);
		for (size_t k = 0; k < subject->objects[i].len; k++)
			name->id[name->len++] = subject->objects[i].suffix[k];
		if (mib_get(ctx, name->id, name->len, &out->values[i]) != MIB_FOUND)
			return false;
	}
	return true;
}

static bool same(const struct mib_value *a, const struct mib_value *b)
{
	return a->type == MIB_STRING ? !strcmp(a->string, b->string) : a->number == b->number;
}

size_t notification_find(struct notification_watch *w, const struct mib_view *view, uint64_t now_ns,
			 uint64_t hold_down_ns, bool quiet,
			 struct notification out[NOTIFICATION_SUBJECTS])
{
	struct mib_context ctx = {.now_ns = now_ns};
	size_t found = 0;

	mib_context_init(&ctx, view);
	for (size_t s = 0; s < NOTIFICATION_SUBJECTS; s++) {
		struct notification *notification = &out[found];
		size_t keys = subjects[s].keys;
		bool first = !w->subjects[s].is_told, changed = first && !keys;

		if (!observe(&subjects[s], &ctx, notification))
			continue;
		for (size_t i = 0; i < keys && !first; i++)
			changed |= !same(&notification->values[i], &w->subjects[s].told[i]);
		if (changed && !quiet && w->subjects[s].sent_ns &&
		    now_ns - w->subjects[s].sent_ns < hold_down_ns)
			continue;
		w->subjects[s].is_told = true;
		memcpy(w->subjects[s].told, notification->values, sizeof(notification->values));
		if (!changed || quiet)
			continue;
		w->subjects[s].sent_ns = notification->at_ns = now_ns;
		found++;
	}
	return found;
}
