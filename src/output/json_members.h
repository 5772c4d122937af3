/* SPDX-License-Identifier: MIT */
/*
 * json_members: the members that JSON documents consist of. What is not known is null.
 */
#ifndef IPFW_OUTPUT_JSON_MEMBERS_H
#define IPFW_OUTPUT_JSON_MEMBERS_H

#include <time.h>

#include "output/json_writer.h"
#include "output/output.h"

void json_put_text(struct json *j, const char *key, const char *value); /* NULL: null */
void json_put_bool(struct json *j, const char *key, bool known, bool value);
void json_put_u64(struct json *j, const char *key, bool known, uint64_t value);
void json_put_decimal(struct json *j, const char *key, bool known, double value);
void json_put_time(struct json *j, const char *key, bool known, struct timespec t);

/*
 * The name of an interface, any bytes: as the value of `key`, null if it is "", or (key NULL) as
 * the key of what follows.
 */
void json_put_name(struct json *j, const char *key, const char *name);

/*
 * What each document begins with: when, which schema, the host (NULL: not known), and of several
 * network namespaces which one ("": there is just one).
 */
void json_put_head(struct json *j, bool when_known, struct timespec when, const char *hostname,
		   const char *netns);

/* The members of "source" that say what counts, and since when. */
void json_put_source(struct json *j, enum source_id source, enum hooks_id hooks, bool since_known,
		     struct timespec since);

/* End the text and make it a document. Returns 0 or -ENOMEM. */
int json_finish(struct json *j, struct output_document *d);

#endif
