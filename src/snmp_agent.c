/* SPDX-License-Identifier: MIT */
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <net-snmp/agent/net-snmp-agent-includes.h>

#include <net-snmp/agent/agent_callbacks.h>
#include <net-snmp/agent/agent_sysORTable.h>
#include <net-snmp/library/large_fd_set.h>

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "snmp_agent.h"
#include "snmp_engine.h"

#define NAME "ipfwagent"

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

#define MASTER_TIMEOUT_US (1000 * 1000 / 3) /* for each answer of the master */
#define RECONNECT_S       1                 /* between attempts to reach the master */
#define PING_S            3600              /* requests show that the master lives */
#define REGISTER_RETRY_NS NS_PER_S
#define FRESH_WAIT_MS     200 /* a request waits so long for a fresh reading */
#define STOP_WAIT_NS      NS_PER_S
#define AGENTX_DUPLICATE  263 /* duplicateRegistration, RFC 2741, 6.2.16 */

struct snmp_agent {
	struct snmp_agent_config config;
	char *socket; /* owned */
	pthread_t thread;
	int wake_fd; /* eventfd: a view was published, or stop */
	_Atomic(struct mib_view *) next;
	atomic_bool stopping, failed;
	char why[256]; /* written before `failed` */

	/* Only the SNMP thread touches these. */
	struct mib_view *view;
	struct mib_context context;
	uint64_t ask_again_ns;   /* no fresh reading is asked for before */
	uint64_t register_at_ns; /* when the subtree is to be registered again; 0: it is */
	netsnmp_handler_registration *registration;
	netsnmp_session *session; /* NULL: not connected */
	bool was_connected, reported;
	char last_error[128];
};

/* The library's callbacks take no argument of ours that it would not free; it has one agent. */
static struct snmp_agent *self;

static const oid module[] = {MIB_ROOT};
static const oid objects[] = {MIB_OBJECTS};

static uint64_t monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NS_PER_S + t.tv_nsec;
}

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

static void take_view(struct snmp_agent *a)
{
	struct mib_view *view = atomic_exchange(&a->next, NULL);

	if (!view)
		return;
	mib_view_free(a->view);
	a->view = view;
	mib_context_init(&a->context, view);
}

static bool is_fresh(const struct snmp_agent *a, uint64_t now_ns)
{
	return a->view && a->view->snapshot &&
	       now_ns < a->view->snapshot->mono_ns + a->config.cache_ms * NS_PER_MS;
}

/* Take the newest view; if it is too old, ask for another one and wait for it a moment. */
static void freshen(struct snmp_agent *a)
{
	uint64_t now_ns = monotonic_ns(), until_ns = now_ns + FRESH_WAIT_MS * NS_PER_MS;

	take_view(a);
	if (is_fresh(a, now_ns) || now_ns < a->ask_again_ns)
		return;
	wake(a->config.refresh_fd);
	while (!is_fresh(a, now_ns) && now_ns < until_ns && !atomic_load(&a->stopping)) {
		struct pollfd p = {.fd = a->wake_fd, .events = POLLIN};

		if (poll(&p, 1, (until_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS) > 0)
			drain(a->wake_fd);
		take_view(a);
		now_ns = monotonic_ns();
	}
	/* Readings fail or are slow: do not make every request of a walk wait for the next one. */
	if (!is_fresh(a, now_ns))
		a->ask_again_ns = now_ns + NS_PER_S;
}

static void set_value(netsnmp_variable_list *var, const struct mib_value *value)
{
	struct counter64 c64 = {.high = value->number >> 32, .low = value->number & UINT32_MAX};
	long number = value->number;

	switch (value->type) {
	case MIB_COUNTER64:
		snmp_set_var_typed_value(var, ASN_COUNTER64, &c64, sizeof(c64));
		break;
	case MIB_STRING:
		snmp_set_var_typed_value(var, ASN_OCTET_STR, value->string, strlen(value->string));
		break;
	case MIB_INTEGER:
		snmp_set_var_typed_value(var, ASN_INTEGER, &number, sizeof(number));
		break;
	case MIB_GAUGE32:
		snmp_set_var_typed_value(var, ASN_GAUGE, &number, sizeof(number));
		break;
	case MIB_TIMETICKS:
		snmp_set_var_typed_value(var, ASN_TIMETICKS, &number, sizeof(number));
		break;
	}
}

static void answer_get(struct snmp_agent *a, netsnmp_agent_request_info *info,
		       netsnmp_request_info *request, const uint32_t *id, size_t len)
{
	struct mib_value value;

	switch (mib_get(&a->context, id, len, &value)) {
	case MIB_FOUND:
		set_value(request->requestvb, &value);
		break;
	case MIB_NO_INSTANCE:
		netsnmp_set_request_error(info, request, SNMP_NOSUCHINSTANCE);
		break;
	default:
		netsnmp_set_request_error(info, request, SNMP_NOSUCHOBJECT);
	}
}

/* Without an answer the library goes on behind our subtree. */
static void answer_getnext(struct snmp_agent *a, netsnmp_request_info *request, const uint32_t *id,
			   size_t len)
{
	struct mib_value value;
	struct mib_oid next;
	oid name[MIB_OID_MAX];

	if (request->inclusive && mib_get(&a->context, id, len, &value) == MIB_FOUND) {
		set_value(request->requestvb, &value);
		return;
	}
	if (mib_getnext(&a->context, id, len, &next, &value) != MIB_FOUND)
		return;
	for (size_t i = 0; i < next.len; i++)
		name[i] = next.id[i];
	snmp_set_var_objid(request->requestvb, name, next.len);
	set_value(request->requestvb, &value);
}

static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
		  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	struct snmp_agent *a = self;

	(void)handler;
	(void)registration;
	freshen(a);
	a->context.now_ns = monotonic_ns();
	a->context.uptime_cs = netsnmp_get_agent_uptime();

	for (netsnmp_request_info *r = requests; r; r = r->next) {
		const netsnmp_variable_list *var = r->requestvb;
		uint32_t id[MAX_OID_LEN];
		size_t len = var->name_length < MAX_OID_LEN ? var->name_length : MAX_OID_LEN;

		if (r->processed)
			continue;
		for (size_t i = 0; i < len; i++)
			id[i] = var->name[i];
		if (info->mode == MODE_GET)
			answer_get(a, info, r, id, len);
		else if (info->mode == MODE_GETNEXT)
			answer_getnext(a, r, id, len);
	}
	return SNMP_ERR_NOERROR;
}

