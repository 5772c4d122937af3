/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"

#define ABOUT_MAX 256

static atomic_bool waits = true;
static atomic_bool informs = true;
static atomic_uint lost; /* lines that had no reader */
static _Thread_local const char *about;
static void (*diverted)(void *arg, const char *line);
static void *diverted_arg;

/* Whether a line can be written at once. A pipe says so while it has room for PIPE_BUF octets. */
static bool has_room(void)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	return waits || poll(&p, 1, 0) != 0;
}

/* In one call: lines of two threads never mix. */
static bool put(const char *line)
{
	return has_room() && write(STDERR_FILENO, line, strlen(line)) >= 0;
}

__attribute__((format(printf, 1, 0))) static void write_line(const char *fmt, va_list ap)
{
	static const char prefix[] = "ipfwagent: ";
	char line[sizeof(prefix) + ABOUT_MAX + 512];
	unsigned n = atomic_exchange(&lost, 0);
	size_t length;

	if (n) {
		snprintf(line, sizeof(line), "%s%u messages could not be written\n", prefix, n);
		if (!put(line)) {
			lost += n + 1;
			return;
		}
	}
	memcpy(line, prefix, sizeof(prefix));
	if (about) {
		strcat(escape_name(line + sizeof(prefix) - 1, ABOUT_MAX - 2, about, ESCAPE_TEXT),
		       ": ");
	}
	length = strlen(line);
	escape_sentence(line + length, sizeof(line) - length - 1, fmt, ap);
	if (diverted) {
		diverted(diverted_arg, line + sizeof(prefix) - 1);
		return;
	}
	length = strlen(line);
	memcpy(line + length, "\n", 2);
	if (!put(line))
		lost++;
}

void log_about(const char *subject)
{
	about = subject;
}

void log_divert(void (*take)(void *arg, const char *line), void *arg)
{
	diverted = take;
	diverted_arg = arg;
}

void log_never_wait(void)
{
	waits = false;
}

void log_no_info(void)
{
	informs = false;
}

void log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	write_line(fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	if (!informs)
		return;
	va_start(ap, fmt);
	write_line(fmt, ap);
	va_end(ap);
}

void log_fatal(const char *fmt, ...)
{
	va_list ap;

	diverted = NULL;
	va_start(ap, fmt);
	write_line(fmt, ap);
	va_end(ap);
	exit(1);
}
