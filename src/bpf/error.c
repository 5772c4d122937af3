/* SPDX-License-Identifier: MIT */
#include "bpf/error.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define KERNEL_INTERNAL 512 /* from here on the kernel's numbers for itself */

/* Those that bpf(2), perf_event_open(2), files and libbpf answer with. */
static const struct {
	int number;
	const char *name;
} names[] = {
#define NAME(error)                                                                                \
	{                                                                                          \
		error, #error                                                                      \
	}
	NAME(E2BIG),
	NAME(EACCES),
	NAME(EAGAIN),
	NAME(EBADF),
	NAME(EBUSY),
	NAME(EEXIST),
	NAME(EFAULT),
	NAME(EINTR),
	NAME(EINVAL),
	NAME(EIO),
	NAME(EMFILE),
	NAME(ENAMETOOLONG),
	NAME(ENFILE),
	NAME(ENODEV),
	NAME(ENOENT),
	NAME(ENOMEM),
	NAME(ENOSPC),
	NAME(ENOSYS),
	NAME(ENOTDIR),
	NAME(ENOTEMPTY),
	NAME(EOPNOTSUPP),
	NAME(EPERM),
	NAME(EPROTO),
	NAME(ERANGE),
	NAME(EROFS),
	NAME(ESRCH),
	NAME(ESTALE),
#undef NAME
	{ENOTSUPP_KERNEL, "ENOTSUPP"},
};

const char *bpf_error_text(int error)
{
	static _Thread_local char text[128];

	if (-error == ENOTSUPP_KERNEL)
		return "this kernel does not support it";
	if (-error < KERNEL_INTERNAL)
		return strerror(-error);
	if (-error < __LIBBPF_ERRNO__START) {
		snprintf(text, sizeof(text), "error %d of the kernel", -error);
		return text;
	}
	if (-error == LIBBPF_ERRNO__ENDIAN)
		return "the eBPF programs were compiled for machines of the other byte order";
	if (libbpf_strerror(-error, text, sizeof(text)))
		snprintf(text, sizeof(text), "error %d of libbpf", -error);
	return text;
}

const char *bpf_error_name(int error)
{
	static _Thread_local char text[32];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == -error)
			return names[i].name;
	snprintf(text, sizeof(text), "error %d", -error);
	return text;
}
