/* SPDX-License-Identifier: MIT */
#include "agentx/library.h" /* first: net-snmp's headers */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agentx/contexts.h"
#include "agentx/protocol.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

#define BETTER_PRIORITY 50 /* than the master's own */
#define RETRY_NS        NS_PER_S

/* Subtrees are bits, 1 << enum mib_root_id. */
struct context {
	struct context *next;
	char name[MIB_CONTEXT_MAX + 1];
	bool wanted;
	bool refused; /* as logged */
	unsigned registered;
	unsigned unsure;  /* the master did not answer in time, it may or may not be registered */
	uint64_t next_ns; /* nothing is registered before */
};

static struct {
	struct context *list;  /* sorted by name */
	struct context *asked; /* what is on its way is about this one; NULL: nothing is */
	unsigned root;         /* and this subtree, as a bit */
	bool is_registration;  /* or the contrary */
	uint64_t next_ns;      /* there is nothing to do before */
} self;

int contexts_priority(const struct mib_root *root)
{
	return root->standard ? BETTER_PRIORITY : DEFAULT_MIB_PRIORITY;
}

static struct context *new_context(const char *name, struct context *next)
{
	struct context *c = calloc(1, sizeof(*c));

	if (!c)
		log_fatal("%s", strerror(ENOMEM));
	memcpy(c->name, name, sizeof(c->name));
	c->next = next;
	return c;
}

/* Both lists are in the same order. */
void contexts_set(const struct mib_view *views)
{
	struct context **at = &self.list;

	for (struct context *c = self.list; c; c = c->next)
		c->wanted = false;
	for (; views; views = views->next) {
		if (!views->context[0])
			continue;
		while (*at && strcmp((*at)->name, views->context) < 0)
			at = &(*at)->next;
		if (!*at || strcmp((*at)->name, views->context))
			*at = new_context(views->context, *at);
		(*at)->wanted = true;
	}
	self.next_ns = 0;
}

void contexts_begin(void)
{
	for (struct context *c = self.list; c; c = c->next) {
		c->registered = c->unsure = 0;
		c->next_ns = 0;
	}
	self.next_ns = 0;
}

static void on_registered(struct context *c, bool answered, long error)
{
	if (answered && !error) {
		c->registered |= self.root;
		c->refused = false;
		return;
	}
	if (!answered)
		c->unsure |= self.root;
	else if (!c->refused)
		log_warning("SNMP: the master refused the context %s: error %ld", c->name, error);
	c->refused |= answered;
	c->next_ns = clock_now_ns() + RETRY_NS;
}

static int on_answer(int operation, netsnmp_session *session, int reqid, netsnmp_pdu *pdu,
		     void *magic)
{
	struct context *c = self.asked;
	bool answered = operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE;

	(void)session;
	(void)reqid;
	(void)magic;
	self.asked = NULL;
	self.next_ns = 0;
	if (self.is_registration) {
		on_registered(c, answered, answered ? pdu->errstat : 0);
	} else { /* it is not, or will not be when the master goes on */
		c->registered &= ~self.root;
		c->unsure &= ~self.root;
	}
	return 1;
}

/* NULL: no memory. */
static netsnmp_pdu *make_pdu(const netsnmp_session *session, const struct context *c,
			     const struct mib_root *root, int type)
{
	netsnmp_pdu *pdu = agentx_library.snmp_pdu_create(type);
	oid id[MIB_ROOT_MAX];

	if (!pdu)
		return NULL;
	for (size_t i = 0; i < root->len; i++)
		id[i] = root->id[i];
	pdu->version = session->version;
	pdu->sessid = session->sessid;
	pdu->priority = contexts_priority(root);
	pdu->flags |= AGENTX_NON_DEFAULT_CONTEXT | (session->flags & AGENTX_NETWORK_BYTE_ORDER);
	pdu->community = (u_char *)strdup(c->name); /* so the library calls it */
	pdu->community_len = strlen(c->name);
	if (pdu->community &&
	    agentx_library.snmp_pdu_add_variable(pdu, id, root->len, ASN_NULL, NULL, 0))
		return pdu;
	agentx_library.snmp_free_pdu(pdu);
	return NULL;
}

/* Register one of these subtrees, or the contrary. False: that was not possible now. */
static bool ask(netsnmp_session *session, struct context *c, unsigned roots, int type)
{
	unsigned i = 0;
	netsnmp_pdu *pdu;

	while (!(roots >> i & 1))
		i++;
	pdu = make_pdu(session, c, &mib_roots[i], type);
	if (!pdu)
		return false;
	self.asked = c;
	self.root = 1u << i;
	self.is_registration = type == AGENTX_REGISTER;
	if (agentx_library.snmp_async_send(session, pdu, on_answer, NULL))
		return true;
	self.asked = NULL;
	agentx_library.snmp_free_pdu(pdu);
	return false;
}

static unsigned all_roots(bool ip_mib)
{
	unsigned roots = 0;

	for (unsigned i = 0; i < MIB_ROOTS; i++)
		if (ip_mib || !mib_roots[i].standard)
			roots |= 1u << i;
	return roots;
}

void contexts_next(netsnmp_session *session, bool ip_mib)
{
	const unsigned roots = all_roots(ip_mib);
	uint64_t now_ns = clock_now_ns();
	struct context **at = &self.list, *c;

	if (self.asked || now_ns < self.next_ns)
		return;
	self.next_ns = UINT64_MAX;
	while (!self.asked && (c = *at)) {
		unsigned obsolete = c->unsure | (c->wanted ? 0 : c->registered);
		unsigned missing = c->wanted ? roots & ~c->registered : 0;

		if (!obsolete && !c->wanted) {
			*at = c->next;
			free(c);
			continue;
		}
		at = &c->next;
		if (!(obsolete | missing))
			continue;
		if (now_ns >= c->next_ns && !ask(session, c, obsolete ? obsolete : missing,
						 obsolete ? AGENTX_UNREGISTER : AGENTX_REGISTER))
			c->next_ns = now_ns + RETRY_NS;
		if (c->next_ns < self.next_ns)
			self.next_ns = c->next_ns;
	}
}

void contexts_end(void)
{
	contexts_set(NULL);
	while (self.list) {
		struct context *c = self.list;

		self.list = c->next;
		free(c);
	}
}
