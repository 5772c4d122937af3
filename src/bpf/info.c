/* SPDX-License-Identifier: MIT */
#include "bpf/info.h"

#include <asm/socket.h>
#include <bpf/bpf.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "bpf/skipped.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

uint64_t info_netns_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t size = sizeof(cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size);
		close(fd);
	}
	return cookie;
}

int info_read(const int *maps, struct ipfw_info *info)
{
	const uint32_t zero = 0;

	return bpf_map_lookup_elem(maps[MAP_INFO], &zero, info);
}

int info_write(const int *maps, const struct ipfw_info *info)
{
	const uint32_t zero = 0;

	return bpf_map_update_elem(maps[MAP_INFO], &zero, info, BPF_ANY);
}

int info_begin(const struct hooks *h)
{
	const uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	struct ipfw_info info = {
		.since_ns = now_ns,
		.since_boot_ns = clock_ns(CLOCK_BOOTTIME),
		.since_wall_ns = clock_ns(CLOCK_REALTIME),
		.netns_cookie = info_netns_cookie(),
		.object_hash = hooks_object_hash(h->id),
		.hooks = h->id,
		.drops_error = h->drops_error,
		.fast_since_ns = h->fast_error ? 0 : now_ns,
		.fast_error = h->fast_error,
	};
	int r = maps_begin(h->maps);

	skipped_note(h, &info);
	return r ? r : info_write(h->maps, &info);
}

int info_note_fast(const struct hooks *h)
{
	struct ipfw_info info;
	int r = info_read(h->maps, &info);

	if (r)
		return r;
	info.fast_since_ns = clock_ns(CLOCK_MONOTONIC);
	info.fast_error = 0;
	skipped_note(h, &info);
	return info_write(h->maps, &info);
}
