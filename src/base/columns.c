/* SPDX-License-Identifier: MIT */
#include "base/columns.h"

#include <locale.h>
#include <threads.h>
#include <wchar.h>

#include "base/escape.h"

/* The program's own locale may know ASCII only. */
static locale_t utf8;
static once_flag utf8_once = ONCE_FLAG_INIT;

static void find_utf8(void)
{
	utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static unsigned width_of(uint32_t number)
{
	locale_t before;
	int width;

	call_once(&utf8_once, find_utf8);
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	width = wcwidth((wchar_t)number);
	uselocale(before);
	return width < 0 ? 1 : width;
}

unsigned columns_next(const char *text, size_t *size)
{
	uint32_t number;

	*size = (unsigned char)*text < 0x80 ? 1 : escape_decode(text, &number);
	if (*size > 1)
		return width_of(number);
	*size = 1;
	return 1;
}

unsigned columns_of(const char *text)
{
	unsigned columns = 0;
	size_t size;

	for (; *text; text += size)
		columns += columns_next(text, &size);
	return columns;
}

size_t columns_prefix(const char *text, unsigned columns)
{
	size_t n = 0, size;

	for (; text[n]; n += size) {
		unsigned width = columns_next(text + n, &size);

		if (width > columns)
			break;
		columns -= width;
	}
	return n;
}
