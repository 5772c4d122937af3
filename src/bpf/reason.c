/* SPDX-License-Identifier: MIT */
#include "bpf/reason.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

const char *reason_types(void)
{
	if (!access("/sys/kernel/btf/vmlinux", R_OK))
		return NULL;
	if (errno != ENOENT)
		return "/sys/kernel/btf/vmlinux, the kernel's type information, cannot be read";
	if (access("/sys/kernel", F_OK) < 0)
		return "/sys is not mounted: the kernel's type information (BTF) is there";
	return "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)";
}

int reason_symbols(void)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	unsigned long long address = 0;

	if (!f)
		return -errno;
	while (!address && fscanf(f, "%llx%*[^\n]", &address) == 1)
		;
	fclose(f);
	return address ? 0 : -EPERM;
}
