/* SPDX-License-Identifier: MIT */
/*
 * counter: a counter in mapped memory, read while the kernel adds to it. What is returned
 * is a value that the counter had: never half of one and half of the next. Counters are read in the
 * order of the calls.
 *
 * For counters that only grow, to which the kernel adds 64 bits at once: it is a 64-bit one, since
 * a 32-bit one refuses the hooks.
 */
#ifndef IPFW_BPF_COUNTER_H
#define IPFW_BPF_COUNTER_H

#include <endian.h>
#include <stdint.h>

typedef uint32_t __attribute__((may_alias)) counter_half;

/* By 32 bits at a time: while the upper half stays as it is, the lower half belongs to it. */
static inline uint64_t counter_read_halves(const uint64_t *counter)
{
	const counter_half *halves = (const counter_half *)counter;
	const counter_half *upper = &halves[BYTE_ORDER == LITTLE_ENDIAN];
	const counter_half *lower = &halves[BYTE_ORDER != LITTLE_ENDIAN];
	uint32_t high, low;

	do { /* acquire: in this order */
		high = __atomic_load_n(upper, __ATOMIC_ACQUIRE);
		low = __atomic_load_n(lower, __ATOMIC_ACQUIRE);
	} while (high != __atomic_load_n(upper, __ATOMIC_ACQUIRE));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t counter_read(const uint64_t *counter)
{
#if __SIZEOF_LONG__ == 8
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
#else
	return counter_read_halves(counter);
#endif
}

#endif
