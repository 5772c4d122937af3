/* SPDX-License-Identifier: MIT */
#include "agent/http_server.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "agent/http_library.h"
#include "agent/http_listen.h"
#include "agent/http_request.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"
#include "http_page.inc"

#define CLIENT_MEMORY 16384 /* for a request and the head of its answer: no more is taken */
#define SILENT_NS     NS_PER_S
#define NEVER         UINT64_MAX
#define ABOUT_LIBRARY HTTP_CLIENTS /* an event, that is not about a client of that number */

/* Nothing is loaded from anywhere, and nobody shows it within a page of his own. */
#define PAGE_POLICY                                                                                \
	"default-src 'none'; connect-src 'self'; img-src data:; " HTTP_PAGE_SOURCES                \
	"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

struct client {
	struct MHD_Connection *connection; /* NULL: free */
	int fd;
	uint64_t deadline_ns;
	bool answered;
};

struct http_server {
	struct http_server_config config;
	struct address address;
	struct http_library lib;
	struct MHD_Daemon *daemon;
	int epoll_fd, timer_fd;
	bool verbose;
	bool ended; /* a client: another one may be accepted */
	struct client clients[HTTP_CLIENTS];
};

static int watch(struct http_server *s, int fd, uint32_t events, uint64_t about)
{
	struct epoll_event e = {.events = events, .data.u64 = about};

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

static void on_connection(void *arg, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct http_server *s = arg;
	struct client *c = *context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		s->ended = true;
		if (c)
			c->connection = NULL;
		return;
	}
	for (c = s->clients; c < s->clients + HTTP_CLIENTS - 1 && c->connection;)
		c++;
	*c = (struct client){.connection = connection};
	c->fd = s->lib.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
			->connect_fd;
	c->deadline_ns = clock_now_ns() + HTTP_DEADLINE_S * NS_PER_S;
	watch(s, c->fd, EPOLLRDHUP | EPOLLONESHOT, c - s->clients);
	*context = c;
}

static enum MHD_Result on_argument(void *arg, enum MHD_ValueKind kind, const char *key,
				   const char *value)
{
	struct http_request *r = arg;

	(void)kind;
	if (!strcmp(key, "pretty") && !value)
		r->pretty = true;
	else if (!strcmp(key, "netns") && value)
		r->netns = value;
	else
		r->unknown = true;
	return MHD_YES;
}

static void give_back(void *reply)
{
	socket_reply_free(reply);
}

/* NULL: there is no memory. */
static struct MHD_Response *answer_text(const struct http_server *s, const char *text)
{
	char line[512];
	int size = snprintf(line, sizeof(line), "%s\n", text);

	return s->lib.MHD_create_response_from_buffer(
		size < (int)sizeof(line) ? size : (int)sizeof(line) - 1, line,
		MHD_RESPMEM_MUST_COPY);
}

static struct MHD_Response *answer_page(const struct http_server *s)
{
	struct MHD_Response *response = s->lib.MHD_create_response_from_buffer(
		sizeof(http_page), (void *)http_page, MHD_RESPMEM_PERSISTENT);

	if (response)
		s->lib.MHD_add_response_header(response, "Content-Security-Policy", PAGE_POLICY);
	return response;
}

/* The document that is asked for. What stands in its way becomes the verdict. */
static struct MHD_Response *answer_document(struct http_server *s, struct http_verdict *v)
{
	const struct socket_contents *contents = s->config.contents(s->config.arg);
	const struct socket_content *content =
		v->netns ? socket_contents_named(contents, v->netns)
			 : socket_contents_find(contents, &v->request);
	struct socket_reply *reply = NULL;
	struct MHD_Response *response;

	if (!content) {
		v->status = HTTP_NOT_FOUND;
		v->type = HTTP_TEXT;
		return answer_text(s, "No network namespace of that name is served here.");
	}
	if (v->netns)
		v->request.netns = content->netns;
	if (content->reading)
		reply = socket_replies_find(s->config.replies, content, &v->request);
	if (content->reading && !reply && socket_replies_room(s->config.replies))
		reply = socket_replies_make(s->config.replies, contents, content, &v->request);
	if (!reply) {
		v->status = HTTP_UNAVAILABLE;
		v->type = HTTP_TEXT;
		return answer_text(s, content->reading
					      ? "Others have not yet read what they asked for."
					      : content->why);
	}
	socket_replies_keep(reply);
	response = s->lib.MHD_create_response_from_buffer_with_free_callback_cls(
		reply->out.size, reply->out.text, give_back, reply);
	if (!response)
		socket_reply_free(reply);
	return response;
}

static void log_request(const struct http_server *s, struct MHD_Connection *connection,
			const struct http_request *r, unsigned status)
{
	const union MHD_ConnectionInfo *info =
		s->lib.MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *a = info ? info->client_addr : NULL;
	char host[NI_MAXHOST] = "?";

	if (a)
		getnameinfo(a,
			    a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						     : sizeof(struct sockaddr_in),
			    host, sizeof(host), NULL, 0, NI_NUMERICHOST);
	log_info("HTTP: %.60s: %.10s %.200s: %u", host, r->method, r->path, status);
}

