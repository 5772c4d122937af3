/* SPDX-License-Identifier: MIT */
#include "bpf/reason.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "bpf/error.h"
#include "bpf/hooks.h"

#define TEXT(number)   TEXT_OF(number)
#define TEXT_OF(value) #value

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

#define LOCKED_DOWN "the kernel is locked down for confidentiality"

static bool is_locked_down(void)
{
	char text[160] = "";
	FILE *f = fopen("/sys/kernel/security/lockdown", "re");

	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);
	return strstr(text, "[confidentiality]");
}

/* Whether the kernel was built without netfilter links: with them it has this structure. */
static bool lacks_netfilter_links(void)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	bool lacks = kernel && btf__find_by_name_kind(kernel, "bpf_nf_link", BTF_KIND_STRUCT) <= 0;

	btf__free(kernel); /* accepts NULL */
	return lacks;
}

/* What a refusal of just this set most likely means; NULL: it is as for any other. */
static const char *explain_netfilter(int error)
{
	if (lacks_netfilter_links())
		return "netfilter links need Linux 6.4 with CONFIG_NETFILTER_BPF_LINK";
	if (error == -ENOTSUPP_KERNEL)
		return "calling the kernel's functions takes its JIT compiler for eBPF "
		       "(net.core.bpf_jit_enable)";
	if (error == -EBUSY)
		return "there are " TEXT(HOOKS_PRIORITY_TRIES) " sets of counters here already, "
							       "the most there can be";
	return NULL;
}

static const char *explain_fentry(int error)
{
	/* The verifier says EINVAL: it does not know the function that reads memory then. */
	if (error == -EINVAL && is_locked_down())
		return LOCKED_DOWN;
	if (error == -ENOTSUPP_KERNEL)
		return "this kernel has no BPF trampolines on this architecture";
	return NULL;
}

/* What one set takes, with room for what libbpf tries. */
#define DESCRIPTORS (MAP_COUNT + 2 * HOOKS_LINKS_MAX + 2 * DISPATCH_HELD)

const char *reason_refused(enum hooks_id id, int error, const char *what)
{
	bool refused = error == -EPERM || error == -EACCES;
	const char *own;

	/* libbpf takes what it cannot try without one for a feature that the kernel lacks. */
	if (!files_have_room(DESCRIPTORS))
		return "too few files may be open (ulimit -n)";
	if (!strcmp(what, "open"))
		return bpf_error_text(error);
	own = reason_types();
	if (!own)
		own = id == HOOKS_NETFILTER ? explain_netfilter(error) : explain_fentry(error);
	if (own)
		return own;
	if (refused && geteuid() != 0)
		return "needs root, or CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN and CAP_SYSLOG; "
		       "to pin, root";
	if (!strcmp(what, "symbols") && !refused)
		return "/proc/kallsyms cannot be read";
	if (!strcmp(what, "symbols"))
		return "the kernel hides its symbols (kernel.kptr_restrict, or no CAP_SYSLOG)";
	if (refused && is_locked_down())
		return LOCKED_DOWN;
	if (error == -ESRCH) /* libbpf, of the kernel's types */
		return "this kernel lacks a function that these hooks need";
	return bpf_error_text(error);
}
