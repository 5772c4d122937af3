/* SPDX-License-Identifier: MIT */
/*
 * procfs_text: the contents of a file of /proc, in lines. A captured tree may hold anything, so
 * lines and files have a limit.
 */
#ifndef IPFW_SOURCES_PROCFS_TEXT_H
#define IPFW_SOURCES_PROCFS_TEXT_H

#include <stddef.h>

/* Begins zeroed; the memory is used again for each file. */
struct procfs_text {
	char *octets; /* with a NUL after the last */
	size_t n, cap;
	size_t next; /* where the next line begins */
};

/* Read a file from its beginning, wherever it stands. Returns 0 or -errno; what could be read is
 * there. */
int procfs_text_read(struct procfs_text *t, int fd);
void procfs_text_clear(struct procfs_text *t);

/*
 * The next line, without its end; it may be written to. Returns 1, 0 at the end of the file,
 * -EBADMSG if it is cut off or has a NUL, -EFBIG: nobody would write such a file.
 */
int procfs_text_line(struct procfs_text *t, char **line);

#endif