static enum MHD_Result send_answer(const struct http_server *s, struct MHD_Connection *connection,
				   struct MHD_Response *response, const struct http_verdict *v)
{
	const char *const headers[][2] = {
		{"Content-Type", v->type},
		{"Connection", "close"},
		{"Cache-Control", "no-store"},
		{"X-Content-Type-Options", "nosniff"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Referrer-Policy", "no-referrer"},
		{v->status == HTTP_NO_METHOD ? "Allow" : NULL, "GET, HEAD"},
		{v->status == HTTP_UNAVAILABLE ? "Retry-After" : NULL, "1"},
	};
	enum MHD_Result result;

	if (!response)
		return MHD_NO; /* the connection ends */
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++)
		if (headers[i][0])
			s->lib.MHD_add_response_header(response, headers[i][0], headers[i][1]);
	result = s->lib.MHD_queue_response(connection, v->status, response);
	s->lib.MHD_destroy_response(response);
	return result;
}

static void mark_answered(struct http_server *s, const struct MHD_Connection *connection)
{
	for (size_t i = 0; i < HTTP_CLIENTS; i++)
		s->clients[i].answered |= s->clients[i].connection == connection;
}

/* Called with the head of a request; what may follow is not read. */
static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **context)
{
	struct http_server *s = arg;
	struct http_request r = {
		.method = method,
		.path = path,
		.host = s->lib.MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host"),
		.accept = s->lib.MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept"),
	};
	struct MHD_Response *response;
	struct http_verdict v;

	(void)version;
	(void)data;
	(void)size;
	(void)context;
	mark_answered(s, connection);
	s->lib.MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, on_argument, &r);
	http_request_judge(&v, &r, s->address.host);
	if (v.status != HTTP_OK)
		response = answer_text(s, v.sentence);
	else
		response = v.page ? answer_page(s) : answer_document(s, &v);
	if (s->verbose)
		log_request(s, connection, &r, v.status);
	return send_answer(s, connection, response, &v);
}

/* The library sees that, and closes the connection; with a reset, since nobody reads what is left.
 */
static void end_late(struct http_server *s)
{
	const struct linger reset = {.l_onoff = 1};
	uint64_t now_ns = clock_now_ns();

	for (struct client *c = s->clients; c < s->clients + HTTP_CLIENTS; c++) {
		if (!c->connection || c->deadline_ns > now_ns)
			continue;
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		shutdown(c->fd, SHUT_RDWR);
		c->deadline_ns = NEVER;
	}
}

/*
 * The library may miss that a client said no more, if that came together with half a request: such
 * ones do not hold a place for long.
 */
static void hurry_silent(struct http_server *s)
{
	struct epoll_event events[HTTP_CLIENTS + 2];
	int n = epoll_wait(s->epoll_fd, events, HTTP_CLIENTS + 2, 0);
	uint64_t soon_ns = clock_now_ns() + SILENT_NS;

	for (int i = 0; i < n; i++) {
		struct client *c = &s->clients[events[i].data.u64 % HTTP_CLIENTS];

		if (events[i].data.u64 < HTTP_CLIENTS && c->connection && !c->answered &&
		    soon_ns < c->deadline_ns)
			c->deadline_ns = soon_ns;
	}
}

/* Set the timer: at once if the library has more to do, else for the next deadline. */
static void set_timer(struct http_server *s)
{
	struct itimerspec schedule = {{0, 0}, {0, 0}};
	MHD_UNSIGNED_LONG_LONG wait_ms;
	uint64_t at_ns = NEVER;

	for (size_t i = 0; i < HTTP_CLIENTS; i++)
		if (s->clients[i].connection && s->clients[i].deadline_ns < at_ns)
			at_ns = s->clients[i].deadline_ns;
	if (s->ended || s->lib.MHD_get_timeout(s->daemon, &wait_ms) == MHD_YES)
		at_ns = 1;
	if (at_ns != NEVER)
		schedule.it_value = clock_until(at_ns);
	timerfd_settime(s->timer_fd, TFD_TIMER_ABSTIME, &schedule, NULL);
}

void http_server_serve(struct http_server *s, bool verbose)
{
	s->verbose = verbose;
	s->ended = false;
	end_late(s);
	s->lib.MHD_run(s->daemon);
	hurry_silent(s);
	set_timer(s); /* and what it said before is done with */
}

int http_server_fd(const struct http_server *s)
{
	return s ? s->epoll_fd : -1;
}

static int start(struct http_server *s, struct why *why)
{
	int fd = http_listen(&s->address, why), r;

	if (fd < 0)
		return fd;
	/* Without a thread of its own: it runs when it is told to. */
	s->daemon = s->lib.MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, on_request, s, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CLIENTS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CLIENT_MEMORY,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_END);
	if (!s->daemon) {
		close(fd);
		return why_set(why, -EIO, "libmicrohttpd does not start");
	}
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	r = s->epoll_fd < 0 || s->timer_fd < 0 ? -errno
					       : watch(s, s->timer_fd, EPOLLIN, ABOUT_LIBRARY);
	if (!r)
		r = watch(s,
			  s->lib.MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
			  EPOLLIN, ABOUT_LIBRARY);
	return r ? why_errno(why, r, NULL) : 0;
}

int http_server_open(struct http_server **out, const struct http_server_config *config,
		     struct why *why)
{
	struct http_server *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return why_errno(why, -ENOMEM, NULL);
	s->config = *config;
	s->epoll_fd = s->timer_fd = -1;
	address_parse_listen(&s->address, config->listen);
	r = http_library_load(&s->lib, why);
	if (!r)
		r = start(s, why);
	if (r) {
		http_server_close(s);
		return r;
	}
	*out = s;
	return 0;
}

void http_server_close(struct http_server *s)
{
	if (!s)
		return;
	if (s->daemon)
		s->lib.MHD_stop_daemon(s->daemon);
	if (s->timer_fd >= 0)
		close(s->timer_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	free(s);
}
