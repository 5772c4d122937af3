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

#define ANSWER_MAX ((size_t)256 << 20)

static void hang_up(struct agent_call *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* Returns 0; -EAGAIN: the agent has no room for a client now; or another -errno. */
static int connect_to(struct agent_call *c)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int r;

	if (strlen(c->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, c->path, strlen(c->path));
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return -errno;
	r = connect(c->fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	if (r)
		hang_up(c);
	return r;
}

/* Returns 0 or -errno. */
static int send_line(struct agent_call *c)
{
	c->sent = c->sent || send(c->fd, c->line, c->size, MSG_NOSIGNAL) == c->size;
	return c->sent ? 0 : -errno;
}

/* Read what there is. Returns 0 at the end of the stream; -EAGAIN: there will be more; or another
 * -errno. */
static int read_some(struct agent_call *c)
{
	ssize_t n;

	do {
		if (c->document.size == c->room) {
			size_t room = c->room ? 2 * c->room : 65536;
			char *text = room <= ANSWER_MAX ? realloc(c->document.text, room) : NULL;

			if (!text)
				return -ENOMEM;
			c->document.text = text;
			c->room = room;
		}
		n = recv(c->fd, c->document.text + c->document.size, c->room - c->document.size, 0);
		if (n > 0)
			c->document.size += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n ? -errno : 0;
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

int agent_call_begin(struct agent_call *c, const char *path, const struct request *r,
		     uint64_t until_ns, struct why *why)
{
	int error;

	*c = (struct agent_call){.fd = -1, .path = path, .until_ns = until_ns};
	if (!until_ns)
		c->until_ns = clock_now_ns() + AGENT_PATIENCE_NS;
	error = path ? connect_to(c) : -ENOENT;
	if (error == -ENOENT)
		return error;
	if (error && error != -EAGAIN)
		return say_failure(error, path, why);
	if (!r->netns)
		return why_set(why, -ENOTSUP, "cannot tell which network namespace this is");
	c->size = request_format(c->line, sizeof(c->line), r);
	if (c->size < 0)
		return why_set(why, c->size, "the agent at %s takes no such --include or --exclude",
			       path);
	return 0;
}

int agent_call_go_on(struct agent_call *c, struct why *why)
{
	int r = c->fd < 0 ? connect_to(c) : 0;

	if (!r)
		r = send_line(c);
	if (!r)
		r = read_some(c);
	if (r == -EAGAIN && clock_now_ns() < c->until_ns)
		return r;
	hang_up(c);
	if (!r)
		return take_end(&c->document, c->path, why);
	return r == -ENOENT ? r : say_failure(r == -EAGAIN ? -ETIMEDOUT : r, c->path, why);
}

int agent_call_left_ms(const struct agent_call *c)
{
	uint64_t now_ns = clock_now_ns();
	int left_ms = now_ns < c->until_ns ? (c->until_ns - now_ns) / NS_PER_MS + 1 : 0;

	return c->fd >= 0 || left_ms < AGENT_ROOM_MS ? left_ms : AGENT_ROOM_MS;
}

void agent_call_wait(const struct agent_call *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};

	poll(&p, 1, agent_call_left_ms(c));
}

int agent_call_reading(const struct agent_call *c, struct snapshot **s, struct why *note,
		       struct why *why)
{
	return parse(&c->document, s, note, c->path, why);
}

void agent_call_end(struct agent_call *c)
{
	hang_up(c);
	free(c->document.text);
	c->document = (struct output_document){NULL, 0};
}

int agent_client_status(char *line, size_t size, const char *path, uint64_t netns, struct why *why)
{
	const struct request request = {.status = true, .netns = netns};
	struct agent_call c;
	int r = agent_call_begin(&c, path, &request, 0, why);

	while (!r && (r = agent_call_go_on(&c, why)) == -EAGAIN) {
		agent_call_wait(&c);
		r = 0;
	}
	if (!r) {
		c.document.text[strcspn(c.document.text, "\n")] = '\0';
		escape_name(line, size, c.document.text, ESCAPE_SENTENCE);
	}
	agent_call_end(&c);
	return r;
}
