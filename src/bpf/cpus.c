/* SPDX-License-Identifier: MIT */
#include "bpf/cpus.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define IDS_MAX (1u << 16) /* beyond it something is wrong, and products would overflow */

/* A number, which ends before *rest; -1: there is none, or it is too large. */
static long parse_id(const char *text, char **rest)
{
	unsigned long id;

	if (!isdigit((unsigned char)*text))
		return -1;
	id = strtoul(text, rest, 10);
	return id < IDS_MAX ? (long)id : -1;
}

int cpus_parse(const char *list, struct cpus *out)
{
	char *rest = (char *)list;

	*out = (struct cpus){0, 0};
	do {
		long first = parse_id(rest, &rest), last = first;

		if (first >= 0 && *rest == '-')
			last = parse_id(rest + 1, &rest);
		if (first < (long)out->ids || last < first)
			return -EBADMSG;
		out->count += last - first + 1;
		out->ids = last + 1;
	} while (*rest++ == ',');
	rest--;
	return *rest == 0 || (*rest == '\n' && !rest[1]) ? 0 : -EBADMSG;
}

struct cpus cpus_possible(void)
{
	static struct cpus known;
	struct cpus cpus = {0, 0};
	char *line = NULL;
	size_t size = 0;
	FILE *f;

	if (known.count)
		return known;
	f = fopen("/sys/devices/system/cpu/possible", "re");
	if (!f)
		return cpus;
	if (getline(&line, &size, f) >= 0 && !cpus_parse(line, &cpus))
		known = cpus;
	else
		errno = EBADMSG;
	free(line);
	fclose(f);
	return known;
}
