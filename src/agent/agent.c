/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

#include <errno.h>
#include <grp.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/http_server.h"
#include "agent/privileges.h"
#include "agent/readings.h"
#include "agent/service_manager.h"
#include "agent/socket_server.h"
#include "agent/status_line.h"
#include "agentx/thread.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/schedule.h"
#include "base/units.h"

#define CACHE_MS 1000
#define CACHE_NS (CACHE_MS * NS_PER_MS)

#define MMAP_THRESHOLD (128 << 10) /* glibc's own, which setting it keeps from growing */

struct agent {
	const struct options *started; /* what it was started with */
	struct options *live;          /* the file as read last, owned; NULL: never again */
	struct readings readings;
	struct schedule timer;
	int event_fd; /* the SNMP thread wants a reading, or has ended */
	struct agentx *snmp;
	struct socket_server *socket;  /* NULL: no socket */
	struct http_server *http;      /* NULL: no endpoint */
	struct socket_replies replies; /* of both */
	bool keeps_bpf;                /* the capability, as a user that is not root */
	struct notification_watch watch;
	struct notification_queue *notifications; /* read by the SNMP thread */
};

/* What counts for settings that can change. */
static const struct options *settings(const struct agent *a)
{
	return a->live ? a->live : a->started;
}

static uint64_t interval_ns(const struct agent *a)
{
	return options_interval_ns(settings(a));
}

static void take_readings(struct agent *a)
{
	if (readings_take(&a->readings, agentx_master(a->snmp)))
		eventfd_write(a->event_fd, 1);
}

/* A captured tree stands still, and its clock as well. */
static void begin_peaks(struct agent *a)
{
	peak_sampler_begin(&a->readings.peaks, &a->readings.own, &a->timer,
			   a->started->collect.root ? 0 : settings(a)->peak_window_ns);
}

static void notify_changes(struct agent *a, const struct mib_view *view)
{
	const struct options *o = settings(a);
	struct notification found[NOTIFICATION_SUBJECTS];
	size_t n = notification_find(&a->watch, view, clock_now_ns(), o->hold_down_ns,
				     !o->notifications, found);

	for (size_t i = 0; i < n; i++)
		notification_queue_put(a->notifications, &found[i]);
}

static void publish(struct agent *a)
{
	struct mib_view *views = readings_views(&a->readings);

	for (struct mib_view *v = views; v; v = v->next) {
		v->interval_ms = interval_ns(a) / NS_PER_MS;
		v->ip_mib = a->started->ip_mib;
	}
	notify_changes(a, views);
	for (struct mib_view *v = views; v; v = v->next)
		v->notifications_dropped = notification_queue_dropped(a->notifications);
	agentx_publish(a->snmp, views);
	socket_replies_forget(&a->replies);
}

/* How it is, but for what is of a namespace. */
static struct status_line describe(const struct agent *a)
{
	return (struct status_line){.interval_ns = interval_ns(a),
				    .ip_mib = a->started->ip_mib,
				    .master = agentx_master(a->snmp),
				    .keeps_bpf = a->keeps_bpf};
}

static void log_status(const struct agent *a)
{
	const struct status_line agent = describe(a), line = readings_status(&a->readings, &agent);
	char text[STATUS_MAX];

	log_info("%s", status_line(&line, text, sizeof(text)));
}

/* Read the configuration again and take over what can change while the agent runs. */
static void reload(struct agent *a)
{
	struct options *fresh = calloc(1, sizeof(*fresh)), *old = a->live;
	char taken[256], pending[256];
	uint64_t old_ns = interval_ns(a), old_window_ns = settings(a)->peak_window_ns;
	size_t n_taken, n_pending;
	int r;

	if (!fresh)
		log_fatal("%s", strerror(ENOMEM));
	if (options_reload(fresh, settings(a))) {
		log_warning("configuration not taken over: the settings stay as they are");
		free(fresh);
		return;
	}
	n_taken = options_differ(settings(a), fresh, true, taken, sizeof(taken));
	n_pending = options_differ(a->started, fresh, false, pending, sizeof(pending));
	log_info("configuration read again: %s%s%s%s", n_taken ? "new " : "nothing new",
		 n_taken ? taken : "", n_pending ? "; waits for a restart: " : "",
		 n_pending ? pending : "");
	a->live = fresh;
	readings_set_filter(&a->readings, &fresh->collect.filter);
	socket_server_set_filter(a->socket, &fresh->collect.filter);
	if (old)
		options_clear(old);
	free(old);
	r = interval_ns(a) != old_ns ? schedule_set(&a->timer, interval_ns(a)) : 0;
	if (r)
		log_warning("timer: %s", strerror(-r));
	if (fresh->peak_window_ns != old_window_ns)
		begin_peaks(a);
}

