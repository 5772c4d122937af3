/* SPDX-License-Identifier: MIT */
/*
 * reason: what eBPF needs of the machine besides privileges, for those who are told why it was
 * refused.
 */
#ifndef IPFW_BPF_REASON_H
#define IPFW_BPF_REASON_H

#include "model/snapshot.h"

/* Why the kernel's type information (BTF) cannot be read; NULL: it can. */
const char *reason_types(void);

/*
 * Whether this process sees the addresses of the kernel's functions. Returns 0; -EPERM: they are
 * hidden, zeros are shown in their place; or another -errno: /proc/kallsyms cannot be read.
 */
int reason_symbols(void);

/* What a refusal (-errno) of a hook set at that step most likely means. */
const char *reason_refused(enum hooks_id id, int error, const char *step);

#endif
