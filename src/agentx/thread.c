/* SPDX-License-Identifier: MIT */
#include "agentx/thread.h"
#include "base/clock.h"
#include "base/schedule.h"
#include "base/units.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "agentx/served.h"
#include "agentx/session.h"

#define FRESH_WAIT_MS 200 /* a request waits so long for a fresh reading */
#define FIRST_WAIT_MS 800 /* and so long for the first one that may be shown to its master */
#define ASK_AGAIN_MS  1000
#define STOP_WAIT_MS  1000

struct agentx {
	struct agentx_config config;
	char *socket; /* owned */
	pthread_t thread;
	int wake_fd;  /* eventfd: views were published, or stop */
	int ended_fd; /* eventfd: the thread makes no call of the library any more */
	_Atomic(struct mib_view *) next;
	atomic_bool stopping;
	_Atomic(int64_t) master_start_ns; /* 0: not connected */
	_Atomic(const char *) failed;     /* the sentence why, or NULL */

	/* Only the SNMP thread touches these. */
	struct served served;
	bool renewed;         /* the session does not know yet which contexts there are */
	struct mib_view bare; /* a copy of one of the views, without its readings */
	struct mib_context bare_engine;
};

static void wake(int fd)
{
	uint64_t one = 1;

	/* The counter can only be full if nobody has read it for a very long time. */
	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;
}

