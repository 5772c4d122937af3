/* SPDX-License-Identifier: MIT */
#include "agent/service_manager.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/schedule.h"
#include "base/units.h"

static struct {
	int fd; /* of the network namespace that the program was started in */
	struct sockaddr_un address;
	socklen_t size; /* 0: nobody asks */
} manager;

void service_manager_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;

	if (!length || length >= sizeof(manager.address.sun_path) || !strchr("/@", path[0]))
		return;
	manager.address.sun_family = AF_UNIX;
	memcpy(manager.address.sun_path, path, length);
	if (path[0] == '@')
		manager.address.sun_path[0] = 0; /* Linux's abstract names */
	manager.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (manager.fd >= 0)
		manager.size = offsetof(struct sockaddr_un, sun_path) + length;
}

void service_manager_notify(const char *state)
{
	if (manager.size)
		(void)!sendto(manager.fd, state, strlen(state), MSG_NOSIGNAL,
			      (struct sockaddr *)&manager.address, manager.size);
}

int service_manager_watchdog_ms(void)
{
	const char *wait = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	unsigned long long ms = wait ? strtoull(wait, NULL, 10) / 2000 : 0;

	if (!ms || (pid && strtoll(pid, NULL, 10) != getpid()))
		return -1;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

void service_manager_alive(void)
{
	static uint64_t said_ns; /* 0: not yet */
	uint64_t now_ns = clock_now_ns();
	int every_ms = service_manager_watchdog_ms();

	if (every_ms < 0 || (said_ns && now_ns - said_ns < every_ms * NS_PER_MS / 2))
		return;
	said_ns = now_ns;
	service_manager_notify("WATCHDOG=1");
}
