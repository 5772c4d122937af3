/* SPDX-License-Identifier: MIT */
/*
 * prometheus_writer: samples in Prometheus' text format or OpenMetrics. The samples of a family
 * stand together in the document, in whichever order they were written.
 */
#ifndef IPFW_OUTPUT_PROMETHEUS_WRITER_H
#define IPFW_OUTPUT_PROMETHEUS_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "output/output.h"

enum prom_kind { PROM_COUNTER, PROM_GAUGE, PROM_INFO };

#define PROM_NAME_MAX 64

/* Samples of one family that were written one after the other. */
struct prom_piece {
	size_t family; /* its number, from 1 on */
	size_t begin;  /* the next piece begins where it ends */
};

/* Begins with what is constant: openmetrics. */
struct prom_writer {
	bool openmetrics;  /* else Prometheus' text format 0.0.4 */
	const char *netns; /* the first label of what follows; NULL: it has none */

	struct output_document text;
	FILE *f;
	char (*names)[PROM_NAME_MAX]; /* of the families, as they came */
	size_t n_names;
	struct prom_piece *pieces;
	size_t n_pieces, cap_pieces;
	bool failed; /* no memory */
};

struct prom_family {
	const char *name; /* without the suffix of its samples; shorter than PROM_NAME_MAX */
	enum prom_kind kind;
	const char *unit; /* the end of the name, or NULL */
	const char *help; /* without a full stop */
	size_t number;    /* in the document; 0: not asked for yet */
};

#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NO_LABELS   ((const char *const[]){NULL})

/* Begin a document, and make it whole. Both return 0 or -errno; the latter frees the rest. */
int prometheus_begin(struct prom_writer *w);
int prometheus_end(struct prom_writer *w, struct output_document *d);

/* One sample. `labels`: a key, its value, and so on to NULL. */
void prometheus_put_u64(struct prom_writer *w, struct prom_family *family,
			const char *const *labels, uint64_t value);
void prometheus_put_decimal(struct prom_writer *w, struct prom_family *family,
			    const char *const *labels, double value);
void prometheus_put_seconds(struct prom_writer *w, struct prom_family *family, struct timespec t);

#endif
