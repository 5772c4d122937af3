/* SPDX-License-Identifier: MIT */
#include "agentx/library.h" /* first: net-snmp's headers */

#include <string.h>

#include "agentx/notify.h"
#include "agentx/protocol.h"
#include "base/log.h"
#include "base/units.h"

/* A master that hangs answers when it goes on, one that dies ends the connection. */
#define ACKNOWLEDGE_S 86400

static const oid sys_up_time[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const oid snmp_trap_oid[] = {1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};

static struct {
	struct notification_queue *queue;
	struct notification notification;
	bool waiting; /* to be sent */
	bool sent;    /* to be acknowledged */
} self;

static int on_answer(int operation, netsnmp_session *session, int reqid, netsnmp_pdu *pdu,
		     void *magic)
{
	(void)session;
	(void)reqid;
	(void)magic;
	self.sent = false;
	if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE && pdu->errstat == 0)
		return 1;
	notification_queue_drop(self.queue);
	if (operation == NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE)
		log_warning("SNMP: the master refused a notification: error %ld", pdu->errstat);
	else
		log_warning("SNMP: lost the master while a notification was on its way to it");
	return 1;
}

static void set_value(netsnmp_variable_list *var, const struct mib_value *value)
{
	struct counter64 c64 = {.high = value->number >> 32, .low = value->number & UINT32_MAX};
	long number = value->number;

	switch (value->type) {
	case MIB_COUNTER64:
		agentx_library.snmp_set_var_typed_value(var, ASN_COUNTER64, &c64, sizeof(c64));
		break;
	case MIB_STRING:
		agentx_library.snmp_set_var_typed_value(var, ASN_OCTET_STR, value->string,
							strlen(value->string));
		break;
	case MIB_INTEGER:
		agentx_library.snmp_set_var_typed_value(var, ASN_INTEGER, &number, sizeof(number));
		break;
	case MIB_COUNTER32:
		agentx_library.snmp_set_var_typed_value(var, ASN_COUNTER, &number, sizeof(number));
		break;
	case MIB_GAUGE32:
		agentx_library.snmp_set_var_typed_value(var, ASN_GAUGE, &number, sizeof(number));
		break;
	case MIB_TIMETICKS:
		agentx_library.snmp_set_var_typed_value(var, ASN_TIMETICKS, &number,
							sizeof(number));
		break;
	}
}

static bool add_object(netsnmp_pdu *pdu, const struct mib_oid *name, const struct mib_value *value)
{
	oid id[MIB_OID_MAX];
	netsnmp_variable_list *var;

	for (size_t i = 0; i < name->len; i++)
		id[i] = name->id[i];
	var = agentx_library.snmp_pdu_add_variable(pdu, id, name->len, ASN_NULL, NULL, 0);
	if (!var)
		return false;
	set_value(var, value);
	return true;
}

/* NULL: no memory. The sysUpTime is that of the event; the master would take that of now. */
static netsnmp_pdu *make_pdu(const netsnmp_session *session,
			     const struct notification *notification, int64_t master_start_ns)
{
	static const oid root[] = {MIB_ROOT};
	netsnmp_pdu *pdu = agentx_library.snmp_pdu_create(AGENTX_NOTIFY);
	oid trap[OID_LENGTH(root) + 2];
	int64_t uptime_ns = (int64_t)notification->at_ns - master_start_ns;
	u_long ticks = uptime_ns > 0 ? (uint32_t)(uptime_ns / NS_PER_CS) : 0;
	bool whole;

	if (!pdu)
		return NULL;
	memcpy(trap, root, sizeof(root));
	trap[OID_LENGTH(root)] = 0;
	trap[OID_LENGTH(root) + 1] = notification->number;
	pdu->version = session->version;
	pdu->sessid = session->sessid;
	pdu->time = ACKNOWLEDGE_S;
	pdu->flags |= UCD_MSG_FLAG_PDU_TIMEOUT | (session->flags & AGENTX_NETWORK_BYTE_ORDER);
	whole = agentx_library.snmp_pdu_add_variable(pdu, sys_up_time, OID_LENGTH(sys_up_time),
						     ASN_TIMETICKS, &ticks, sizeof(ticks)) &&
		agentx_library.snmp_pdu_add_variable(pdu, snmp_trap_oid, OID_LENGTH(snmp_trap_oid),
						     ASN_OBJECT_ID, trap, sizeof(trap));
	for (size_t i = 0; i < notification->n; i++)
		whole = whole && add_object(pdu, &notification->names[i], &notification->values[i]);
	if (whole)
		return pdu;
	agentx_library.snmp_free_pdu(pdu);
	return NULL;
}

void notify_next(netsnmp_session *session, struct notification_queue *queue,
		 int64_t master_start_ns)
{
	netsnmp_pdu *pdu;

	if (self.sent)
		return;
	self.queue = queue;
	if (!self.waiting)
		self.waiting = notification_queue_take(queue, &self.notification);
	if (!self.waiting)
		return;
	pdu = make_pdu(session, &self.notification, master_start_ns);
	if (!pdu)
		return;
	if (agentx_library.snmp_async_send(session, pdu, on_answer, NULL)) {
		self.waiting = false;
		self.sent = true;
	} else {
		agentx_library.snmp_free_pdu(pdu);
	}
}

void notify_end(struct notification_queue *queue)
{
	unsigned n = self.waiting;

	while (notification_queue_take(queue, &self.notification))
		n++;
	self.waiting = false;
	if (n)
		log_warning("SNMP: no master for %u notification%s", n, n == 1 ? "" : "s");
}
