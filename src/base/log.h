/* SPDX-License-Identifier: MIT */
/*
 * log: messages for people, on stderr, one line each, with the program's name in front.
 */
#ifndef IPFW_BASE_LOG_H
#define IPFW_BASE_LOG_H

/* Something is wrong and the program carries on, or is about to return a failure. */
__attribute__((format(printf, 1, 2))) void log_warning(const char *fmt, ...);

/* A change of state that an operator wants in the journal. */
__attribute__((format(printf, 1, 2))) void log_info(const char *fmt, ...);

/* From now on, drop what log_info() says. */
void log_no_info(void);

/* There is no memory, or the program cannot start: log it and exit with status 1. */
__attribute__((noreturn, format(printf, 1, 2))) void log_fatal(const char *fmt, ...);

/* From now on lines of this thread begin with what they are about; NULL: not any more. The caller
 * keeps it. */
void log_about(const char *subject);

/* From now on, give lines to `take` in place of stderr, without the program's name, but for what
 * log_fatal() says. NULL: to stderr again. */
void log_divert(void (*take)(void *arg, const char *line), void *arg);

/*
 * From now on, drop a line that would have to wait for its reader or that cannot be written. The
 * next line that can be written is preceded by one that says how many were dropped.
 */
void log_never_wait(void);

#endif
