/* SPDX-License-Identifier: MIT */
/* options_file_parse on any bytes, with every option that there is behind it. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "options/file.h"
#include "options/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of log.c: quiet. */
void log_warning(const char *fmt, ...)
{
	(void)fmt;
}

void log_info(const char *fmt, ...)
{
	(void)fmt;
}

void log_about(const char *subject)
{
	(void)subject;
}

void log_no_info(void)
{
}

void log_never_wait(void)
{
}

void log_divert(void (*take)(void *arg, const char *line), void *arg)
{
	(void)take;
	(void)arg;
}

void log_fatal(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

static int set(void *arg, const char *key, const char *value, struct why *why)
{
	for (size_t i = 0; i < options_rows_count; i++)
		if (!strcmp(options_rows[i].word, key))
			return options_row_set(arg, &options_rows[i], value, why);
	return why_set(why, -EINVAL, "unknown setting '%.60s'", key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options o = {0};
	char *text;

	if (size > OPTIONS_FILE_MAX)
		return 0;
	text = malloc(size + 1);
	if (!text)
		return 0;
	memcpy(text, data, size);
	options_file_parse("conf", text, size, set, &o);
	if (!options_row_same(&options_rows[0], &o, &o))
		abort();
	options_clear(&o);
	free(text);
	return 0;
}
