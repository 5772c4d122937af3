/* SPDX-License-Identifier: MIT */
#include "output/prometheus_writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const suffixes[] = {
	[PROM_COUNTER] = "_total", [PROM_GAUGE] = "", [PROM_INFO] = "_info"};

/* Documents of one namespace name each family once, those of several in the same order again. */
static size_t find_family(const struct prom_writer *w, const char *name)
{
	size_t last = w->n_pieces ? w->pieces[w->n_pieces - 1].family : 0;

	for (size_t i = 0; i < w->n_names; i++) {
		size_t at = (last + i) % w->n_names;

		if (!strcmp(w->names[at], name))
			return at + 1;
	}
	return 0;
}

/* Returns its number, or 0: no memory. */
static size_t add_family(struct prom_writer *w, const char *name)
{
	char(*grown)[PROM_NAME_MAX] = reallocarray(w->names, w->n_names + 1, sizeof(*grown));

	if (!grown)
		return 0;
	w->names = grown;
	snprintf(grown[w->n_names], sizeof(*grown), "%s", name);
	return ++w->n_names;
}

/* What is written from now on is of that family. */
static void begin_piece(struct prom_writer *w, size_t family)
{
	if (w->n_pieces == w->cap_pieces) {
		size_t cap = 2 * w->cap_pieces + 256;
		struct prom_piece *grown = reallocarray(w->pieces, cap, sizeof(*grown));

		w->failed |= !grown;
		if (!grown)
			return;
		w->pieces = grown;
		w->cap_pieces = cap;
	}
	w->pieces[w->n_pieces++] = (struct prom_piece){family, ftello(w->f)};
}

static void announce(struct prom_writer *w, const struct prom_family *family)
{
	static const char *const types[] = {"counter", "gauge", "info"};
	const char *suffix = w->openmetrics ? "" : suffixes[family->kind];
	bool as_gauge =
		family->kind == PROM_INFO && !w->openmetrics; /* that format has no info type */

	fprintf(w->f, "# HELP %s%s %s.\n# TYPE %s%s %s\n", family->name, suffix, family->help,
		family->name, suffix, types[as_gauge ? PROM_GAUGE : family->kind]);
	if (w->openmetrics && family->unit)
		fprintf(w->f, "# UNIT %s %s\n", family->name, family->unit);
}

/* Before the first sample, so that an absent metric is not announced either. */
static void begin_family(struct prom_writer *w, struct prom_family *family)
{
	bool is_new;

	if (w->failed)
		return;
	if (family->number && w->pieces[w->n_pieces - 1].family == family->number)
		return;
	if (!family->number)
		family->number = find_family(w, family->name);
	is_new = !family->number;
	if (is_new)
		family->number = add_family(w, family->name);
	w->failed |= !family->number;
	begin_piece(w, family->number);
	if (is_new)
		announce(w, family);
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

static void put_label(FILE *f, char before, const char *key, const char *value)
{
	fprintf(f, "%c%s=\"", before, key);
	put_label_value(f, value);
	fputc('"', f);
}

/* All of a sample but its value. `labels`: a key, its value, and so on to NULL. */
static void begin_sample(struct prom_writer *w, struct prom_family *family,
			 const char *const *labels)
{
	begin_family(w, family);
	fprintf(w->f, "%s%s", family->name, suffixes[family->kind]);
	if (w->netns)
		put_label(w->f, '{', "netns", w->netns);
	for (int i = 0; labels[i]; i += 2)
		put_label(w->f, i || w->netns ? ',' : '{', labels[i], labels[i + 1]);
	fputs(labels[0] || w->netns ? "} " : " ", w->f);
}

void prometheus_put_u64(struct prom_writer *w, struct prom_family *family,
			const char *const *labels, uint64_t value)
{
	begin_sample(w, family, labels);
	fprintf(w->f, "%" PRIu64 "\n", value);
}

void prometheus_put_decimal(struct prom_writer *w, struct prom_family *family,
			    const char *const *labels, double value)
{
	begin_sample(w, family, labels);
	fprintf(w->f, "%.6f\n", value);
}

void prometheus_put_seconds(struct prom_writer *w, struct prom_family *family, struct timespec t)
{
	begin_sample(w, family, NO_LABELS);
	fprintf(w->f, "%jd.%09ld\n", (intmax_t)t.tv_sec, t.tv_nsec);
}

int prometheus_begin(struct prom_writer *w)
{
	w->f = output_begin(&w->text);
	return w->f ? 0 : -errno;
}

/* Put the pieces of each family together. Returns 0 or -ENOMEM. */
static int gather(const struct prom_writer *w, struct output_document *d)
{
	char *next = malloc(w->text.size);

	if (!next)
		return -ENOMEM;
	*d = (struct output_document){next, w->text.size};
	for (size_t family = 1; family <= w->n_names + 1; family++)
		for (size_t i = 0; i < w->n_pieces; i++) {
			const struct prom_piece *p = &w->pieces[i];
			size_t end = i + 1 < w->n_pieces ? p[1].begin : w->text.size;

			if (p->family == family)
				next = mempcpy(next, w->text.text + p->begin, end - p->begin);
		}
	return 0;
}

int prometheus_end(struct prom_writer *w, struct output_document *d)
{
	int r;

	begin_piece(w, w->n_names + 1);
	/* A comment in the older format: a reader can tell that all is there. */
	fputs("# EOF\n", w->f);
	r = output_end(&w->text, w->f);
	if (!r && w->failed)
		r = -ENOMEM;
	if (!r && w->n_pieces > w->n_names + 1)
		r = gather(w, d);
	else if (!r)
		*d = w->text;
	if (r || d->text != w->text.text)
		free(w->text.text);
	free(w->names);
	free(w->pieces);
	return r;
}
