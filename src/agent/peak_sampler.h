/* SPDX-License-Identifier: MIT */
/*
 * peak_sampler: when the agent takes the samples of model/peak.h, one at each full second, and
 * whether they cost little enough.
 *
 * A sample is a reading only where it must be: else what the rows of the last one have counted
 * since, see collect_count_again().
 *
 * It measures the processor time of its samples. Where they take more than PEAK_SAMPLER_COST_NS,
 * there are no peaks, for that reason, and it tries again after some windows.
 */
#ifndef IPFW_AGENT_PEAK_SAMPLER_H
#define IPFW_AGENT_PEAK_SAMPLER_H

#include "agent/sampler.h"
#include "base/schedule.h"
#include "model/peak_watch.h"

#define PEAK_SAMPLER_COST_NS UINT64_C(50000000) /* on average: 5 % of one processor */
#define PEAK_SAMPLER_ROOM    ((size_t)16 << 20) /* octets, for the rates of percentiles */

/* Begins zeroed: no window. */
struct peak_sampler {
	struct peak_watch *watch; /* NULL: no window */
	struct schedule *timer;
	uint64_t window_ns;
	uint64_t cost_ns; /* of the samples, on average */
	unsigned samples; /* since it began or tried again */
	bool paused;      /* they cost too much */
};

/*
 * Begin with windows of that length, shown with the sampler's readings; 0: none. The timer's alarm
 * tells when to take the next one. No memory ends the program.
 */
void peak_sampler_begin(struct peak_sampler *p, struct sampler *s, struct schedule *timer,
			uint64_t window_ns);
void peak_sampler_end(struct peak_sampler *p);

/* Take a sample: when the alarm tells. True: it is a reading, as of sampler_read(), to be shown. */
bool peak_sampler_read(struct peak_sampler *p, struct sampler *s, int64_t master_start_ns);

#define PEAK_TEXT_MAX 128

/* What status says of it; it follows other words: ", peaks of 300 s, 1.2 ms for a sample". */
void peak_sampler_describe(const struct peak_sampler *p, char *text, size_t size);

#endif
