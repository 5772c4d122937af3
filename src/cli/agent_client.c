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
#include "base/escape.h"
#include "base/schedule.h"
#include "base/units.h"
#include "output/plain.h"

#define PATIENCE_MS 2000
#define ANSWER_MAX  ((size_t)256 << 20)

/* Returns a descriptor, or -errno. Waits until the agent has room for a client. */
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

static int say_failure(int error, const char *path, struct why *why)
{
	if (error == -ETIMEDOUT || error == -EAGAIN)
		return why_set(why, -ETIMEDOUT, "the agent at %s does not answer", path);
	return why_set(why, error, "the agent at %s: %s", path, strerror(-error));
}

/* Remove the last line of a whole document. Returns 0, or -EPROTO and the agent's sentence. */
static int take_end(struct output_document *d, const char *path, struct why *why)
{
	const size_t end = strlen(REQUEST_END), error = strlen(REQUEST_ERROR);

	if (d->size > end && d->text[d->size - end - 1] == '\n' &&
	    !memcmp(d->text + d->size - end, REQUEST_END, end)) {
		d->size -= end;
		return 0;
	}
	if (d->size > error && d->text[d->size - 1] == '\n' &&
	    !memcmp(d->text, REQUEST_ERROR, error))
		return why_set(why, -EPROTO, "the agent at %s: %.*s", path,
			       (int)(d->size - error - 1), d->text + error);
	return why_set(why, -EPROTO, "the agent at %s: its answer is not whole", path);
}

/* Send the line and read the whole answer. */
static int ask(struct output_document *d, int fd, const char *path, const char *line, int size,
	       struct why *why)
{
	int r = send(fd, line, size, MSG_NOSIGNAL) == size ? read_all(d, fd) : -errno;

	return r ? say_failure(r, path, why) : take_end(d, path, why);
}

static int parse(const struct output_document *d, struct snapshot **s, struct why *note,
		 const char *path, struct why *why)
{
	int r;

	*s = snapshot_new();
	r = *s ? plain_read(d, *s, note->text, sizeof(note->text)) : -ENOMEM;
	if (!r)
		return 0;
	snapshot_free(*s);
	*s = NULL;
	return say_failure(r, path, why);
}

/* Have that request answered: a document that the caller frees, also when this fails. */
static int request_document(struct output_document *d, const char *path, const struct request *r,
			    struct why *why)
{
	char line[REQUEST_MAX + 1];
	int size = request_format(line, sizeof(line), r);
	int fd = path ? connect_to(path) : -ENOENT, result;

	if (fd == -ENOENT)
		return fd;
	if (fd < 0)
		return say_failure(fd, path, why);
	if (!r->netns)
		result = why_set(why, -ENOTSUP, "cannot tell which network namespace this is");
	else if (size < 0)
		result = why_set(why, size, "the agent at %s takes no such --include or --exclude",
				 path);
	else
		result = ask(d, fd, path, line, size, why);
	close(fd);
	return result;
}

int agent_client_read(struct snapshot **s, struct why *note, const char *path,
		      const struct request *r, struct why *why)
{
	struct output_document d = {NULL, 0};
	int result = request_document(&d, path, r, why);

	if (!result)
		result = parse(&d, s, note, path, why);
	free(d.text);
	return result;
}

int agent_client_status(char *line, size_t size, const char *path, uint64_t netns, struct why *why)
{
	const struct request request = {.status = true, .netns = netns};
	struct output_document d = {NULL, 0};
	int result = request_document(&d, path, &request, why);

	if (!result) {
		d.text[strcspn(d.text, "\n")] = '\0';
		escape_name(line, size, d.text, ESCAPE_SENTENCE);
	}
	free(d.text);
	return result;
}
