/* SPDX-License-Identifier: MIT */
/*
 * netlink_dump: rtnetlink dumps that are consistent.
 */
#ifndef IPFW_SOURCES_NETLINK_DUMP_H
#define IPFW_SOURCES_NETLINK_DUMP_H

#include <libmnl/libmnl.h>

struct netlink_dump {
	struct mnl_socket *socket; /* NULL: could not be opened again, netlink_dump_run() tries */
	unsigned seq;
	char buffer[32768]; /* the kernel fills at most this much at once */
};

/*
 * Open the socket, in the calling thread's network namespace; one that is open already is replaced,
 * and what was still to come on it is gone. `d` begins zeroed. Returns 0 or -errno.
 */
int netlink_dump_open(struct netlink_dump *d);
void netlink_dump_close(struct netlink_dump *d); /* also where it is not open */

/* Things changed during every try. All that was handed on was true when it came. */
#define NETLINK_DUMP_INTERRUPTED 1

/*
 * How often to try: where all tries together will do, and where one must be whole. Thousands of
 * interfaces that come and go leave no dump of all of them undisturbed.
 */
#define NETLINK_DUMP_TOGETHER 5
#define NETLINK_DUMP_WHOLE    50

/*
 * Send the request and hand each message of the answer to `each`. A dump during which something
 * came or went may lack an entry, or have one twice: it is made anew, up to `tries` in all, and
 * `begin` (NULL: nothing) is called before each. Returns 0: the last try was whole;
 * NETLINK_DUMP_INTERRUPTED: none was, but they do not all lack the same; or -errno.
 */
int netlink_dump_run(struct netlink_dump *d, struct nlmsghdr *request, unsigned tries,
		     mnl_cb_t each, void *arg, void (*begin)(void *arg));

#endif