/* Clients get what SNMP gets: the newest readings, not older than the cache time. */
static const struct socket_contents *contents(void *arg)
{
	struct agent *a = arg;
	const struct status_line agent = describe(a);

	if (readings_are_old(&a->readings, CACHE_NS)) {
		take_readings(a);
		publish(a);
	}
	return readings_contents(&a->readings, &agent);
}

static int open_readings(struct agent *a, const struct options *o)
{
	const struct group *group = o->reading_group ? getgrnam(o->reading_group) : NULL;
	const struct socket_server_config config = {.path = options_reading_socket(o),
						    .mode = o->reading_mode,
						    .gid = group ? group->gr_gid : (gid_t)-1,
						    .filter = &o->collect.filter,
						    .replies = &a->replies};

	if (o->reading_group && !group) {
		log_warning("there is no group '%s'", o->reading_group);
		return -EINVAL;
	}
	return config.path ? socket_server_open(&a->socket, &config) : 0;
}

static int open_http(struct agent *a, const struct options *o)
{
	const struct http_server_config config = {
		.listen = o->listen, .replies = &a->replies, .contents = contents, .arg = a};
	struct why why = {""};

	if (!o->listen || !http_server_open(&a->http, &config, &why))
		return 0;
	log_warning("listen %s: %s", o->listen, why.text);
	return -1;
}

/* Samples and readings. Returns whether there is a new reading. */
static bool take_what_is_due(struct agent *a, int events)
{
	bool fresh =
		events & SCHEDULE_ALARM &&
		peak_sampler_read(&a->readings.peaks, &a->readings.own, agentx_master(a->snmp));

	if (events & SCHEDULE_READS) {
		take_readings(a);
		fresh = true;
	}
	if (events & SCHEDULE_TICK)
		readings_end_interval(&a->readings);
	return fresh;
}

/* Until a signal or the SNMP thread's end. Returns the program's exit status. */
static int serve(struct agent *a)
{
	const char *why;
	const int services[SCHEDULE_SERVICES] = {socket_server_fd(a->socket),
						 http_server_fd(a->http)};

	for (;;) {
		int events = schedule_wait(&a->timer, a->event_fd, services,
					   service_manager_watchdog_ms());

		service_manager_alive(); /* whatever the interval, and whether readings fail */
		if (events < 0) {
			log_warning("poll: %s", strerror(-events));
			return EXIT_FAILED;
		}
		if (agentx_failed(a->snmp, &why)) {
			log_warning("%s", why);
			return EXIT_FAILED;
		}
		if (events & SCHEDULE_STOP)
			return EXIT_DONE;
		if (events & SCHEDULE_STATUS)
			log_status(a);
		if (events & SCHEDULE_RELOAD)
			reload(a);
		if (take_what_is_due(a, events))
			publish(a);
		if (events & SCHEDULE_TICK && settings(a)->verbose)
			log_status(a);
		if (events & (SCHEDULE_READS | SCHEDULE_ALARM))
			socket_server_check(a->socket);
		if (events & SCHEDULE_SERVICE && socket_server_serve(a->socket))
			socket_server_answer(a->socket, contents(a));
		if (events & SCHEDULE_SERVICE << 1)
			http_server_serve(a->http, settings(a)->verbose);
	}
}

/* Say what was attached for others to serve. Returns the program's exit status. */
static int report_attached(struct agent *a)
{
	const char *refused = collect_note(a->readings.own.collector);
	struct attachment attachment;

	while (other_netns_read(a->readings.others, 0))
		;
	if (*refused)
		log_info("%s", refused);
	else if (collect_attachment(a->readings.own.collector, &attachment))
		attachment_log(&attachment);
	return *refused ? EXIT_NO_SOURCE : EXIT_DONE;
}

