/* SPDX-License-Identifier: MIT */
/*
 * framing: stands between net-snmp's library and the connection to the master. The library
 * believes any length that a header states and waits for so much, up to 2 GB; while it waits for an
 * answer it takes any PDU of the same number for that answer; and it goes on with memory that it
 * has freed when the connection ends before the answer to a registration.
 */
#ifndef IPFW_AGENTX_FRAMING_H
#define IPFW_AGENTX_FRAMING_H

/* In front of an address, of a stream socket: the connection goes through this module. */
#define SNMP_GUARD "ipfwguard"

/*
 * Make that prefix known to the library. It gets whole PDUs only. The connection ends, as if the
 * master had closed it, at a header that is not of AgentX (RFC 2741, 6.1), at the master's Close,
 * at a request with the number of our last one, and, from a request of ours to the answer, at what
 * is neither a response nor a plain Get or GetNext; the log says why. If it ends before the answer
 * to a request of ours, that is answered here, with an error. There is one connection at a time.
 */
void framing_register(void);

#endif
