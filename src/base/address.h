/* SPDX-License-Identifier: MIT */
/*
 * address: where a master agent listens, as net-snmp writes it: unix:PATH or PATH, tcp:HOST:PORT or
 * tcp6:HOST:PORT. An IPv6 address may stand in brackets; a host or a port may be left out. And
 * where the agent itself listens.
 */
#ifndef IPFW_BASE_ADDRESS_H
#define IPFW_BASE_ADDRESS_H

struct address {
	const char *path; /* of a local socket, in the text; else NULL */
	int family;       /* of the others: AF_INET6 or AF_UNSPEC */
	char host[256], port[8];
};

/* Returns what is wrong with the text, or NULL. */
const char *address_parse(struct address *a, const char *text);

/* The same for HOST:PORT, where an IPv6 address stands in brackets. */
const char *address_parse_listen(struct address *a, const char *text);

#endif
