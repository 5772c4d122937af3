/* SPDX-License-Identifier: MIT */
#include "output/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

/* Make room for `size` more bytes at the end; NULL: no memory, now or before. */
static char *reserve(struct json *j, size_t size)
{
	if (j->failed)
		return NULL;
	if (j->cap - j->size < size) {
		size_t cap = 2 * j->cap + size + 4096;
		char *grown = realloc(j->text, cap);

		if (!grown) {
			j->failed = true;
			return NULL;
		}
		j->text = grown;
		j->cap = cap;
	}
	return j->text + j->size;
}

static void put(struct json *j, const char *text, size_t size)
{
	char *p = reserve(j, size);

	if (!p)
		return;
	memcpy(p, text, size);
	j->size += size;
}

static void put_line(struct json *j)
{
	char *p = reserve(j, 1 + 2 * j->depth);

	if (!p)
		return;
	*p = '\n';
	memset(p + 1, ' ', 2 * j->depth);
	j->size += 1 + 2 * j->depth;
}

/* Write what separates this value or key from the previous one. */
static void separate(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (!j->first)
		put(j, ",", 1);
	if (j->pretty && j->depth)
		put_line(j);
	j->first = false;
}

void json_open(struct json *j, char bracket)
{
	if (j->size)
		separate(j);
	put(j, &bracket, 1);
	j->depth++;
	j->first = true;
}

void json_close(struct json *j, char bracket)
{
	j->depth--;
	if (j->pretty && !j->first)
		put_line(j);
	put(j, &bracket, 1);
	j->first = false;
}

static void end_key(struct json *j)
{
	put(j, ": ", j->pretty ? 2 : 1);
	j->after_key = true;
}

void json_key(struct json *j, const char *key)
{
	separate(j);
	put(j, "\"", 1);
	put(j, key, strlen(key));
	put(j, "\"", 1);
	end_key(j);
}

/* How many bytes can be written as they are. */
static size_t plain_length(const char *text)
{
	size_t length = 0;

	for (;;) {
		unsigned char c = text[length];
		uint32_t number;
		size_t n = 1;

		if (c >= 0x80) {
			n = escape_decode(text + length, &number);
			if (!n || escape_is_control(number))
				return length;
		} else if (c < 0x20 || c == 0x7f || c == '"' || c == '\\') {
			return length;
		}
		length += n;
	}
}

/* One character that cannot. Returns its length. */
static size_t put_escape(struct json *j, const char *text)
{
	uint32_t number;
	size_t n = escape_decode(text, &number);
	char escape[16];

	if (*text == '"' || *text == '\\')
		snprintf(escape, sizeof(escape), "\\%c", *text);
	else if (n)
		snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)number);
	else /* no JSON text may hold it */
		snprintf(escape, sizeof(escape), "\\\\x%02x", (unsigned char)*text);
	put(j, escape, strlen(escape));
	return n ? n : 1;
}

static void put_escaped(struct json *j, const char *text)
{
	put(j, "\"", 1);
	while (*text) {
		size_t plain = plain_length(text);

		put(j, text, plain);
		text += plain;
		if (*text)
			text += put_escape(j, text);
	}
	put(j, "\"", 1);
}

void json_name(struct json *j, const char *name)
{
	separate(j);
	put_escaped(j, name);
	end_key(j);
}

void json_string(struct json *j, const char *text)
{
	if (!text) {
		json_null(j);
		return;
	}
	separate(j);
	put_escaped(j, text);
}

void json_u64(struct json *j, uint64_t value)
{
	char digits[20], *end = digits + sizeof(digits), *p = end;

	do
		*--p = '0' + value % 10;
	while (value /= 10);
	separate(j);
	put(j, p, end - p);
}

void json_i64(struct json *j, int64_t value)
{
	char number[24];

	separate(j);
	put(j, number, snprintf(number, sizeof(number), "%" PRId64, value));
}

void json_decimal(struct json *j, double value)
{
	char number[352]; /* DBL_MAX has 309 digits before the point */

	separate(j);
	put(j, number, snprintf(number, sizeof(number), "%.6f", value));
}

void json_bool(struct json *j, bool value)
{
	separate(j);
	put(j, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json *j)
{
	separate(j);
	put(j, "null", 4);
}

void json_end(struct json *j)
{
	char *fitting;

	put(j, "\n", 1);
	j->first = true;
	fitting = j->failed ? NULL : realloc(j->text, j->size);
	if (fitting) {
		j->text = fitting;
		j->cap = j->size;
	}
}
