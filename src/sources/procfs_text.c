/* SPDX-License-Identifier: MIT */
#include "sources/procfs_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The longest line of Linux 6.18 has 2,195 octets, and its numbers can grow to twice that; an
 * interface takes 122 octets of /proc/net/dev at least.
 */
#define LINE_OCTETS 32768
#define FILE_OCTETS ((size_t)8 << 20)

/* Most files fit in, and then take one call, and one more to see that they end. */
#define LEAST_OCTETS 8192

static bool grow(struct procfs_text *t)
{
	size_t cap = t->cap ? 2 * t->cap : LEAST_OCTETS;
	char *octets = realloc(t->octets, cap);

	if (!octets)
		return false;
	t->octets = octets;
	t->cap = cap;
	return true;
}

int procfs_text_read(struct procfs_text *t, int fd)
{
	ssize_t got = 1;
	int r = 0;

	t->n = t->next = 0;
	while (got > 0 && t->n <= FILE_OCTETS) {
		if (t->n + 1 >= t->cap && !grow(t)) {
			r = -ENOMEM;
			break;
		}
		got = pread(fd, t->octets + t->n, t->cap - 1 - t->n, (off_t)t->n);
		if (got < 0)
			r = -errno;
		else
			t->n += (size_t)got;
	}
	if (t->octets)
		t->octets[t->n] = '\0';
	return r;
}

void procfs_text_clear(struct procfs_text *t)
{
	free(t->octets);
	*t = (struct procfs_text){.octets = NULL};
}

int procfs_text_line(struct procfs_text *t, char **line)
{
	size_t left = t->n - t->next, n = left < LINE_OCTETS - 1 ? left : LINE_OCTETS - 1;
	char *begin, *end;

	if (!left)
		return 0;
	begin = t->octets + t->next;
	end = memchr(begin, '\n', n);
	n = end ? (size_t)(end - begin) + 1 : n;
	if (memchr(begin, '\0', n))
		return -EBADMSG;
	t->next += n;
	if (n == LINE_OCTETS - 1 || t->next > FILE_OCTETS)
		return -EFBIG;
	if (!end)
		return -EBADMSG;
	begin[strcspn(begin, "\r\n")] = '\0';
	*line = begin;
	return 1;
}
