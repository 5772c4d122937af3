/* SPDX-License-Identifier: MIT */
/*
 * json_writer: a streaming writer into memory. It exists because a reading of 2,001 interfaces
 * takes 28.6 million instructions with it and 47.4 million with yajl, where all but the printing
 * takes 4.8.
 *
 * The caller nests: a value in a map comes after its key, and every open is closed. Keys are plain
 * ASCII of the program's own; names from outside go through json_name() and json_string().
 */
#ifndef IPFW_OUTPUT_JSON_WRITER_H
#define IPFW_OUTPUT_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	char *text; /* owned; free it with free(3) */
	size_t size, cap;
	unsigned depth;
	bool pretty;
	bool first;     /* the innermost map or array is still empty */
	bool after_key; /* the value belongs to a key */
	bool failed;    /* no memory: the text is incomplete */
};

void json_open(struct json *j, char bracket);  /* '{' or '[' */
void json_close(struct json *j, char bracket); /* '}' or ']' */
void json_key(struct json *j, const char *key);

/*
 * A key of any bytes. RFC 8259 requires escapes; a terminal that the text goes to requires those of
 * all that escape_is_control(). What is not UTF-8 becomes \xHH.
 */
void json_name(struct json *j, const char *name);

/* Values. A string is as a key; NULL is null. A decimal is finite and gets six digits. */
void json_string(struct json *j, const char *text);
void json_u64(struct json *j, uint64_t value);
void json_i64(struct json *j, int64_t value);
void json_decimal(struct json *j, double value);
void json_bool(struct json *j, bool value);
void json_null(struct json *j);

/* End the document with a line end; another one may follow. The text then takes no more memory than
 * it needs. */
void json_end(struct json *j);

#endif
