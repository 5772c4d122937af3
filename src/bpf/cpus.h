/* SPDX-License-Identifier: MIT */
/*
 * cpus: the CPUs that the kernel may ever have. Their numbers may have gaps ("0-3,8-11"):
 * an array that is indexed by the number of a CPU has room for `ids`; the kernel's values of a
 * per-CPU map are `count`, one after the other.
 */
#ifndef IPFW_BPF_CPUS_H
#define IPFW_BPF_CPUS_H

#include <stdint.h>

struct cpus {
	uint32_t count;
	uint32_t ids; /* the highest number + 1 */
};

/* Parse a list of CPUs as sysfs has it. Returns 0 or -EBADMSG. */
int cpus_parse(const char *list, struct cpus *out);

/* Those of this machine, which never change; 0 of them: it does not say, errno tells why. */
struct cpus cpus_possible(void);

#endif
