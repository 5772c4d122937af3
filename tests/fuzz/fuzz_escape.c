/* SPDX-License-Identifier: MIT */
/* escape_name on any bytes, form and size; what fits comes back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[256] = "", *dst;
	size_t room;

	if (size < 2 || size > sizeof(name))
		return 0;
	memcpy(name, data + 2, size - 2);
	room = 1u + data[1];
	dst = malloc(room);
	if (!dst)
		return 0;
	escape_name(dst, room, name, (enum escape_form)(data[0] % 4));
	if (strnlen(dst, room) == room)
		abort();
	if (room > 4 * strlen(name) && data[0] % 4 != ESCAPE_SENTENCE &&
	    strcmp(escape_undo(dst), name) != 0)
		abort();
	free(dst);
	return 0;
}
