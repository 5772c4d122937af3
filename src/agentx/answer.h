/* SPDX-License-Identifier: MIT */
/*
 * answer: answers Get and GetNext PDUs of the master straight from the engine. The library
 * would carry each through a session with itself: three select(2) and four pipe calls more.
 *
 * For session.c, behind the net-snmp headers.
 */
#ifndef IPFW_AGENTX_ANSWER_H
#define IPFW_AGENTX_ANSWER_H

#include "mib/engine.h"

/* Write a value into a variable binding. */
void agentx_answer_set(netsnmp_variable_list *var, const struct mib_value *value);

/*
 * The variable's name as the engine's OID: `id` has room for MAX_OID_LEN, and no instance has so
 * long a name that it would matter what is cut off. Returns its length.
 */
size_t agentx_answer_oid(const netsnmp_variable_list *var, uint32_t *id);

/*
 * Whether the PDU is one to answer here: Get or GetNext, in the default context, and all of its
 * variables begin in our subtree.
 */
bool agentx_answer_can(const netsnmp_pdu *pdu);

/*
 * Refuse what is neither a response nor a question in the default context: there is nothing to set,
 * and the library keeps for good what a set began and nobody ended, and copies contexts beyond
 * their end. Returns whether the PDU was dealt with.
 */
bool agentx_answer_refuse(netsnmp_session *session, const netsnmp_pdu *pdu);

/* Answer it (RFC 2741, 7.2.3) from `ctx`. */
void agentx_answer(netsnmp_session *session, netsnmp_pdu *pdu, struct mib_context *ctx);

#endif
