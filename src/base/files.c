/* SPDX-License-Identifier: MIT */
#include "base/files.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

void files_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

bool files_have_room(unsigned n)
{
	int fd = n ? open("/", O_PATH | O_CLOEXEC) : -1;
	bool all = !n || (fd >= 0 && files_have_room(n - 1));

	if (fd >= 0)
		close(fd);
	return all;
}