static int on_session_init(int major, int minor, void *session, void *arg)
{
	netsnmp_session *s = session;

	(void)major;
	(void)minor;
	(void)arg;
	s->timeout = MASTER_TIMEOUT_US;
	s->retries = 0;
	return 0;
}

static void set_ping(int seconds)
{
	netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL,
			   seconds);
}

/* The library arms its ping with this value after this callback; see watch_connection(). */
static int on_connect(int major, int minor, void *session, void *arg)
{
	(void)major;
	(void)minor;
	(void)arg;
	self->session = session;
	self->register_at_ns = 0;
	set_ping(PING_S);
	return 0;
}

static int on_disconnect(int major, int minor, void *session, void *arg)
{
	(void)major;
	(void)minor;
	(void)session;
	(void)arg;
	self->session = NULL;
	return 0;
}

static void fail(struct snmp_agent *a, const char *why)
{
	if (atomic_load(&a->failed))
		return;
	snprintf(a->why, sizeof(a->why), "%s", why);
	atomic_store(&a->failed, true);
}

/* The library reports failed registrations only here. */
static int on_log(int major, int minor, void *message, void *arg)
{
	const struct snmp_log_message *m = message;
	struct snmp_agent *a = self;
	long error;

	(void)major;
	(void)minor;
	(void)arg;
	if (sscanf(m->msg, "registering pdu failed: %ld", &error) == 1) {
		if (error == AGENTX_DUPLICATE)
			fail(a, "another ipfwagent is already connected to this SNMP master agent");
		a->register_at_ns = monotonic_ns() + REGISTER_RETRY_NS;
	} else if (strncmp(m->msg, "registering failed", strlen("registering failed")) == 0) {
		a->register_at_ns = monotonic_ns() + REGISTER_RETRY_NS;
	}
	if (m->priority > LOG_ERR || atomic_load(&a->failed))
		return 0;
	if (strncmp(a->last_error, m->msg, sizeof(a->last_error) - 1) == 0)
		return 0;
	snprintf(a->last_error, sizeof(a->last_error), "%s", m->msg);
	log_warning("SNMP: %.*s", (int)strcspn(a->last_error, "\n"), a->last_error);
	return 0;
}

static const char *master_address(const struct snmp_agent *a)
{
	return a->socket ? a->socket : NETSNMP_AGENTX_SOCKET;
}

