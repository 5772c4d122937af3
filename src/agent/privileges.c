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
#include <unistd.h>

#ifndef CAP_BPF
#define CAP_BPF 39
#endif

#define BPF_ALONE (UINT64_C(1) << CAP_BPF)

/* Keep these of the capabilities that we have, and no others; `effective`: as ones that count. */
static int keep_capabilities(uint64_t wanted, bool effective)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= wanted >> 32 * i;
		data[i].effective = effective ? data[i].permitted : 0;
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

/* Try without CAP_BPF, then with it: it stays only where it makes the difference. */
static int keep_if_needed(privileges_probe *probe, void *arg, bool *kept)
{
	int r = keep_capabilities(BPF_ALONE, false);

	if (r || probe(arg))
		return r ? r : keep_capabilities(0, false);
	r = keep_capabilities(BPF_ALONE, true);
	*kept = !r && probe(arg);
	return r || *kept ? r : keep_capabilities(0, false);
}

int privileges_drop(const char *name, privileges_probe *probe, void *arg, bool *kept,
		    struct why *why)
{
	const char *what = "prctl";
	struct passwd *user;
	int r = 0;

	*kept = false;
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
		r = keep_if_needed(probe, arg, kept);
	}
	return r ? why_set(why, r, "cannot become %s: %s: %s", name, what, strerror(-r)) : 0;
}
