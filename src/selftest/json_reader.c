/* SPDX-License-Identifier: MIT */
#include "selftest/json_reader.h"

#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\n\r");
}

/* Behind the string that begins at `at`. */
static const char *skip_string(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/* Behind the value: brackets outside of strings close each other. */
static const char *skip_value(const char *at)
{
	unsigned depth = 0;

	do {
		at = skip_space(at);
		if (*at == '"') {
			at = skip_string(at);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		if (*at == '}' || *at == ']')
			depth--;
		if (*at)
			at++;
		if (!depth)
			at += strcspn(at, ",}] \t\n\r"); /* the rest of a number or a word */
	} while (depth && *at);
	return at;
}

/* The value of a key in the map that begins at `at`; NULL: it has none, or is no map. */
static const char *find_key(const char *at, const char *key)
{
	const size_t length = strlen(key);

	if (*at != '{')
		return NULL;
	at = skip_space(at + 1);
	while (*at == '"') {
		const char *name = at + 1, *end = skip_string(at);
		bool found = (size_t)(end - 1 - name) == length && !strncmp(name, key, length);

		at = skip_space(end);
		at = skip_space(*at == ':' ? at + 1 : at);
		if (found)
			return at;
		at = skip_space(skip_value(at));
		at = skip_space(*at == ',' ? at + 1 : at);
	}
	return NULL;
}

bool json_reader_u64(const char *text, const char *const path[JSON_READER_DEPTH + 1], uint64_t *out)
{
	const char *at = skip_space(text);

	for (int i = 0; i < JSON_READER_DEPTH && path[i] && at; i++)
		at = find_key(at, path[i]);
	if (!at || *at < '0' || *at > '9')
		return false;
	*out = strtoull(at, NULL, 10);
	return true;
}