/* Why the master cannot be reached; the library does not tell. */
static const char *master_trouble(const struct snmp_agent *a)
{
	const char *path = master_address(a);
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd, error = 0;

	if (strncmp(path, "unix:", 5) == 0)
		path += 5;
	if (path[0] != '/' || strlen(path) >= sizeof(un.sun_path))
		return "no answer";
	memcpy(un.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	return error && error != EAGAIN ? strerror(error) : "no answer";
}

/* Say once what changed, and keep the library's two uses of the ping interval apart. */
static void watch_connection(struct snmp_agent *a)
{
	bool connected = a->session != NULL;

	if (connected)
		set_ping(RECONNECT_S);
	if (a->reported && connected == a->was_connected)
		return;
	if (connected)
		log_info("connected to the SNMP master agent at %s", master_address(a));
	else if (a->reported)
		log_info("lost the SNMP master agent at %s, reconnecting", master_address(a));
	else
		log_info("cannot connect to the SNMP master agent at %s: %s, trying again",
			 master_address(a), master_trouble(a));
	a->was_connected = connected;
	a->reported = true;
}

static bool register_subtree(struct snmp_agent *a)
{
	a->register_at_ns = 0;
	a->registration = netsnmp_create_handler_registration(
		"ipfwAgentMIB", handle, objects, OID_LENGTH(objects), HANDLER_CAN_RONLY);
	if (a->registration && netsnmp_register_handler(a->registration) == MIB_REGISTERED_OK)
		return true;
	a->registration = NULL; /* the library has freed it */
	return false;
}

/* The master was too busy to answer our registration in time. */
static void retry_registration(struct snmp_agent *a)
{
	if (!a->register_at_ns || !a->session || monotonic_ns() < a->register_at_ns)
		return;
	if (a->registration)
		netsnmp_unregister_handler(a->registration);
	if (!register_subtree(a))
		a->register_at_ns = monotonic_ns() + REGISTER_RETRY_NS;
}

static void configure_library(struct snmp_agent *a)
{
	set_configuration_directory("/dev/null");
	set_persistent_directory("/dev/null");
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_ROOT_ACCESS, 1);
	netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS,
			       1);
	netsnmp_enable_subagent();
	if (a->socket)
		netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET,
				      a->socket);
	snmp_disable_stderrlog();
	snmp_enable_calllog();
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log, NULL);
	snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT, on_session_init,
			       NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START, on_connect,
			       NULL);
	snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP, on_disconnect,
			       NULL);
}

/* The library's descriptors change behind our back: ask for them in every round. */
static void serve_once(struct snmp_agent *a)
{
	netsnmp_large_fd_set fds;
	struct timeval timeout = {.tv_sec = 1};
	int n = a->wake_fd + 1, block = 0;

	netsnmp_large_fd_set_init(&fds, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&fds);
	snmp_select_info2(&n, &fds, &timeout, &block);
	netsnmp_large_fd_setfd(a->wake_fd, &fds);
	if (netsnmp_large_fd_set_select(n, &fds, NULL, NULL, block ? NULL : &timeout) > 0) {
		if (netsnmp_large_fd_is_set(a->wake_fd, &fds)) {
			drain(a->wake_fd);
			netsnmp_large_fd_clr(a->wake_fd, &fds);
		}
		snmp_read2(&fds);
	}
	netsnmp_large_fd_set_cleanup(&fds);
	snmp_timeout();
	run_alarms();
	netsnmp_check_outstanding_agent_requests();
}

static void *run(void *arg)
{
	struct snmp_agent *a = arg;

	configure_library(a);
	if (init_agent(NAME) != 0 || !register_subtree(a)) {
		fail(a, "the SNMP library cannot be initialised");
	} else {
		register_sysORTable((oid *)module, OID_LENGTH(module),
				    "IP traffic received, sent and forwarded");
		set_ping(RECONNECT_S); /* init_agent() has set its own default */
		init_snmp(NAME);
	}
	while (!atomic_load(&a->stopping) && !atomic_load(&a->failed)) {
		watch_connection(a);
		serve_once(a);
		retry_registration(a);
		take_view(a);
	}
	snmp_shutdown(NAME);
	shutdown_agent();
	if (atomic_load(&a->failed))
		wake(a->config.stop_fd);
	return NULL;
}

static void destroy(struct snmp_agent *a)
{
	if (a->wake_fd >= 0)
		close(a->wake_fd);
	mib_view_free(atomic_exchange(&a->next, NULL));
	mib_view_free(a->view);
	free(a->socket);
	free(a);
	self = NULL;
}

int snmp_agent_start(struct snmp_agent **out, const struct snmp_agent_config *config)
{
	struct snmp_agent *a = calloc(1, sizeof(*a));
	sigset_t all, old;
	int err = -ENOMEM;

	assert(!self);
	*out = NULL;
	if (!a)
		return err;
	a->config = *config;
	a->config.socket = NULL;
	mib_context_init(&a->context, NULL);
	a->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->wake_fd < 0) {
		err = -errno;
		goto out;
	}
	if (config->socket && !(a->socket = strdup(config->socket)))
		goto out;
	/* The library reads no MIB files; it has no other switch for that. */
	if (setenv("MIBS", "", 1) < 0) {
		err = -errno;
		goto out;
	}

	self = a;
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

void snmp_agent_publish(struct snmp_agent *a, struct mib_view *view)
{
	mib_view_free(atomic_exchange(&a->next, view));
	wake(a->wake_fd);
}

bool snmp_agent_failed(struct snmp_agent *a, const char **why)
{
	if (!atomic_load(&a->failed))
		return false;
	*why = a->why;
	return true;
}

bool snmp_agent_stop(struct snmp_agent *a)
{
	struct timespec until;

	if (!a)
		return true;
	atomic_store(&a->stopping, true);
	wake(a->wake_fd);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_WAIT_NS / NS_PER_S;
	if (pthread_timedjoin_np(a->thread, NULL, &until) != 0)
		return false;
	destroy(a);
	return true;
}
