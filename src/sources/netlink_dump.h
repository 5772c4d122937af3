/* SPDX-License-Identifier: MIT */
/*
 * netlink_dump: dumps by netlink that are consistent.
 */
#ifndef IPFW_SOURCES_NETLINK_DUMP_H
#define IPFW_SOURCES_NETLINK_DUMP_H

#include <libmnl/libmnl.h>

struct netlink_dump {
	int bus;                   /* NETLINK_ROUTE, which is 0, or another one */
	struct mnl_socket *socket; /* NULL: could not be opened again, netlink_dump_run() tries */
	unsigned seq;
	char buffer[32768]; /* the kernel fills at most this much at once */
};

/*
 * Open the socket, in the calling thread's network namespace. A socket that is open already is
 * replaced, and data still to come on it are discarded. `d` begins zeroed. Returns 0 or -errno.
 */
int netlink_dump_open(struct netlink_dump *d);
void netlink_dump_close(struct netlink_dump *d); /* also where it is not open */

/* Something changed during every try. Each message was true when it arrived. */
#define NETLINK_DUMP_INTERRUPTED 1

/*
 * How often to try: if all tries together suffice, and if one must be whole. While thousands of
 * interfaces come and go, hardly any dump of all of them is undisturbed.
 */
#define NETLINK_DUMP_TOGETHER 5
#define NETLINK_DUMP_WHOLE    50

/*
 * Send the request and pass each message of the answer to `each`. A dump during which something
 * came or went may lack an entry, or have one twice: then it is repeated, up to `tries` in all, and
 * `begin` (NULL: nothing) is called before each try. Returns 0: the last try was whole;
 * NETLINK_DUMP_INTERRUPTED: none was, but they do not all lack the same entries; or -errno.
 */
int netlink_dump_run(struct netlink_dump *d, struct nlmsghdr *request, unsigned tries,
		     mnl_cb_t each, void *arg, void (*begin)(void *arg));

/*
 * The same where a dump that is not whole is none. `found` is the number of what `each` has added
 * to something: each try begins with what it was; NULL: it does not matter how often it is called
 * for the same. Returns 0 or -errno; -EINTR: none was whole.
 */
int netlink_dump_whole(struct netlink_dump *d, struct nlmsghdr *request, mnl_cb_t each, void *arg,
		       size_t *found);

/* The same of a request for one object, by one message. -ENODEV, ...: the kernel refused. */
int netlink_dump_one(struct netlink_dump *d, struct nlmsghdr *request, mnl_cb_t each, void *arg);

#endif
