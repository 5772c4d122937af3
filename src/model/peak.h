/* SPDX-License-Identifier: MIT */
/*
 * peak: the highest one-second rate of a window of time, and the 95th percentile of its one-second
 * rates, by the nearest rank: of n rates in ascending order the one at place ceil(0.95 n).
 *
 * A window has a rate for each of its seconds, or no peaks: a second that is missing may have been
 * the highest. The same is true for each row and figure.
 */
#ifndef IPFW_MODEL_PEAK_H
#define IPFW_MODEL_PEAK_H

#include "model/snapshot.h"

#define PEAK_FIGURES      METRICS_RATES /* those that have rates in the MIB */
#define PEAK_WINDOW_MAX_S 3600

/* Why there is a peak or none; the numbers are the MIB's IpfwPeakState. */
enum peak_state {
	PEAK_COMPLETE = 1,
	PEAK_STARTING,      /* the agent began within the window */
	PEAK_MISSED,        /* a second without a sample, or one that was taken too late */
	PEAK_CLOCK,         /* the clock was set */
	PEAK_FAILED,        /* a reading failed */
	PEAK_DISCONTINUITY, /* the row's counters began anew, or the interface is new */
	PEAK_NO_ROOM, /* there is a peak; the percentiles of so many interfaces have no room */
	PEAK_COSTLY,  /* a sample takes too much processor time */
	PEAK_STATES
};
extern const char *const peak_state_names[PEAK_STATES];

/* Per second, in the metric's unit. */
struct peak_rate {
	double highest, percentile;
	uint16_t at; /* which sample was the highest; of several equal ones the first */
};

/* Masks have a bit for each metric: it has a peak; it is derived; it lacks packets; it has a
 * percentile. */
struct peak_row {
	enum peak_state state;
	uint16_t samples; /* of which there is a rate */
	uint8_t known, derived, bypassed, ranked;
	struct peak_rate *rates; /* PEAK_FIGURES of them, see peak_rate(); NULL: all are 0 */
};

struct peak_if {
	uint32_t ifindex;
	char name[SNAPSHOT_NAME_MAX];
	struct peak_row rows[FAMILY_MIB_COUNT];
};

/* When a sample was taken, in both clocks. */
struct peak_time {
	uint64_t mono_ns;
	struct timespec wall;
};

/*
 * What the rows of a reading have counted at a later moment, while they are those: the same figures
 * are known. A figure that has no peak may be left out.
 */
struct peak_counts {
	struct peak_time time;
	uint64_t system[FAMILY_IPV6 + 1][PEAK_FIGURES];
	uint64_t (*ifs)[FAMILY_MIB_COUNT][PEAK_FIGURES]; /* parallel to the reading's */
};

/* Make it zeros for that reading. Returns 0 or -ENOMEM; then there is nothing to clear. */
int peak_counts_begin(struct peak_counts *c, const struct snapshot *s);
void peak_counts_clear(struct peak_counts *c);

/* The figures (bits), of those in `mask`, that may have a peak: no differences. */
uint8_t peak_usable(const struct figures *f, uint32_t mask);

/* Let a row have counted that, where it was `before` in the reading. False: other figures are known
 * now. */
bool peak_counts_put(uint64_t out[PEAK_FIGURES], const struct figures *now,
		     const struct figures *before);

/* A window that has ended. It does not change any more. */
struct peaks {
	atomic_uint references;
	enum peak_state state;
	unsigned window_s;
	unsigned samples;                        /* of which there is a rate */
	struct peak_time end;                    /* of the last sample; zero: there was none */
	struct peak_time *times;                 /* of each sample */
	struct peak_row system[FAMILY_IPV6 + 1]; /* FAMILY_TOTAL is not used */
	struct peak_if *ifs;                     /* sorted by (ifindex, name) */
	size_t n_ifs;
};

/* Take one more reference, from any thread; give one back. Both accept NULL. */
struct peaks *peaks_share(struct peaks *p);
void peaks_free(struct peaks *p);

/* The order of interfaces: negative, 0 or positive, as strcmp(3). */
int peak_order(uint32_t ifindex, const char *name, uint32_t other, const char *other_name);

/* The row of the same interface, or NULL. */
const struct peak_if *peaks_find_if(const struct peaks *p, const struct snapshot_if *row);

/* Of a figure that is known, or all 0. */
const struct peak_rate *peak_rate(const struct peak_row *row, enum metric_id m);

/* Of all its peaks together, as figures_quality(). */
enum quality peak_quality(const struct peak_row *row);

/* Of a row of these peaks; NULL is that of an interface which was not there. */
enum peak_state peaks_state(const struct peaks *p, const struct peak_row *row);

#endif
