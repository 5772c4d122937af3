/* SPDX-License-Identifier: MIT */
#include "model/attachment.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

char *attachment_line(const struct attachment *a, char *text, size_t size)
{
	char since[CLOCK_TEXT_MAX];

	snprintf(text, size, "%s hooks count since %s, %s%s", snapshot_hooks_names[a->hooks],
		 clock_text(since, &a->since, CLOCK_ISO),
		 a->directory[0] ? "pinned in " : "as long as this process runs", a->directory);
	return text;
}

char *attachment_flowtables(const struct attachment *a, char *text, size_t size)
{
	const char *why = a->fast_path.text;

	snprintf(text, size, "packets of flowtables are %scounted%s%s", why[0] ? "not " : "",
		 why[0] ? ": " : "", why);
	return text;
}

void attachment_log(const struct attachment *a)
{
	char line[512];

	log_info("%s", attachment_line(a, line, sizeof(line)));
	if (a->drops.text[0])
		log_info("dropped packets are not counted: %s", a->drops.text);
	log_info("%s", attachment_flowtables(a, line, sizeof(line)));
}