static void drain(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

static void take_views(struct agentx *a)
{
	struct mib_view *views = atomic_exchange(&a->next, NULL);

	if (!views)
		return;
	served_set(&a->served, views);
	a->renewed = true;
}

/* Whether its reading was taken for that master. */
static bool is_for(const struct mib_view *view, int64_t master_start_ns)
{
	return view && view->snapshot && view->snapshot->mono_ns >= view->master_since_ns &&
	       mib_same_master(view->master_start_ns, master_start_ns);
}

static bool is_fresh(const struct agentx *a, const struct mib_view *view, int64_t master_start_ns,
		     uint64_t now_ns)
{
	return is_for(view, master_start_ns) &&
	       now_ns < view->snapshot->mono_ns + a->config.cache_ms * NS_PER_MS;
}

/*
 * Take the newest views; if that of the context will not do, ask for another one and wait for it a
 * moment. NULL: there is no such context.
 */
static struct served_context *freshen(struct agentx *a, int64_t master_start_ns, const char *name)
{
	struct served_context *c;
	uint64_t now_ns = clock_now_ns(), until_ns;
	bool met;

	take_views(a);
	c = served_find(&a->served, name);
	if (!c || is_fresh(a, c->view, master_start_ns, now_ns) || now_ns < c->ask_again_ns)
		return c;
	met = c->view && mib_same_master(c->view->master_start_ns, master_start_ns);
	until_ns = now_ns + (met ? FRESH_WAIT_MS : FIRST_WAIT_MS) * NS_PER_MS;
	wake(a->config.refresh_fd);
	while (c && !is_fresh(a, c->view, master_start_ns, now_ns) && now_ns < until_ns &&
	       !atomic_load(&a->stopping)) {
		struct pollfd p = {.fd = a->wake_fd, .events = POLLIN};

		if (poll(&p, 1, (until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS) > 0)
			drain(a->wake_fd);
		take_views(a);
		c = served_find(&a->served, name);
		now_ns = clock_now_ns();
	}
	/* Readings fail or are slow: do not make every request of a walk wait for the next one. */
	if (c && !is_fresh(a, c->view, master_start_ns, now_ns))
		c->ask_again_ns = now_ns + ASK_AGAIN_MS * NS_PER_MS;
	return c;
}

/* To answer from the agent's own state in that view alone. */
static struct mib_context *without_readings(struct agentx *a, const struct mib_view *view)
{
	a->bare = *view;
	a->bare.snapshot = a->bare.rates_of = NULL;
	a->bare.rates = NULL;
	mib_context_init(&a->bare_engine, &a->bare);
	return &a->bare_engine;
}

static struct mib_context *prepare(void *arg, int64_t master_start_ns, const char *name)
{
	struct agentx *a = arg;
	struct served_context *c;
	struct mib_context *engine;
	bool shown;

	atomic_store(&a->master_start_ns, master_start_ns);
	c = freshen(a, master_start_ns, name);
	if (!c)
		return NULL;
	shown = is_for(c->view, master_start_ns);
	engine = shown || !c->view ? &c->engine : without_readings(a, c->view);
	engine->master_start_ns = shown ? c->view->master_start_ns : master_start_ns;
	engine->now_ns = clock_now_ns();
	return engine;
}

static void *run(void *arg)
{
	struct agentx *a = arg;
	const struct session_config config = {.address = a->socket,
					      .prepare = prepare,
					      .arg = a,
					      .ip_mib = a->config.ip_mib,
					      .notifications = a->config.notifications};
	const char *why = session_start(&config);

	if (!why) {
		while (!why && !atomic_load(&a->stopping)) {
			if (session_serve(a->wake_fd))
				drain(a->wake_fd);
			atomic_store(&a->master_start_ns, session_began());
			take_views(a);
			if (a->renewed)
				session_set_contexts(a->served.views);
			a->renewed = false;
			why = session_failed();
		}
		session_stop();
	}
	if (why) {
		atomic_store(&a->failed, why);
		wake(a->config.stop_fd);
	}
	wake(a->ended_fd);
	return NULL;
}

static void destroy(struct agentx *a)
{
	if (a->wake_fd >= 0)
		close(a->wake_fd);
	if (a->ended_fd >= 0)
		close(a->ended_fd);
	mib_view_free(atomic_exchange(&a->next, NULL));
	served_clear(&a->served);
	free(a->socket);
	free(a);
}

/*
 * Keep the library from reading MIB files: a privileged agent opens none that the environment
 * names. Not in the thread, since the environment is not the thread's. Returns 0, or -1 and errno.
 */
static int hide_mibs(void)
{
	static const char *const names[] = {"MIBS", "MIBDIRS", "MIBFILES"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (setenv(names[i], "", 1))
			return -1;
	return 0;
}

int agentx_start(struct agentx **out, const struct agentx_config *config)
{
	struct agentx *a = calloc(1, sizeof(*a));
	sigset_t all, old;
	int err = -ENOMEM;

	assert(config->notifications);
	*out = NULL;
	if (!a)
		return err;
	a->config = *config;
	a->config.socket = NULL;
	served_set(&a->served, NULL);
	a->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	a->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->wake_fd < 0 || a->ended_fd < 0) {
		err = -errno;
		goto out;
	}
	if (config->socket && !(a->socket = strdup(config->socket)))
		goto out;
	if (hide_mibs()) {
		err = -errno;
		goto out;
	}

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = -pthread_create(&a->thread, NULL, run, a);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!err) {
		*out = a;
		return 0;
	}
out:
	destroy(a);
	return err;
}

void agentx_publish(struct agentx *a, struct mib_view *views)
{
	mib_view_free(atomic_exchange(&a->next, views));
	wake(a->wake_fd);
}

bool agentx_failed(struct agentx *a, const char **why)
{
	const char *failed = atomic_load(&a->failed);

	if (failed)
		*why = failed;
	return failed != NULL;
}

int64_t agentx_master(struct agentx *a)
{
	return a ? atomic_load(&a->master_start_ns) : 0;
}

bool agentx_stop(struct agentx *a)
{
	struct pollfd ended;

	if (!a)
		return true;
	ended = (struct pollfd){.fd = a->ended_fd, .events = POLLIN};
	atomic_store(&a->stopping, true);
	wake(a->wake_fd);
	if (poll(&ended, 1, STOP_WAIT_MS) != 1)
		return false;
	pthread_join(a->thread, NULL);
	destroy(a);
	return true;
}
