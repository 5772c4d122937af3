/* SPDX-License-Identifier: MIT */
/*
 * prometheus_writer: samples in Prometheus' text format or OpenMetrics.
 */
#ifndef IPFW_OUTPUT_PROMETHEUS_WRITER_H
#define IPFW_OUTPUT_PROMETHEUS_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum prom_kind { PROM_COUNTER, PROM_GAUGE, PROM_INFO };

struct prom_writer {
	FILE *f;
	bool openmetrics; /* else Prometheus' text format 0.0.4 */
};

struct prom_family {
	const char *name; /* without the suffix of its samples */
	enum prom_kind kind;
	const char *unit; /* the end of the name, or NULL */
	const char *help; /* without a full stop */
	bool begun;
};

#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_LABELS   ((const char *const[]){NULL})

/* One sample. `labels`: a key, its value, and so on to NULL. */
void prometheus_put_u64(const struct prom_writer *w, struct prom_family *family,
			const char *const *labels, uint64_t value);
void prometheus_put_decimal(const struct prom_writer *w, struct prom_family *family,
			    const char *const *labels, double value);
void prometheus_put_seconds(const struct prom_writer *w, struct prom_family *family,
			    struct timespec t);

#endif
