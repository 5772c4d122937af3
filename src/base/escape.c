/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

size_t escape_decode(const char *text, uint32_t *number)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] > 0xf4)
		return 0;
	*number = n > 1 ? p[0] & (0x7f >> n) : p[0];
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*number = *number << 6 | (p[i] & 0x3f);
	}
	if ((n == 3 && *number < 0x800) || (n == 4 && *number < 0x10000) || *number > 0x10ffff ||
	    (*number >= 0xd800 && *number <= 0xdfff))
		return 0;
	return n;
}

bool escape_is_control(uint32_t number)
{
	static const struct {
		uint16_t first, last;
	} ranges[] = {
		{0x0000, 0x001f}, /* C0 */
		{0x007f, 0x009f}, /* DEL and C1 */
		{0x00ad, 0x00ad}, /* soft hyphen */
		{0x061c, 0x061c}, /* Arabic letter mark */
		{0x180e, 0x180e}, /* Mongolian vowel separator */
		{0x200b, 0x200f}, /* of no width; left-to-right and right-to-left marks */
		{0x2028, 0x202e}, /* separators; embeddings and overrides of direction */
		{0x2060, 0x206f}, /* of no width; isolates of direction; deprecated controls */
		{0xfeff, 0xfeff}, /* byte order mark */
		{0xfff9, 0xfffb}, /* annotations between lines */
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges) && number >= ranges[i].first; i++)
		if (number <= ranges[i].last)
			return true;
	return false;
}

char *escape_name(char *dst, size_t size, const char *name, enum escape_form form)
{
	size_t used = 0;

	while (*name) {
		uint32_t number = 0;
		size_t n = escape_decode(name, &number), length;
		bool plain = n && (form == ESCAPE_SENTENCE || name[0] != '\\' || name[1] != 'x');
		char piece[8];

		if (form != ESCAPE_UTF8 && escape_is_control(number))
			plain = false;
		if (form == ESCAPE_ASCII && n > 1)
			plain = false;
		if (!plain)
			n = 1; /* what follows in the character is none, and so escaped as well */
		length = plain ? n : 4;
		if (used + length >= size)
			break;
		if (plain)
			memcpy(dst + used, name, n);
		else {
			snprintf(piece, sizeof(piece), "\\x%02x", (unsigned char)*name);
			memcpy(dst + used, piece, length);
		}
		used += length;
		name += n;
	}
	if (size)
		dst[used] = '\0';
	return dst;
}

char *escape_undo(char *text)
{
	const char *from = text;
	char *to = text;

	while (*from) {
		if (from[0] == '\\' && from[1] == 'x' && isxdigit((unsigned char)from[2]) &&
		    isxdigit((unsigned char)from[3])) {
			const char digits[] = {from[2], from[3], '\0'};

			*to++ = (char)strtoul(digits, NULL, 16);
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return text;
}

void escape_sentence(char *dst, size_t size, const char *fmt, va_list ap)
{
	char raw[1024];

	vsnprintf(raw, sizeof(raw), fmt, ap);
	escape_name(dst, size, raw, ESCAPE_SENTENCE);
}
