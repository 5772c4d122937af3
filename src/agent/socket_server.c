/* SPDX-License-Identifier: MIT */
#include "agent/socket_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/socket_file.h"
#include "agent/socket_reply.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/schedule.h"
#include "base/units.h"
#include "output/request.h"

#define CHECK_NS   (5 * NS_PER_S) /* between two looks at the socket's file */
#define REFUSED_NS NS_PER_S       /* after accept() failed */

enum state { FREE, READING, WAITING, SENDING };

struct client {
	enum state state;
	int fd;
	uint64_t deadline_ns;
	char line[REQUEST_MAX + 1];
	size_t have; /* octets in `line` */
	struct request request;
	struct socket_reply *document;
	size_t sent;
};

struct socket_server {
	struct socket_server_config config;
	struct socket_file socket;
	int epoll_fd, timer_fd;
	bool accepting;
	uint64_t accept_ns, check_ns; /* not before */
	struct why trouble;           /* why it does not listen; "": it does */
	struct client clients[SOCKET_SERVER_CLIENTS];
};

/* What an epoll event is about: the number of a client, or one of these. */
enum { ABOUT_SOCKET = SOCKET_SERVER_CLIENTS, ABOUT_TIMER };

static int watch(struct socket_server *s, int op, int fd, uint32_t events, uint64_t about)
{
	struct epoll_event e = {.events = events, .data.u64 = about};

	return epoll_ctl(s->epoll_fd, op, fd, &e) ? -errno : 0;
}

static void watch_client(struct socket_server *s, struct client *c, uint32_t events)
{
	watch(s, EPOLL_CTL_MOD, c->fd, events, c - s->clients);
}

static void accept_or_not(struct socket_server *s, bool accepting)
{
	if (s->socket.fd >= 0 && accepting != s->accepting)
		watch(s, EPOLL_CTL_MOD, s->socket.fd, accepting ? EPOLLIN : 0, ABOUT_SOCKET);
	s->accepting = accepting;
}

static void end_client(struct client *c)
{
	close(c->fd);
	request_clear(&c->request);
	socket_reply_free(c->document);
	*c = (struct client){.state = FREE, .fd = -1};
}

static void send_more(struct client *c)
{
	const struct output_document *out = &c->document->out;
	ssize_t n =
		send(c->fd, out->text + c->sent, out->size - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n > 0)
		c->sent += n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		return end_client(c);
	if (c->sent == out->size)
		end_client(c);
}

/* The client takes over the caller's reference. */
static void start_sending(struct socket_server *s, struct client *c, struct socket_reply *d)
{
	c->document = d;
	c->state = SENDING;
	watch_client(s, c, EPOLLOUT);
	send_more(c);
}

static void refuse(struct socket_server *s, struct client *c, const char *why)
{
	start_sending(s, c, socket_reply_error(why));
}

static void take_request(struct socket_server *s, struct client *c, size_t size)
{
	struct why why;

	if (request_parse(&c->request, c->line, size, &why))
		return refuse(s, c, why.text);
	if (!request_fits(s->config.filter, &c->request.filter))
		return refuse(s, c, "this agent leaves some of these interfaces out");
	c->state = WAITING;
	watch_client(s, c, 0);
}

static void read_more(struct socket_server *s, struct client *c)
{
	ssize_t n = read(c->fd, c->line + c->have, REQUEST_MAX - c->have);
	const char *end;

	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR)
			end_client(c);
		return;
	}
	end = memchr(c->line + c->have, '\n', n);
	c->have += n;
	if (end)
		take_request(s, c, end - c->line);
	else if (n == 0)
		take_request(s, c, c->have);
	else if (c->have == REQUEST_MAX)
		refuse(s, c, "the request is too long");
}

static void accept_clients(struct socket_server *s, uint64_t now_ns)
{
	for (size_t i = 0; i < SOCKET_SERVER_CLIENTS; i++) {
		struct client *c = &s->clients[i];
		int fd;

		if (c->state != FREE)
			continue;
		fd = accept4(s->socket.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED))
			return;
		if (fd >= 0 && watch(s, EPOLL_CTL_ADD, fd, EPOLLIN, i)) {
			close(fd);
			fd = -1;
		}
		if (fd < 0) { /* no descriptor to be had: it would be tried all the time */
			s->accept_ns = now_ns + REFUSED_NS;
			return accept_or_not(s, false);
		}
		c->fd = fd;
		c->state = READING;
		c->deadline_ns = now_ns + SOCKET_SERVER_DEADLINE_S * NS_PER_S;
	}
	accept_or_not(s, false);
}

static void drain(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

static bool wants_answer(const struct socket_server *s)
{
	for (size_t i = 0; i < SOCKET_SERVER_CLIENTS; i++)
		if (s->clients[i].state == WAITING)
			return socket_replies_room(s->config.replies);
	return false;
}

/* Set the timer: at once when a client can be answered, else for the next deadline. */
static void set_timer(struct socket_server *s)
{
	uint64_t at_ns = s->accept_ns;
	struct itimerspec schedule = {{0, 0}, {0, 0}};

	for (size_t i = 0; i < SOCKET_SERVER_CLIENTS; i++)
		if (s->clients[i].state != FREE && (!at_ns || s->clients[i].deadline_ns < at_ns))
			at_ns = s->clients[i].deadline_ns;
	if (wants_answer(s))
		at_ns = 1;
	if (at_ns)
		schedule.it_value = clock_until(at_ns);
	timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &schedule, NULL);
}

