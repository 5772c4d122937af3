/* SPDX-License-Identifier: MIT */
/*
 * error: the errors of eBPF for people. The kernel also answers with numbers that it should
 * keep to itself (524), and libbpf with numbers of its own (4000 and up): the C library knows
 * neither.
 */
#ifndef IPFW_BPF_ERROR_H
#define IPFW_BPF_ERROR_H

#define ENOTSUPP_KERNEL 524 /* ENOTSUPP of the kernel; not EOPNOTSUPP */

/* What `error` (negative) says, for any number. Valid until the next call of the thread. */
const char *bpf_error_text(int error);

/* Its symbol, such as EPERM, or "error NUMBER". Valid until the next call of the thread. */
const char *bpf_error_name(int error);

#endif
