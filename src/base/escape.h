/* SPDX-License-Identifier: MIT */
/*
 * escape: interface names made safe to print. The kernel allows any byte but '/', ':' and white
 * space in them: control characters, quotes, broken UTF-8.
 */
#ifndef IPFW_BASE_ESCAPE_H
#define IPFW_BASE_ESCAPE_H

#include <stddef.h>

#define ESCAPE_NAME_MAX (15 * 4 + 1) /* every byte of an interface name escaped */

enum escape_form {
	ESCAPE_UTF8,  /* for JSON: valid UTF-8 stays as it is (the writer escapes controls) */
	ESCAPE_TEXT,  /* for terminals: the same, but control characters are escaped as well */
	ESCAPE_ASCII, /* for DisplayString (RFC 2579, NVT ASCII): all but printable ASCII is escaped
		       */
};

/*
 * Write `name` into `dst` (ESCAPE_NAME_MAX bytes are enough for an interface name), each byte
 * that the form does not allow as \xHH. A backslash before an x is written \x5c, so that no two
 * names look alike. Returns dst; a result that does not fit is cut at a whole character.
 */
char *escape_name(char *dst, size_t size, const char *name, enum escape_form form);

#endif
