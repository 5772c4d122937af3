/* SPDX-License-Identifier: MIT */
/*
 * late: attach, beside counters that are there, what could not be attached when they were: the
 * programs of fast_hook.h, whose module was not loaded yet.
 */
#ifndef IPFW_BPF_LATE_H
#define IPFW_BPF_LATE_H

#include <stdint.h>

#include "bpf/pins.h"

/*
 * To pinned counters, and pin it with them. `records` is their directory, `sealed_ns` its time.
 * Returns 0, also if another process was faster, or -errno: nothing has changed.
 */
int late_attach_pinned(const struct pins *p, int records, const int *maps, uint64_t sealed_ns);

/* To the process's own. Returns 0 or -errno. */
int late_attach_own(struct hooks *h);

#endif