/*
 * Open what takes privileges: counters and sockets. Returns -1; or the exit status, with the
 * reason logged.
 */
static int open_all(struct agent *a)
{
	const struct options *o = a->started;
	struct why why;
	/* first, so that no signal finds the agent unprepared */
	int r = schedule_open(&a->timer, interval_ns(a),
			      SCHEDULE_STOP | SCHEDULE_RELOAD | SCHEDULE_STATUS);

	if (r) {
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	if (readings_open(&a->readings, o, &why)) {
		log_warning("%s", why.text);
		return o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED;
	}
	if (o->attach_only)
		return report_attached(a);
	a->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->event_fd < 0) {
		log_warning("eventfd: %s", strerror(errno));
		return EXIT_FAILED;
	}
	r = open_readings(a, o);
	if (r) {
		log_warning("reading socket: %s", strerror(-r));
		return EXIT_FAILED;
	}
	if (open_http(a, o))
		return EXIT_FAILED;
	schedule_set(&a->timer, interval_ns(a)); /* attaching took its time */
	return -1;
}

static bool can_read(void *collector)
{
	return collect_readable(collector);
}

/* Become --user. Returns as open_all(). */
static int give_up_privileges(struct agent *a)
{
	const struct options *o = a->started;
	struct why why;

	if (!o->user)
		return -1;
	if (privileges_drop(o->user, can_read, a->readings.own.collector, &a->keeps_bpf, &why)) {
		log_warning("%s", why.text);
		return EXIT_FAILED;
	}
	if (a->keeps_bpf)
		log_info(STATUS_KEEPS_BPF);
	return -1;
}

static int start_snmp(struct agent *a)
{
	const struct agentx_config config = {.socket = a->started->agentx_socket,
					     .interval_ms = interval_ns(a) / NS_PER_MS,
					     .cache_ms = CACHE_MS,
					     .ip_mib = a->started->ip_mib,
					     .refresh_fd = a->event_fd,
					     .stop_fd = a->event_fd,
					     .notifications = a->notifications};
	int r = agentx_start(&a->snmp, &config);

	if (!r)
		return -1;
	log_warning("SNMP: %s",
		    r == -EOPNOTSUPP ? "this ipfwagent was built without it" : strerror(-r));
	return r == -EOPNOTSUPP ? EXIT_NO_SOURCE : EXIT_FAILED;
}

/* Serve and end. Returns the program's exit status. */
static int serve_and_stop(struct agent *a)
{
	struct why why;
	int result;

	malloc_trim(0); /* what attaching took and gave back: megabytes */
	begin_peaks(a);
	readings_end_interval(&a->readings);
	publish(a);
	service_manager_notify("READY=1");
	result = serve(a);
	service_manager_notify("STOPPING=1");
	if (settings(a)->detach_on_exit && counters_detach(false, NULL, &why) < 0)
		log_warning("%s", why.text);
	http_server_close(a->http);
	a->http = NULL;
	socket_server_close(a->socket);
	a->socket = NULL;
	if (!agentx_stop(a->snmp))
		_exit(result); /* the thread hangs in the library: free nothing that it may use */
	return result;
}

static void close_all(struct agent *a)
{
	http_server_close(a->http);
	socket_server_close(a->socket);
	socket_replies_forget(&a->replies);
	if (a->event_fd >= 0)
		close(a->event_fd);
	schedule_close(&a->timer);
	notification_queue_free(a->notifications);
	readings_close(&a->readings);
	if (a->live)
		options_clear(a->live);
	free(a->live);
}

int agent_run(const struct options *o)
{
	struct agent a = {.started = o, .timer = {-1, -1, -1}, .event_fd = -1};
	int result;

	log_never_wait();
	/* Else the first large document that is freed makes glibc keep the memory of all later
	 * ones. */
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
	result = open_all(&a);
	if (result < 0) {
		take_readings(&a);
		result = give_up_privileges(&a);
	}
	if (result < 0) {
		a.notifications = notification_queue_new();
		if (!a.notifications)
			log_fatal("%s", strerror(ENOMEM));
		result = start_snmp(&a);
	}
	if (result < 0)
		result = serve_and_stop(&a);
	close_all(&a);
	return result;
}
