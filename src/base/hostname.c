/* SPDX-License-Identifier: MIT */
#include "base/hostname.h"

#include <string.h>
#include <unistd.h>

const char *hostname_get(void)
{
	static char name[256];

	if (gethostname(name, sizeof(name) - 1))
		strcpy(name, "localhost");
	return name;
}
