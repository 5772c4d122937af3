/* SPDX-License-Identifier: MIT */
#include "agentx/library.h" /* first: net-snmp's headers */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "agentx/connection_log.h"
#include "agentx/contexts.h"
#include "agentx/framing.h"
#include "agentx/notify.h"
#include "agentx/protocol.h"
#include "agentx/session.h"
#include "base/log.h"
#include "base/schedule.h"
#include "base/units.h"

#define NAME "ipfwagent"

#define MASTER_TIMEOUT_US (1000 * 1000 / 3) /* for each answer of the master */
#define RECONNECT_S       1                 /* between attempts to reach the master */
#define PING_S            3600              /* requests show that the master lives */
#define REGISTER_RETRY_NS NS_PER_S

/* The library's callbacks take no argument of ours that it would not free. */
static struct {
	struct session_config config;
	netsnmp_handler_registration *registrations[MIB_ROOTS];
	netsnmp_session *session; /* NULL: not connected */
	int64_t master_start_ns;  /* when its sysUpTime was 0, or somewhat earlier */
	uint64_t register_at_ns;  /* when the subtrees are to be registered again; 0: they are */
	bool registered;          /* they were, in this session or one before */
	bool duplicate;           /* somebody else has one, as logged */
	struct connection_log report;
	const char *failed;
	char errors[4][128]; /* of the library, as logged last */
	size_t next_error;
} self;

struct agentx_library agentx_library;

static const oid module[] = {MIB_ROOT};

static struct mib_context *context(const char *name)
{
	return self.config.prepare(self.config.arg, self.master_start_ns, name);
}

/* For the registration alone: framing answers before the library sees a request. */
static int handle(netsnmp_mib_handler *handler, netsnmp_handler_registration *registration,
		  netsnmp_agent_request_info *info, netsnmp_request_info *requests)
{
	(void)handler;
	(void)registration;
	(void)info;
	(void)requests;
	return SNMP_ERR_GENERR;
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
	agentx_library.netsnmp_ds_set_int(NETSNMP_DS_APPLICATION_ID,
					  NETSNMP_DS_AGENT_AGENTX_PING_INTERVAL, seconds);
}

/* The library arms its ping with this value after this callback; see watch_connection(). */
static int on_connect(int major, int minor, void *session, void *arg)
{
	(void)major;
	(void)minor;
	(void)arg;
	self.session = session;
	self.register_at_ns = 0;
	/* The library has just taken sysUpTime over from the master's answer: 32 bits, to the tick,
	 * and with another delay each time. Not later than the truth, so that nothing that happens
	 * from now on looks like something from before the master. */
	self.master_start_ns =
		(int64_t)framing_began_ns() -
		((int64_t)(uint32_t)agentx_library.netsnmp_get_agent_uptime() + 1) * NS_PER_CS;
	set_ping(PING_S);
	framing_open(self.session->sessid);
	contexts_begin();
	return 0;
}

static int on_disconnect(int major, int minor, void *session, void *arg)
{
	(void)major;
	(void)minor;
	(void)session;
	(void)arg;
	self.session = NULL;
	return 0;
}

/* The library says the same at each try. */
static void log_error(const char *message)
{
	char *error = self.errors[self.next_error];

	for (size_t i = 0; i < ARRAY_SIZE(self.errors); i++)
		if (!strncmp(self.errors[i], message, sizeof(self.errors[i]) - 1))
			return;
	snprintf(error, sizeof(self.errors[0]), "%s", message);
	self.next_error = (self.next_error + 1) % ARRAY_SIZE(self.errors);
	log_warning("SNMP: %.*s", (int)strcspn(error, "\n"), error);
}

/*
 * Somebody has registered our subtree: another agent, or we ourselves in a connection that is over
 * without the master knowing it, since the network failed. It will know when it asks there.
 */
static void on_duplicate(void)
{
	if (!self.registered)
		self.failed = "another ipfwagent is already connected to this SNMP master agent";
	else if (!self.duplicate)
		log_warning("the SNMP master agent has another connection for our objects, maybe "
			    "the one that was lost; trying again");
	self.duplicate = true;
}

/* The library reports failed registrations only here. */
static int on_log(int major, int minor, void *message, void *arg)
{
	const struct snmp_log_message *m = message;
	long error;

	(void)major;
	(void)minor;
	(void)arg;
	if (sscanf(m->msg, "registering pdu failed: %ld", &error) == 1) {
		if (error == AGENTX_DUPLICATE_REGISTRATION)
			on_duplicate();
		self.register_at_ns = clock_now_ns() + REGISTER_RETRY_NS;
	} else if (strncmp(m->msg, "registering failed", strlen("registering failed")) == 0) {
		self.register_at_ns = clock_now_ns() + REGISTER_RETRY_NS;
	}
	if (m->priority <= LOG_ERR && !self.failed)
		log_error(m->msg);
	return 0;
}

static const char *master_address(void)
{
	return self.config.address ? self.config.address : NETSNMP_AGENTX_SOCKET;
}

/* Keep the library's two uses of the ping interval apart, and the log up to date. */
static void watch_connection(void)
{
	if (self.session)
		set_ping(RECONNECT_S);
	if (self.session && !self.register_at_ns && !self.failed) {
		self.registered = true;
		self.duplicate = false;
	}
	connection_log(&self.report, master_address(), self.session ? NULL : framing_trouble());
}

