/* SPDX-License-Identifier: MIT */
/* The terminal of a program that was built without ncurses. */
#include <errno.h>

#include "top/terminal.h"

int terminal_open(struct why *why)
{
	return why_set(why, -EOPNOTSUPP, "this ipfwagent was built without ncurses");
}

void terminal_close(void)
{
}

void terminal_size(unsigned *columns, unsigned *rows)
{
	*columns = *rows = 0;
}

bool terminal_is_utf8(void)
{
	return false;
}

void terminal_show(const struct page *p)
{
	(void)p;
}

int terminal_key(void)
{
	return -EIO;
}

void terminal_resize(void)
{
}

void terminal_redraw(void)
{
}

void terminal_stop(void)
{
}
