/* SPDX-License-Identifier: MIT */
#include "cli/agent_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/schedule.h"
#include "base/units.h"

#define PATIENCE_MS 2000
#define ANSWER_MAX  ((size_t)256 << 20)

/* Returns a descriptor, or -errno. It waits for a place among the agent's clients. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/* Read to the end of the stream. Returns 0 or -errno. */
static int read_all(struct output_document *d, int fd)
{
	uint64_t until_ns = clock_now_ns() + PATIENCE_MS * NS_PER_MS, now_ns;
	size_t room = 0;

	while ((now_ns = clock_now_ns()) < until_ns) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (d->size == room) {
			char *text;

			room = room ? 2 * room : 65536;
			text = room <= ANSWER_MAX ? realloc(d->text, room) : NULL;
			if (!text)
				return -ENOMEM;
			d->text = text;
		}
		if (poll(&p, 1, (until_ns - now_ns) / NS_PER_MS + 1) <= 0)
			continue;
		n = recv(fd, d->text + d->size, room - d->size, MSG_DONTWAIT);
		if (n == 0)
			return 0;
		if (n > 0)
			d->size += n;
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -ETIMEDOUT;
}

/* Take the last line off a whole document. Returns 0, or -EPROTO: it is an error or the half. */
static int take_end(struct output_document *d)
{
	const size_t end = strlen(REQUEST_END);

	if (d->size <= end || d->text[d->size - end - 1] != '\n' ||
	    memcmp(d->text + d->size - end, REQUEST_END, end) != 0)
		return -EPROTO;
	d->size -= end;
	return 0;
}

int agent_client_read(struct output_document *d, const char *path, const struct request *r)
{
	char line[REQUEST_MAX + 1];
	int size = request_format(line, sizeof(line), r), fd, result;

	*d = (struct output_document){NULL, 0};
	if (!path)
		return -ENOENT;
	if (!r->netns)
		return -ENOTSUP;
	if (size < 0)
		return size;
	fd = connect_to(path);
	if (fd < 0)
		return fd;
	result = send(fd, line, size, MSG_NOSIGNAL) == size ? read_all(d, fd) : -EIO;
	if (!result)
		result = take_end(d);
	close(fd);
	if (result) {
		free(d->text);
		*d = (struct output_document){NULL, 0};
	}
	return result;
}
