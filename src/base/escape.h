/* SPDX-License-Identifier: MIT */
/*
 * escape: text from outside (names of interfaces and of the host, words, paths) made safe to print.
 * The kernel allows any byte but '/', ':' and white space in the name of an interface: control
 * characters, quotes, broken UTF-8.
 */
#ifndef IPFW_BASE_ESCAPE_H
#define IPFW_BASE_ESCAPE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ESCAPE_NAME_MAX  (15 * 4 + 1)  /* every byte of an interface name escaped */
#define ESCAPE_HOST_MAX  (64 * 4 + 1)  /* the same for a hostname */
#define ESCAPE_ALIAS_MAX (255 * 4 + 1) /* and for what the operator calls an interface */
#define ESCAPE_NETNS_MAX (255 * 4 + 1) /* and for the name of a network namespace */

enum escape_form {
	ESCAPE_UTF8,  /* for JSON: valid UTF-8 stays as it is (the writer escapes controls) */
	ESCAPE_TEXT,  /* for terminals: the same, but control characters are escaped as well */
	ESCAPE_ASCII, /* for DisplayString (RFC 2579, NVT ASCII): all but printable ASCII is escaped
		       */
	ESCAPE_SENTENCE, /* as for terminals, but backslashes stay: parts may be escaped already */
};

/*
 * Write `name` into `dst` (ESCAPE_NAME_MAX bytes are enough for an interface name), each byte
 * that the form does not allow as \xHH. A backslash before an x is written \x5c, so that no two
 * names look alike. Returns dst; a result that does not fit is cut at a whole character.
 */
char *escape_name(char *dst, size_t size, const char *name, enum escape_form form);

/* Undo that in place, whatever the form but ESCAPE_SENTENCE was: \xHH is a byte. Returns `text`. */
char *escape_undo(char *text);

/* vsnprintf(3) into a sentence for people: what it is given may hold any text from outside. */
__attribute__((format(printf, 3, 0))) void escape_sentence(char *dst, size_t size, const char *fmt,
							   va_list ap);

/* The character at `p`: its length in bytes, and its number. 0: it is not UTF-8 (RFC 3629). */
size_t escape_decode(const char *p, uint32_t *number);

/*
 * Whether a character does something instead of being seen: the controls C0 and C1, line and
 * paragraph separators, what turns the direction of text, what has no width. None is above U+FFFF.
 */
bool escape_is_control(uint32_t number);

#endif
