/* SPDX-License-Identifier: MIT */
#include "output/json_members.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/escape.h"

void json_put_text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_string(j, value);
}

void json_put_bool(struct json *j, const char *key, bool known, bool value)
{
	json_key(j, key);
	if (known)
		json_bool(j, value);
	else
		json_null(j);
}

void json_put_u64(struct json *j, const char *key, bool known, uint64_t value)
{
	json_key(j, key);
	if (known)
		json_u64(j, value);
	else
		json_null(j);
}

void json_put_decimal(struct json *j, const char *key, bool known, double value)
{
	json_key(j, key);
	if (known)
		json_decimal(j, value);
	else
		json_null(j);
}

void json_put_time(struct json *j, const char *key, bool known, struct timespec t)
{
	char text[CLOCK_TEXT_MAX] = "";

	if (known)
		clock_text(text, &t, CLOCK_ISO_US);
	json_put_text(j, key, text[0] ? text : NULL);
}

void json_put_name(struct json *j, const char *key, const char *name)
{
	char escaped[ESCAPE_NAME_MAX];

	escape_name(escaped, sizeof(escaped), name, ESCAPE_UTF8);
	if (key) {
		json_key(j, key);
		json_string(j,
			    *name ? escaped : NULL); /* nobody saw the interface while it existed */
	} else {
		json_name(j, escaped);
	}
}

void json_put_head(struct json *j, bool when_known, struct timespec when, const char *hostname,
		   const char *netns)
{
	char host[ESCAPE_HOST_MAX], name[ESCAPE_NETNS_MAX];

	json_put_time(j, "timestamp", when_known, when);
	json_put_text(j, "schema", "ipfwagent/1");
	json_put_text(j, "hostname",
		      hostname ? escape_name(host, sizeof(host), hostname, ESCAPE_UTF8) : NULL);
	if (netns[0])
		json_put_text(j, "netns", escape_name(name, sizeof(name), netns, ESCAPE_UTF8));
}

void json_put_source(struct json *j, enum source_id source, enum hooks_id hooks, bool since_known,
		     struct timespec since)
{
	json_put_text(j, "name", snapshot_source_names[source]);
	json_put_text(j, "hooks", hooks == HOOKS_NONE ? NULL : snapshot_hooks_names[hooks]);
	json_put_time(j, "since", since_known, since);
}

int json_finish(struct json *j, struct output_document *d)
{
	json_end(j);
	if (j->failed) {
		free(j->text);
		return -ENOMEM;
	}
	*d = (struct output_document){j->text, j->size};
	return 0;
}
