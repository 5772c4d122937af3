/* SPDX-License-Identifier: MIT */
#include "agentx/library.h" /* first: net-snmp's headers */

#include <string.h>

#include "agentx/answer.h"
#include "agentx/protocol.h"

static const oid objects[] = {MIB_OBJECTS};

void agentx_answer_set(netsnmp_variable_list *var, const struct mib_value *value)
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
	case MIB_GAUGE32:
		agentx_library.snmp_set_var_typed_value(var, ASN_GAUGE, &number, sizeof(number));
		break;
	case MIB_TIMETICKS:
		agentx_library.snmp_set_var_typed_value(var, ASN_TIMETICKS, &number,
							sizeof(number));
		break;
	}
}

size_t agentx_answer_oid(const netsnmp_variable_list *var, uint32_t *id)
{
	size_t len = var->name_length < MAX_OID_LEN ? var->name_length : MAX_OID_LEN;

	for (size_t i = 0; i < len; i++)
		id[i] = var->name[i];
	return len;
}

bool agentx_answer_can(const netsnmp_pdu *pdu)
{
	if ((pdu->command != AGENTX_GET && pdu->command != AGENTX_GETNEXT) || pdu->community_len ||
	    !pdu->variables)
		return false;
	for (const netsnmp_variable_list *v = pdu->variables; v; v = v->next_variable)
		if (v->name_length < OID_LENGTH(objects) ||
		    memcmp(v->name, objects, sizeof(objects)))
			return false;
	return true;
}

/* A response without variables. */
static void send_error(netsnmp_session *session, const netsnmp_pdu *pdu, long error, long index)
{
	netsnmp_pdu *response = agentx_library.snmp_pdu_create(AGENTX_RESPONSE);

	if (!response)
		return;
	response->version = session->version;
	response->flags = pdu->flags & AGENTX_NETWORK_BYTE_ORDER;
	response->sessid = pdu->sessid;
	response->transid = pdu->transid;
	response->reqid = pdu->reqid;
	response->errstat = error;
	response->errindex = index;
	if (!agentx_library.snmp_send(session, response))
		agentx_library.snmp_free_pdu(response);
}

bool agentx_answer_refuse(netsnmp_session *session, const netsnmp_pdu *pdu)
{
	switch (pdu->command) {
	case AGENTX_RESPONSE:
		return false;
	case AGENTX_GET:
	case AGENTX_GETNEXT:
	case AGENTX_GETBULK:
		if (!pdu->contextName)
			return false;
		send_error(session, pdu, AGENTX_UNSUPPORTED_CONTEXT, 0);
		return true;
	case AGENTX_TESTSET:
		send_error(session, pdu, SNMP_ERR_NOTWRITABLE, 1);
		return true;
	case AGENTX_COMMITSET:
		send_error(session, pdu, SNMP_ERR_COMMITFAILED, 0);
		return true;
	case AGENTX_UNDOSET:
		send_error(session, pdu, SNMP_ERR_UNDOFAILED, 0);
		return true;
	default:
		return true;
	}
}

static void set_exception(netsnmp_variable_list *var, u_char type)
{
	agentx_library.snmp_set_var_typed_value(var, type, NULL, 0);
}

static void answer_get(struct mib_context *ctx, netsnmp_variable_list *var)
{
	uint32_t id[MAX_OID_LEN];
	struct mib_value value;

	switch (mib_get(ctx, id, agentx_answer_oid(var, id), &value)) {
	case MIB_FOUND:
		agentx_answer_set(var, &value);
		break;
	case MIB_NO_INSTANCE:
		set_exception(var, SNMP_NOSUCHINSTANCE);
		break;
	default:
		set_exception(var, SNMP_NOSUCHOBJECT);
	}
}

/*
 * Whether the OID is before the range's end. The null OID is none; the library makes it 0.0, and
 * extends the sign of a sub-identifier.
 */
static bool in_range(const struct mib_oid *id, const netsnmp_variable_list *range)
{
	const oid *end = range->val.objid;
	size_t end_len = end ? range->val_len / sizeof(oid) : 0;

	if (!end_len || (end_len == 2 && !end[0] && !end[1]))
		return true;
	for (size_t i = 0; i < id->len && i < end_len; i++)
		if (id->id[i] != (uint32_t)end[i])
			return id->id[i] < (uint32_t)end[i];
	return id->len < end_len;
}

/* The variable's value is the end of the range, its type says whether the start is included. */
static void answer_getnext(struct mib_context *ctx, netsnmp_variable_list *var)
{
	uint32_t id[MAX_OID_LEN];
	oid name[MIB_OID_MAX];
	size_t len = agentx_answer_oid(var, id);
	struct mib_value value;
	struct mib_oid next = {.len = 0};

	if (var->type == ASN_PRIV_INCL_RANGE && mib_get(ctx, id, len, &value) == MIB_FOUND) {
		memcpy(next.id, id, len * sizeof(id[0]));
		next.len = len;
	} else if (mib_getnext(ctx, id, len, &next, &value) != MIB_FOUND) {
		next.len = 0;
	}
	if (!next.len || !in_range(&next, var)) {
		set_exception(var, SNMP_ENDOFMIBVIEW);
		return;
	}
	for (size_t i = 0; i < next.len; i++)
		name[i] = next.id[i];
	agentx_library.snmp_set_var_objid(var, name, next.len);
	agentx_answer_set(var, &value);
}

void agentx_answer(netsnmp_session *session, netsnmp_pdu *pdu, struct mib_context *ctx)
{
	bool get = pdu->command == AGENTX_GET;
	netsnmp_variable_list *variables = pdu->variables;
	netsnmp_pdu *response;

	pdu->variables = NULL; /* they move to the response and are changed in place */
	response = agentx_library.snmp_clone_pdu(pdu);
	if (!response) {
		pdu->variables = variables;
		return;
	}
	response->variables = variables;
	response->version = session->version;
	response->command = AGENTX_RESPONSE;
	response->errstat = 0;
	response->errindex = 0;
	for (netsnmp_variable_list *v = response->variables; v; v = v->next_variable)
		get ? answer_get(ctx, v) : answer_getnext(ctx, v);
	if (!agentx_library.snmp_send(session, response))
		agentx_library.snmp_free_pdu(response);
}
