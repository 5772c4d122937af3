/* SPDX-License-Identifier: MIT */
#include "options/commands.h"

#include <stdio.h>

char *commands_name(char *text, size_t size, enum command command)
{
	const struct command_row *row = &commands[command];

	snprintf(text, size, "%s%s%s", row->first ? row->first : "one reading",
		 row->second ? " " : "", row->second ? row->second : "");
	return text;
}