/* Returns NULL if it fails. */
static netsnmp_handler_registration *register_subtree(const struct mib_root *root)
{
	netsnmp_handler_registration *registration;
	oid id[MIB_ROOT_MAX];

	for (size_t i = 0; i < root->len; i++)
		id[i] = root->id[i];
	registration = agentx_library.netsnmp_create_handler_registration(
		"ipfwAgentMIB", handle, id, root->len, HANDLER_CAN_RONLY);
	if (!registration)
		return NULL;
	registration->priority = contexts_priority(root);
	if (agentx_library.netsnmp_register_handler(registration) == MIB_REGISTERED_OK)
		return registration;
	return NULL; /* the library has freed it */
}

static bool register_subtrees(void)
{
	self.register_at_ns = 0;
	for (int i = 0; i < MIB_ROOTS; i++) {
		if (mib_roots[i].standard && !self.config.ip_mib)
			continue;
		self.registrations[i] = register_subtree(&mib_roots[i]);
		if (!self.registrations[i])
			return false;
	}
	return true;
}

static void unregister_subtrees(void)
{
	for (int i = 0; i < MIB_ROOTS; i++) {
		if (self.registrations[i])
			agentx_library.netsnmp_unregister_handler(self.registrations[i]);
		self.registrations[i] = NULL;
	}
}

/* The master was too busy to answer our registration in time. */
static void retry_registration(void)
{
	if (!self.register_at_ns || !self.session || clock_now_ns() < self.register_at_ns)
		return;
	unregister_subtrees();
	if (!register_subtrees())
		self.register_at_ns = clock_now_ns() + REGISTER_RETRY_NS;
}

static void configure_library(void)
{
	const struct framing_config framing = {.address = master_address(), .context = context};

	agentx_library.set_configuration_directory("/dev/null");
	agentx_library.set_persistent_directory("/dev/null");
	agentx_library.netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
					      NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
	agentx_library.netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
					      NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
	agentx_library.netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
					      NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, 1);
	agentx_library.netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID,
					      NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE, 1);
	agentx_library.netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
					      NETSNMP_DS_AGENT_NO_ROOT_ACCESS, 1);
	agentx_library.netsnmp_ds_set_boolean(NETSNMP_DS_APPLICATION_ID,
					      NETSNMP_DS_AGENT_NO_CONNECTION_WARNINGS, 1);
	agentx_library.netsnmp_enable_subagent();
	framing_register(&framing);
	agentx_library.netsnmp_ds_set_string(NETSNMP_DS_APPLICATION_ID, NETSNMP_DS_AGENT_X_SOCKET,
					     FRAMING_ADDRESS);
	agentx_library.snmp_disable_stderrlog();
	agentx_library.snmp_enable_calllog();
	agentx_library.snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, on_log,
					      NULL);
	agentx_library.snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_SESSION_INIT,
					      on_session_init, NULL);
	agentx_library.snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_START,
					      on_connect, NULL);
	agentx_library.snmp_register_callback(SNMP_CALLBACK_APPLICATION, SNMPD_CALLBACK_INDEX_STOP,
					      on_disconnect, NULL);
}

const char *session_start(const struct session_config *config)
{
	const char *why = agentx_library_load(&agentx_library);

	if (why)
		return why;
	self.config = *config;
	configure_library();
	if (agentx_library.init_agent(NAME) != 0 || !register_subtrees()) {
		why = "the SNMP library cannot be initialised";
	} else {
		agentx_library.register_sysORTable((oid *)module, OID_LENGTH(module),
						   "IP traffic received, sent and forwarded");
		if (config->ip_mib)
			log_info("serving ipSystemStatsTable and ipIfStatsTable of IP-MIB (RFC "
				 "4293) in place of the SNMP master agent's own");
		set_ping(RECONNECT_S); /* agentx_library.init_agent() has set its own default */
		agentx_library.init_snmp(NAME);
		why = self.failed;
	}
	if (why)
		session_stop();
	return why;
}

/* Only when the subtrees are registered: who has no room for these has none for more. */
static void register_contexts(void)
{
	if (self.session && !self.register_at_ns && !self.failed)
		contexts_next(self.session, self.config.ip_mib);
}

void session_set_contexts(const struct mib_view *views)
{
	contexts_set(views);
	register_contexts();
}

/* The library's descriptors change behind our back: ask for them in every round. */
bool session_serve(int wake_fd)
{
	netsnmp_large_fd_set fds;
	struct timeval timeout = {.tv_sec = 1};
	int n = wake_fd + 1, block = 0;
	bool woken = false;

	watch_connection();
	agentx_library.netsnmp_large_fd_set_init(&fds, FD_SETSIZE);
	NETSNMP_LARGE_FD_ZERO(&fds);
	agentx_library.snmp_select_info2(&n, &fds, &timeout, &block);
	agentx_library.netsnmp_large_fd_setfd(wake_fd, &fds);
	if (agentx_library.netsnmp_large_fd_set_select(n, &fds, NULL, NULL,
						       block ? NULL : &timeout) > 0) {
		woken = agentx_library.netsnmp_large_fd_is_set(wake_fd, &fds);
		agentx_library.netsnmp_large_fd_clr(wake_fd, &fds);
		agentx_library.snmp_read2(&fds);
	}
	agentx_library.netsnmp_large_fd_set_cleanup(&fds);
	agentx_library.snmp_timeout();
	agentx_library.run_alarms();
	retry_registration();
	register_contexts();
	if (self.session)
		notify_next(self.session, self.config.notifications, self.master_start_ns);
	return woken;
}

int64_t session_began(void)
{
	return self.session ? self.master_start_ns : 0;
}

const char *session_failed(void)
{
	return self.failed;
}

void session_stop(void)
{
	notify_end(self.config.notifications);
	agentx_library.snmp_shutdown(NAME);
	agentx_library.shutdown_agent();
	contexts_end();
}
