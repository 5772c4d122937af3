/* SPDX-License-Identifier: MIT */
/*
 * selftest: the command. Are the figures right on this kernel? Known packets go through a router
 * that exists for this only, and whoever counts them is compared with what was sent.
 *
 * Nothing is left behind, however the process ends: the router is made of network namespaces
 * without a name, eBPF programs are attached without pins, the AgentX master is a socket in one of
 * the namespaces, and there are no other processes and no files. The kernel keeps modules that it
 * has loaded for it (veth, nf_tables).
 */
#ifndef IPFW_SELFTEST_SELFTEST_H
#define IPFW_SELFTEST_SELFTEST_H

#include "options/options.h"

int selftest_run(const struct options *o);

#endif
