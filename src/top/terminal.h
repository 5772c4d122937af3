/* SPDX-License-Identifier: MIT */
/*
 * terminal: the screen and the keyboard, by ncurses. Whatever signal ends the program, the terminal
 * is left as it was; the signals of schedule_open() are the caller's, all others are seen to here.
 */
#ifndef IPFW_TOP_TERMINAL_H
#define IPFW_TOP_TERMINAL_H

#include "base/why.h"
#include "top/page.h"

/*
 * Take the terminal on standard input and output over. Returns 0; -ENOTTY: there is none that takes
 * a page; -EOPNOTSUPP: not built; or another -errno, with a sentence in `why`. Close it after 0.
 */
int terminal_open(struct why *why);
void terminal_close(void); /* a second time does nothing */

/* What a page of it is like. The characters are those of the locale. */
void terminal_size(unsigned *columns, unsigned *rows);
bool terminal_is_utf8(void);

void terminal_show(const struct page *p);

/* The next key that waits, one of enum top_key or a byte; -EIO: the terminal is gone. */
int terminal_key(void);

/* It has another size; somebody else may have written on it. */
void terminal_resize(void);
void terminal_redraw(void);

/* Give it back, stop as SIGTSTP (which is blocked) does, and take it again. */
void terminal_stop(void);

#endif
