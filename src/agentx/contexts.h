/* SPDX-License-Identifier: MIT */
/*
 * contexts: registers the MIB's subtrees in SNMP contexts beside the default one, and unregisters
 * them.
 *
 * The library would wait for the master's answer to each registration, and make all of them again
 * at once with each connection. Here one is on its way at a time, and the master's requests are
 * answered meanwhile.
 *
 * For session.c, behind the net-snmp headers.
 */
#ifndef IPFW_AGENTX_CONTEXTS_H
#define IPFW_AGENTX_CONTEXTS_H

#include "mib/tables.h"

/* What a subtree is registered at, in every context. */
int contexts_priority(const struct mib_root *root);

/* The contexts of these views, and no others, are to be registered; the default one is not ours. */
void contexts_set(const struct mib_view *views);

/* A session begins, in which nothing is registered yet. */
void contexts_begin(void);

/* Send the next registration if none is on its way; `ip_mib`: of RFC 4293's tables too. */
void contexts_next(netsnmp_session *session, bool ip_mib);

/* The session is over; forget all. */
void contexts_end(void);

#endif
