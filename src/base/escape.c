/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Length of the valid UTF-8 sequence (RFC 3629) at p, 0 if there is none. */
static size_t utf8_length(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static bool is_control(const unsigned char *p)
{
	return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

char *escape_name(char *dst, size_t size, const char *name, enum escape_form form)
{
	const unsigned char *p = (const unsigned char *)name;
	size_t used = 0;

	while (*p) {
		size_t n = utf8_length(p);
		bool plain = n && !(p[0] == '\\' && p[1] == 'x');
		char piece[8];
		size_t length;

		if (form != ESCAPE_UTF8 && plain && is_control(p))
			plain = false;
		if (form == ESCAPE_ASCII && n > 1)
			plain = false;
		if (!plain)
			n = 1;
		length = plain ? n : 4;
		if (used + length >= size)
			break;
		if (plain)
			memcpy(dst + used, p, n);
		else {
			snprintf(piece, sizeof(piece), "\\x%02x", *p);
			memcpy(dst + used, piece, length);
		}
		used += length;
		p += n;
	}
	if (size)
		dst[used] = '\0';
	return dst;
}
