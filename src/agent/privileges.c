/* SPDX-License-Identifier: MIT */
#include "agent/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* Keep these of the capabilities that we have, effective and permitted, and no others. */
static int keep_capabilities(uint64_t wanted)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= wanted >> 32 * i;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static int become(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 ||
	    setuid(user->pw_uid) < 0)
		return -errno;
	return 0;
}

static bool works_without(privileges_probe *probe, void *arg)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(keep_capabilities(0) || !probe(arg));
	if (child > 0)
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	return status == 0;
}

int privileges_drop(const char *name, privileges_probe *probe, void *arg, struct why *why)
{
	const char *what = "prctl";
	struct passwd *user;
	int r = 0;

	errno = 0;
	user = getpwnam(name);
	if (!user) {
		r = errno ? -errno : -ENOENT;
		return why_set(why, r, "user %s: %s", name,
			       r == -ENOENT ? "there is none" : strerror(-r));
	}
	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = -errno;
	if (!r) {
		what = name;
		r = become(user);
	}
	if (!r) {
		what = "capabilities";
		r = keep_capabilities(UINT64_C(1) << CAP_BPF);
	}
	if (!r && works_without(probe, arg))
		r = keep_capabilities(0);
	return r ? why_set(why, r, "cannot become %s: %s: %s", name, what, strerror(-r)) : 0;
}
