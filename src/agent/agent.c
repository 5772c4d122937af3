/* SPDX-License-Identifier: MIT */
#include "agent/agent.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/privileges.h"
#include "agent/service_manager.h"
#include "agent/socket_server.h"
#include "agentx/thread.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/timer.h"
#include "base/units.h"

#define CACHE_MS 1000
#define CACHE_NS (CACHE_MS * NS_PER_MS)

enum { STATUS_OK = 1, STATUS_DEGRADED, STATUS_FAILING };

static const char *const status_words[] = {"starting", "ok", "degraded", "failing"};

struct agent {
	const struct options *started; /* what it was started with */
	struct options *live;          /* the file as read last, owned; NULL: never again */
	struct collector *collector;
	struct snmp_agent *snmp;
	struct reading_server *readings; /* NULL: no socket */
	struct snapshot *latest;         /* the newest reading */
	struct snapshot *interval;       /* the one that ended the last full interval */
	struct rates *rates;             /* over that interval, parallel to `interval` */
	uint64_t samples, sample_errors, if_change_ns;
	uint64_t tried_ns; /* when the last reading began, whatever came of it */
	int64_t master_start_ns;
	uint64_t master_since_ns; /* see struct mib_view */
	struct notice_watch watch;
	struct notice_queue *notices; /* read by the SNMP thread */
	unsigned status;
	char status_text[256];
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

static void set_status(struct agent *a, unsigned status, const char *text)
{
	if (status != a->status || strcmp(text, a->status_text)) {
		if (text[0])
			log_warning("%s: %s", status == STATUS_FAILING ? "failing" : "degraded",
				    text);
		else if (a->status)
			log_info("all figures are back");
	}
	a->status = status;
	snprintf(a->status_text, sizeof(a->status_text), "%s", text);
}

static bool same_ifs(const struct snapshot *a, const struct snapshot *b)
{
	if (a->n_ifs != b->n_ifs)
		return false;
	for (size_t i = 0; i < a->n_ifs; i++)
		if (a->ifs[i].ifindex != b->ifs[i].ifindex ||
		    strcmp(a->ifs[i].name, b->ifs[i].name))
			return false;
	return true;
}

/* Where eBPF counts, the agent before this one has left when it first learnt the master's start. */
static void meet_master(struct agent *a)
{
	int64_t start_ns = snmp_agent_master(a->snmp), memo = collect_memo(a->collector);

	if (!start_ns)
		return;
	if (!mib_same_master(start_ns, a->master_start_ns)) {
		a->master_start_ns = mib_same_master(start_ns, memo) ? memo : start_ns;
		a->master_since_ns = clock_now_ns();
	}
}

/* With the counters that were read last; others may be in their place since. */
static void leave_memo(struct agent *a)
{
	if (a->master_start_ns && collect_memo(a->collector) != a->master_start_ns)
		collect_set_memo(a->collector, a->master_start_ns);
}

static void take_reading(struct agent *a)
{
	struct why why;
	struct snapshot *fresh;

	a->samples++;
	a->tried_ns = clock_now_ns();
	meet_master(a);
	if (collect_read(a->collector, &fresh, &why)) {
		a->sample_errors++;
		set_status(a, STATUS_FAILING, why.text);
		return;
	}
	leave_memo(a);
	if (fresh->troubles)
		a->sample_errors++;
	if (fresh->troubles)
		set_status(a, STATUS_DEGRADED, fresh->trouble);
	else if (fresh->missed_packets || fresh->missed_path_packets)
		set_status(
			a, STATUS_DEGRADED,
			"eBPF could not count some packets: its maps are full, or it was skipped");
	else
		set_status(a, *collect_note(a->collector) ? STATUS_DEGRADED : STATUS_OK,
			   collect_note(a->collector));
	rate_follow(a->latest, fresh);
	if (a->latest && !same_ifs(a->latest, fresh))
		a->if_change_ns = fresh->mono_ns;
	snapshot_free(a->latest);
	a->latest = fresh;
}

/* The newest reading ends a full interval. */
static void end_interval(struct agent *a)
{
	if (!a->latest || a->latest == a->interval)
		return;
	rates_free(a->rates);
	a->rates = a->interval ? rate_compute(a->interval, a->latest) : NULL;
	snapshot_free(a->interval);
	a->interval = snapshot_share(a->latest);
}

static void notice_changes(struct agent *a, const struct mib_view *view)
{
	const struct options *o = settings(a);
	struct notice found[NOTICE_SUBJECTS];
	size_t n = notice_find(&a->watch, view, clock_now_ns(), o->hold_down_ns, !o->notifications,
			       found);

	for (size_t i = 0; i < n; i++)
		notice_queue_put(a->notices, &found[i]);
}

static void publish(struct agent *a)
{
	struct mib_view *view = calloc(1, sizeof(*view));

	if (!view)
		log_fatal("%s", strerror(ENOMEM));
	view->snapshot = snapshot_share(a->latest);
	view->rates = rates_share(a->rates);
	view->rates_of = snapshot_share(a->interval);
	view->status = a->status;
	memcpy(view->status_text, a->status_text, sizeof(view->status_text));
	view->interval_ms = interval_ns(a) / NS_PER_MS;
	view->samples = a->samples;
	view->sample_errors = a->sample_errors;
	view->if_change_ns = a->if_change_ns;
	view->master_start_ns = a->master_start_ns;
	view->master_since_ns = a->master_since_ns;
	notice_changes(a, view);
	view->notifications_dropped = notice_queue_dropped(a->notices);
	snmp_agent_publish(a->snmp, view);
}

static void log_status(struct agent *a)
{
	const struct snapshot *s = a->latest;
	const char *hooks = s && s->source == SOURCE_EBPF ? hooks_names[s->hooks] : NULL;
	char since[CLOCK_TEXT_MAX] = "";

	if (s && s->since_known)
		clock_text(since, &s->since, CLOCK_ISO);
	log_info("status %s: source %s%s%s%s%s%s, interfaces %zu, samples %" PRIu64
		 ", errors %" PRIu64 ", interval %g s, SNMP master %s%s%s",
		 status_words[a->status], s ? source_names[s->source] : "none", hooks ? " (" : "",
		 hooks ? hooks : "", hooks ? ")" : "", since[0] ? " since " : "", since,
		 s ? s->n_ifs : 0, a->samples, a->sample_errors, interval_ns(a) / 1e9,
		 snmp_agent_master(a->snmp) ? "connected" : "not connected",
		 a->status_text[0] ? "; " : "", a->status_text);
}

/* Read the configuration again and take over what can change while the agent runs. */
static void reload(struct agent *a, struct timer *timer)
{
	struct options *fresh = calloc(1, sizeof(*fresh)), *old = a->live;
	char taken[256], pending[256];
	uint64_t old_ns = interval_ns(a);
	size_t n_taken, n_pending;
	int r;

	if (!fresh)
		log_fatal("%s", strerror(ENOMEM));
	if (options_reload(fresh, a->started)) {
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
	collect_set_filter(a->collector, &fresh->collect.filter);
	reading_server_set_filter(a->readings, &fresh->collect.filter);
	if (old)
		options_clear(old);
	free(old);
	r = interval_ns(a) != old_ns ? timer_set(timer, interval_ns(a)) : 0;
	if (r)
		log_warning("timer: %s", strerror(-r));
}

/* Clients of the socket get what SNMP gets: the newest reading, not older than the cache time. */
static void serve_readings(struct agent *a)
{
	if (!reading_server_serve(a->readings))
		return;
	if (clock_now_ns() - a->tried_ns >= CACHE_NS) {
		take_reading(a);
		publish(a);
	}
	reading_server_answer(a->readings, a->status == STATUS_FAILING ? NULL : a->latest,
			      a->status_text, collect_note(a->collector));
}

static int open_readings(struct agent *a, const struct options *o)
{
	const struct group *group = o->reading_group ? getgrnam(o->reading_group) : NULL;
	const struct reading_server_config config = {.path = options_reading_socket(o),
						     .mode = o->reading_mode,
						     .gid = group ? group->gr_gid : (gid_t)-1,
						     .filter = &o->collect.filter};

	if (o->reading_group && !group) {
		log_warning("there is no group '%s'", o->reading_group);
		return -EINVAL;
	}
	return config.path ? reading_server_open(&a->readings, &config) : 0;
}

/* Until a signal or the SNMP thread's end. Returns the program's exit status. */
static int serve(struct agent *a, struct timer *timer, int event_fd)
{
	const char *why;

	for (;;) {
		int events = timer_wait(timer, event_fd, reading_server_fd(a->readings),
					notify_watchdog_ms());

		notify_alive(); /* whatever the interval, and whether readings fail */
		if (events < 0) {
			log_warning("poll: %s", strerror(-events));
			return EXIT_FAILED;
		}
		if (snmp_agent_failed(a->snmp, &why)) {
			log_warning("%s", why);
			return EXIT_FAILED;
		}
		if (events & TIMER_STOP)
			return EXIT_DONE;
		if (events & TIMER_STATUS)
			log_status(a);
		if (events & TIMER_RELOAD)
			reload(a, timer);
		if (events & (TIMER_TICK | TIMER_OTHER | TIMER_RELOAD)) {
			take_reading(a);
			if (events & TIMER_TICK)
				end_interval(a);
			publish(a);
			if (events & TIMER_TICK && settings(a)->verbose)
				log_status(a);
			reading_server_check(a->readings);
		}
		if (events & TIMER_SERVICE)
			serve_readings(a);
	}
}

/* Whether readings of the same source are to be had as things are. */
static bool can_read(void *arg)
{
	struct agent *a = arg;
	struct snapshot *s;
	struct why why;
	bool same;

	if (collect_read(a->collector, &s, &why))
		return false;
	same = s->source == a->latest->source && !s->troubles;
	snapshot_free(s);
	return same;
}

int agent_run(const struct options *o)
{
	struct agent a = {.started = o};
	struct timer timer = {-1, -1};
	struct snmp_agent_config config = {.socket = o->agentx_socket,
					   .direct = !o->no_direct,
					   .interval_ms = interval_ns(&a) / NS_PER_MS,
					   .cache_ms = CACHE_MS};
	int event_fd = -1, result = EXIT_FAILED, r;
	struct attachment attachment;
	char line[512];
	struct why why;

	log_never_wait();
	/* first, so that no signal finds the agent unprepared */
	r = timer_open(&timer, interval_ns(&a), TIMER_STOP | TIMER_RELOAD | TIMER_STATUS);
	if (r) {
		log_warning("timer: %s", strerror(-r));
		return EXIT_FAILED;
	}
	r = collect_open(&a.collector, &o->collect, &why);
	if (r) {
		log_warning("%s", why.text);
		result = o->collect.source == CHOOSE_EBPF ? EXIT_NO_SOURCE : EXIT_FAILED;
		goto out;
	}
	if (o->attach_only) {
		const char *refused = collect_note(a.collector);

		if (*refused)
			log_info("%s", refused);
		else if (collect_attachment(a.collector, &attachment))
			log_info("%s", attachment_line(&attachment, line, sizeof(line)));
		result = *refused ? EXIT_NO_SOURCE : EXIT_DONE;
		goto out;
	}
	event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (event_fd < 0) {
		log_warning("eventfd: %s", strerror(errno));
		goto out;
	}
	r = open_readings(&a, o);
	if (r) {
		log_warning("reading socket: %s", strerror(-r));
		goto out;
	}
	timer_set(&timer, interval_ns(&a)); /* attaching took its time */
	take_reading(&a);
	if (o->user && !a.latest)
		goto out; /* it was said why; what cannot be tried is not given up */
	if (o->user && privileges_drop(o->user, can_read, &a, &why)) {
		log_warning("%s", why.text);
		goto out;
	}
	a.notices = notice_queue_new();
	if (!a.notices)
		log_fatal("%s", strerror(ENOMEM));
	config.notices = a.notices;
	config.refresh_fd = config.stop_fd = event_fd;
	r = snmp_agent_start(&a.snmp, &config);
	if (r) {
		log_warning("SNMP: %s", r == -EOPNOTSUPP ? "this ipfwagent was built without it"
							 : strerror(-r));
		result = r == -EOPNOTSUPP ? EXIT_NO_SOURCE : EXIT_FAILED;
		goto out;
	}
	end_interval(&a);
	publish(&a);
	notify("READY=1");
	result = serve(&a, &timer, event_fd);
	notify("STOPPING=1");
	if (settings(&a)->detach_on_exit && src_bpf_detach(false, &why) < 0)
		log_warning("%s", why.text);
	reading_server_close(a.readings);
	a.readings = NULL;
	if (!snmp_agent_stop(a.snmp))
		_exit(result); /* the thread hangs in the library: leave it no memory to miss */
out:
	reading_server_close(a.readings);
	if (event_fd >= 0)
		close(event_fd);
	timer_close(&timer);
	notice_queue_free(a.notices);
	rates_free(a.rates);
	snapshot_free(a.interval);
	snapshot_free(a.latest);
	collect_close(a.collector);
	if (a.live)
		options_clear(a.live);
	free(a.live);
	return result;
}
