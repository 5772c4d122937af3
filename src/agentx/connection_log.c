/* SPDX-License-Identifier: MIT */
#include "agentx/connection_log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/schedule.h"

#define LOOK_NS UINT64_C(1500000000) /* long enough for the library to try in between */

/* Each look costs a listener a connection that it has to close: do it rarely. */
#define LOOKS_ACCEPTED 40

static const char no_answer[] = "no answer";

/* Why nobody can connect there; the library does not tell. */
static const char *find_trouble(const char *address, bool connects)
{
	const char *path = strncmp(address, "unix:", 5) ? address : address + 5;
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd, error = 0;

	if (path[0] != '/' || strlen(path) >= sizeof(un.sun_path))
		return no_answer;
	if (access(path, W_OK) < 0)
		return strerror(errno);
	if (!connects)
		return no_answer;
	memcpy(un.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	return error && error != EAGAIN ? strerror(error) : no_answer;
}

void connection_log(struct connection_log *r, const char *address, bool connected)
{
	uint64_t now_ns = clock_now_ns();
	const char *trouble;

	if (connected != r->connected)
		log_info(connected ? "connected to the SNMP master agent at %s"
				   : "lost the SNMP master agent at %s, reconnecting",
			 address);
	if (connected || connected != r->connected) {
		*r = (struct connection_log){.connected = connected,
					     .look_at_ns = now_ns + LOOK_NS};
		return;
	}
	if (now_ns < r->look_at_ns)
		return;
	r->look_at_ns = now_ns + LOOK_NS;
	trouble = find_trouble(address, r->accepted % LOOKS_ACCEPTED < 2);
	r->accepted = trouble == no_answer ? r->accepted + 1 : 0;
	if (r->accepted == 1) /* it has just come */
		return;
	if (!strncmp(trouble, r->trouble, sizeof(r->trouble) - 1))
		return;
	snprintf(r->trouble, sizeof(r->trouble), "%s", trouble);
	log_info("cannot connect to the SNMP master agent at %s: %s, trying again", address,
		 trouble);
}
