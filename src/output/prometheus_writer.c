/* SPDX-License-Identifier: MIT */
#include "output/prometheus_writer.h"

#include <inttypes.h>

static const char *const suffixes[] = {
	[PROM_COUNTER] = "_total", [PROM_GAUGE] = "", [PROM_INFO] = "_info"};

/* Before the first sample, so that an absent metric is not announced either. */
static void begin_family(const struct prom_writer *w, struct prom_family *family)
{
	static const char *const types[] = {"counter", "gauge", "info"};
	const char *suffix = w->openmetrics ? "" : suffixes[family->kind];
	bool as_gauge =
		family->kind == PROM_INFO && !w->openmetrics; /* that format has no info type */

	if (family->begun)
		return;
	family->begun = true;
	fprintf(w->f, "# HELP %s%s %s.\n# TYPE %s%s %s\n", family->name, suffix, family->help,
		family->name, suffix, types[as_gauge ? PROM_GAUGE : family->kind]);
	if (w->openmetrics && family->unit)
		fprintf(w->f, "# UNIT %s %s\n", family->name, family->unit);
}

static void put_label_value(FILE *f, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n') {
			fputs("\\n", f);
			continue;
		}
		if (*value == '"' || *value == '\\')
			fputc('\\', f);
		fputc(*value, f);
	}
}

/* All of a sample but its value. `labels`: a key, its value, and so on to NULL. */
static void begin_sample(const struct prom_writer *w, struct prom_family *family,
			 const char *const *labels)
{
	begin_family(w, family);
	fprintf(w->f, "%s%s", family->name, suffixes[family->kind]);
	for (int i = 0; labels[i]; i += 2) {
		fprintf(w->f, "%c%s=\"", i ? ',' : '{', labels[i]);
		put_label_value(w->f, labels[i + 1]);
		fputc('"', w->f);
	}
	fputs(labels[0] ? "} " : " ", w->f);
}

void prometheus_put_u64(const struct prom_writer *w, struct prom_family *family,
			const char *const *labels, uint64_t value)
{
	begin_sample(w, family, labels);
	fprintf(w->f, "%" PRIu64 "\n", value);
}

void prometheus_put_decimal(const struct prom_writer *w, struct prom_family *family,
			    const char *const *labels, double value)
{
	begin_sample(w, family, labels);
	fprintf(w->f, "%.6f\n", value);
}

void prometheus_put_seconds(const struct prom_writer *w, struct prom_family *family,
			    struct timespec t)
{
	begin_sample(w, family, NO_LABELS);
	fprintf(w->f, "%jd.%09ld\n", (intmax_t)t.tv_sec, t.tv_nsec);
}