/* End what is late, accept others where there is room, and see to it that this goes on. */
static void tidy(struct socket_server *s)
{
	uint64_t now_ns = clock_now_ns();
	bool room = false;

	if (s->accept_ns <= now_ns)
		s->accept_ns = 0;
	for (size_t i = 0; i < SOCKET_SERVER_CLIENTS; i++) {
		if (s->clients[i].state != FREE && s->clients[i].deadline_ns <= now_ns)
			end_client(&s->clients[i]);
		room |= s->clients[i].state == FREE;
	}
	if (room && !s->accept_ns)
		accept_or_not(s, true);
	set_timer(s);
}

bool socket_server_serve(struct socket_server *s)
{
	struct epoll_event events[SOCKET_SERVER_CLIENTS + 2];
	uint64_t now_ns = clock_now_ns();
	int n = epoll_wait(s->epoll_fd, events, SOCKET_SERVER_CLIENTS + 2, 0);

	for (int i = 0; i < n; i++) {
		struct client *c = &s->clients[events[i].data.u64 % SOCKET_SERVER_CLIENTS];

		if (events[i].data.u64 == ABOUT_SOCKET)
			accept_clients(s, now_ns);
		else if (events[i].data.u64 == ABOUT_TIMER)
			drain(s->timer_fd); /* what is late is seen below */
		else if (events[i].events & (EPOLLHUP | EPOLLERR))
			end_client(c); /* nobody is there to read an answer */
		else if (c->state == READING)
			read_more(s, c);
		else if (c->state == SENDING)
			send_more(c);
	}
	tidy(s);
	return wants_answer(s);
}

/*
 * Answer one client. `made`: the document that was made before in this call, the only one; the
 * caller gives it back.
 */
static void answer(struct socket_server *s, struct client *c,
		   const struct socket_contents *contents, struct socket_reply **made)
{
	const struct socket_content *content = socket_contents_find(contents, &c->request);
	struct socket_reply *d;
	char incomplete[300];

	if (!content)
		return refuse(s, c, "this agent counts in another network namespace");
	if (c->request.status)
		return start_sending(s, c, socket_reply_status(content, &c->request));
	if (!content->reading)
		return refuse(s, c, content->why);
	if (c->request.netns && content->reading->troubles) {
		snprintf(incomplete, sizeof(incomplete), "incomplete: %s",
			 content->reading->trouble);
		return refuse(s, c, incomplete);
	}
	d = socket_replies_find(s->config.replies, content, &c->request);
	if (!d && !*made) {
		d = socket_replies_make(s->config.replies, contents, content, &c->request);
		*made = socket_reply_share(d); /* though it may be sent at once */
	}
	if (d)
		start_sending(s, c, d);
}

void socket_server_answer(struct socket_server *s, const struct socket_contents *contents)
{
	struct socket_reply *made = NULL;

	for (size_t i = 0; i < SOCKET_SERVER_CLIENTS; i++)
		if (s->clients[i].state == WAITING)
			answer(s, &s->clients[i], contents, &made);
	socket_reply_free(made);
	tidy(s);
}

int socket_server_fd(const struct socket_server *s)
{
	return s ? s->epoll_fd : -1;
}

void socket_server_check(struct socket_server *s)
{
	uint64_t now_ns = clock_now_ns();
	const char *path = s ? s->config.path : NULL;
	struct why why = {""};
	int r;

	if (!s || now_ns < s->check_ns)
		return;
	s->check_ns = now_ns + CHECK_NS;
	if (socket_file_reachable(&s->socket, path))
		return;
	socket_file_close(&s->socket, path);
	r = socket_file_open(&s->socket, path, s->config.mode, s->config.gid, &why);
	if (!r) {
		s->accepting = true;
		r = watch(s, EPOLL_CTL_ADD, s->socket.fd, EPOLLIN, ABOUT_SOCKET);
		if (r) {
			why_errno(&why, r, NULL);
			socket_file_close(&s->socket, path);
		}
	}
	if (r && strcmp(why.text, s->trouble.text) != 0)
		log_warning("no readings at %s: %s", path, why.text);
	else if (!r && s->trouble.text[0])
		log_info("readings at %s again", path);
	s->trouble = why;
}

void socket_server_set_filter(struct socket_server *s, const struct filter *filter)
{
	if (s)
		s->config.filter = filter;
}

int socket_server_open(struct socket_server **out, const struct socket_server_config *config)
{
	struct socket_server *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->config = *config;
	s->socket.fd = -1;
	for (size_t i = 0; i < SOCKET_SERVER_CLIENTS; i++)
		s->clients[i].fd = -1;
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	r = s->epoll_fd < 0 || s->timer_fd < 0
		    ? -errno
		    : watch(s, EPOLL_CTL_ADD, s->timer_fd, EPOLLIN, ABOUT_TIMER);
	if (r) {
		socket_server_close(s);
		return r;
	}
	socket_server_check(s);
	*out = s;
	return 0;
}

void socket_server_close(struct socket_server *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < SOCKET_SERVER_CLIENTS; i++)
		if (s->clients[i].state != FREE)
			end_client(&s->clients[i]);
	socket_file_close(&s->socket, s->config.path);
	if (s->timer_fd >= 0)
		close(s->timer_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	free(s);
}
