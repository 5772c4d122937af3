/* SPDX-License-Identifier: MIT */
#include "base/why.h"

#include <stdarg.h>
#include <string.h>

#include "base/escape.h"

int why_set(struct why *why, int error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	escape_sentence(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return error;
}

int why_errno(struct why *why, int error, const char *prefix)
{
	return why_set(why, error, "%s%s%s", prefix ? prefix : "", prefix ? ": " : "",
		       strerror(-error));
}
