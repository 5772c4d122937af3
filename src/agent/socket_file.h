/* SPDX-License-Identifier: MIT */
/*
 * socket_file: the file of a listening stream socket, which must never be somebody else's.
 */
#ifndef IPFW_AGENT_SOCKET_FILE_H
#define IPFW_AGENT_SOCKET_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/why.h"

struct socket_file {
	int fd; /* -1: not listening */
	dev_t dev;
	ino_t ino; /* of the file, which may not be ours any more */
};

/*
 * Listen at `path`. The file appears with its mode and group (-1: as it comes) and ready to
 * connect, in place of a socket that nobody listens on; its directory is made if only that is
 * missing. Returns 0, or -errno with a sentence in `why`; -EADDRINUSE: somebody else listens.
 */
int socket_file_open(struct socket_file *s, const char *path, mode_t mode, gid_t gid,
		     struct why *why);

/* True while clients who open `path` get here. */
bool socket_file_reachable(const struct socket_file *s, const char *path);

/* Remove the file, if it is still ours, and stop. */
void socket_file_close(struct socket_file *s, const char *path);

#endif
