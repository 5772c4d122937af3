/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/units.h"
#include "output/output.h"

/* Cells in rows of `columns`; each column is as wide as its widest cell. */
struct grid {
	char **cells;
	size_t n, cap, columns, left; /* the first `left` columns are aligned left */
};

__attribute__((format(printf, 2, 3))) static void put_cell(struct grid *g, const char *fmt, ...)
{
	va_list ap;

	if (g->n == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 256;
		g->cells = reallocarray(g->cells, g->cap, sizeof(*g->cells));
	}
	va_start(ap, fmt);
	if (!g->cells || vasprintf(&g->cells[g->n], fmt, ap) < 0)
		log_fatal("text: %s", strerror(ENOMEM));
	va_end(ap);
	g->n++;
}

/* Characters rather than bytes, so that UTF-8 names stay aligned. */
static int text_width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void print_grid(FILE *f, struct grid *g)
{
	int width[16] = {0}, blanks = 0;

	for (size_t i = 0; i < g->n; i++) {
		int w = text_width(g->cells[i]);

		if (w > width[i % g->columns])
			width[i % g->columns] = w;
	}
	for (size_t i = 0; i < g->n; i++) {
		size_t column = i % g->columns;
		const char *cell = g->cells[i];
		int pad = width[column] - text_width(cell);

		if (*cell) { /* blanks are written only before what follows them */
			fprintf(f, "%*s%s", blanks + (column < g->left ? 0 : pad), "", cell);
			blanks = column < g->left ? pad : 0;
		} else {
			blanks += pad;
		}
		blanks += 2;
		if (column == g->columns - 1) {
			fputc('\n', f);
			blanks = 0;
		}
		free(g->cells[i]);
	}
	free(g->cells);
}

static const char *unit_name(enum metric_unit unit, const struct rates *rates)
{
	if (unit == UNIT_PACKETS)
		return rates ? "packets/s" : "packets";
	return rates ? "bit/s" : "bytes";
}

/* Three or four digits and a prefix of that base. */
static void put_scaled(struct grid *g, double value, double base, const char *const *prefix)
{
	while (value >= base && prefix[1]) {
		value /= base;
		prefix++;
	}
	put_cell(g, value < 100 ? "%.1f%s" : "%.0f%s", value, *prefix);
}

static void put_octets(struct grid *g, uint64_t octets)
{
	static const char *const iec[] = {"", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB", NULL};

	if (octets < 1024)
		put_cell(g, "%" PRIu64, octets);
	else
		put_scaled(g, octets, 1024, iec);
}

/* A total; or with `delta`, which is of `rates`, a rate. */
static void put_figure(struct grid *g, const struct figures *f, enum metric_id m,
		       const struct delta *delta, const struct rates *rates, bool exact)
{
	static const char *const si[] = {"", " k", " M", " G", " T", " P", NULL};
	bool octets = metrics[m].unit == UNIT_OCTETS;
	double rate;

	if (delta ? !(delta->known >> m & 1) : !figures_known(f, m)) {
		put_cell(g, "-");
	} else if (delta) {
		rate = rate_per_second(delta->value[m], rates->interval_ns) * (octets ? 8 : 1);
		if (exact || !octets)
			put_cell(g, "%.1f", rate);
		else
			put_scaled(g, rate, 1000, si);
	} else if (octets && !exact) {
		put_octets(g, f->value[m]);
	} else {
		put_cell(g, "%" PRIu64, f->value[m]);
	}
}

static void print_head(FILE *f, const struct snapshot *s, const struct rates *rates,
		       const struct output_options *options)
{
	char text[CLOCK_TEXT_MAX], host[ESCAPE_HOST_MAX];

	fprintf(f, "%s  %s UTC", escape_name(host, sizeof(host), options->hostname, ESCAPE_TEXT),
		clock_text(text, &s->wall, CLOCK_PLAIN));
	if (rates)
		fprintf(f, "  rates over %.3f s", rates->interval_ns / 1e9);
	if (s->source == SOURCE_EBPF) {
		fprintf(f, "\nsource: eBPF (%s) since %s UTC, exact\n",
			snapshot_hooks_names[s->hooks], clock_text(text, &s->since, CLOCK_PLAIN));
	} else {
		fprintf(f,
			"\nsource: the kernel's own counters since boot; derived where the kernel "
			"has no such counter; - means not known\n");
	}
	if (s->missed_packets || s->missed_path_packets)
		fprintf(f, "not counted: %" PRIu64 " packets on interfaces, %" PRIu64 " on paths\n",
			s->missed_packets, s->missed_path_packets);
	if (options->verbose && options->note[0])
		fprintf(f, "not eBPF: %s\n", options->note);
	if (s->troubles)
		fprintf(f, "incomplete: %s\n", s->trouble);
	fputc('\n', f);
}

static void print_system(FILE *f, const struct snapshot *s, const struct rates *rates, bool exact)
{
	static const char *const titles[] = {[FAMILY_IPV4] = "IPv4", [FAMILY_IPV6] = "IPv6"};
	struct grid g = {.columns = 3, .left = 1};

	put_cell(&g, "%s", "");
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
		put_cell(&g, "%s", titles[family]);
	put_cell(&g, "forwarding");
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
		const struct snapshot_system *row = &s->system[family];

		put_cell(&g, "%s", !row->forwarding_known ? "-" : row->forwarding ? "on" : "off");
	}
	for (int m = 0; m < M_COUNT; m++) {
		put_cell(&g, "%s%s %s", metrics[m].group == GROUP_NOT_ROUTED ? "not routed, " : "",
			 metrics[m].label, unit_name(metrics[m].unit, rates));
		for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
			put_figure(&g, &s->system[family].figures, m,
				   rates ? &rates->system[family] : NULL, rates, exact);
	}
	for (int group = 0; group < GROUP_NOT_ROUTED; group++) {
		put_cell(&g, "quality of %s", metrics_groups[group]);
		for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
			put_cell(&g, "%s",
				 snapshot_quality_names[figures_quality(&s->system[family].figures,
									metrics_of_group(group))]);
	}
	print_grid(f, &g);
}

/* Two lines: what is counted, once for its packets and octets; and the units. */
static void put_if_titles(struct grid *g, const struct rates *rates)
{
	for (int i = 0; i < 3; i++)
		put_cell(g, "%s", "");
	for (int m = 0; m < M_IF_COUNT; m++)
		put_cell(g, "%s", metrics[m].unit == UNIT_PACKETS ? metrics[m].label : "");
	put_cell(g, "interface");
	put_cell(g, "family");
	put_cell(g, "quality");
	for (int m = 0; m < M_IF_COUNT; m++)
		put_cell(g, "%s", unit_name(metrics[m].unit, rates));
}

static void print_ifs(FILE *f, const struct snapshot *s, const struct rates *rates, bool exact)
{
	static const enum family order[] = {FAMILY_IPV4, FAMILY_IPV6, FAMILY_TOTAL, FAMILY_OTHER};
	bool has_other = exact && s->source == SOURCE_EBPF;
	struct grid g = {.columns = 3 + M_IF_COUNT, .left = 3};

	put_if_titles(&g, rates);
	for (size_t i = 0; i < s->n_ifs; i++) {
		const struct snapshot_if *row = &s->ifs[i];
		char name[ESCAPE_NAME_MAX];

		escape_name(name, sizeof(name), row->name, ESCAPE_TEXT);
		for (size_t k = 0; k < (has_other ? FAMILY_COUNT : FAMILY_OTHER); k++) {
			const struct figures *figures = &row->figures[order[k]];
			const struct delta *delta = rates ? &rates->ifs[i][order[k]] : NULL;

			put_cell(&g, "%s", name);
			put_cell(&g, "%s", snapshot_family_names[order[k]]);
			put_cell(&g, "%s",
				 snapshot_quality_names[figures_quality(figures, METRICS_IF)]);
			for (int m = 0; m < M_IF_COUNT; m++)
				put_figure(&g, figures, m, delta, rates, exact);
		}
	}
	fputc('\n', f);
	print_grid(f, &g);
}

static void print_paths(FILE *f, const struct snapshot *s, const struct rates *rates, bool exact)
{
	static const enum metric_id shown[] = {M_OUT_FORW_PACKETS, M_OUT_FORW_OCTETS};
	struct grid g = {.columns = 5, .left = 3};

	put_cell(&g, "from");
	put_cell(&g, "to");
	put_cell(&g, "family");
	for (size_t k = 0; k < 2; k++)
		put_cell(&g, "%s %s", metrics[shown[k]].label,
			 unit_name(metrics[shown[k]].unit, rates));
	for (size_t i = 0; i < s->n_paths; i++) {
		const struct snapshot_path *p = &s->paths[i];
		char name[ESCAPE_NAME_MAX];

		put_cell(&g, "%s", escape_name(name, sizeof(name), p->in_name, ESCAPE_TEXT));
		put_cell(&g, "%s", escape_name(name, sizeof(name), p->out_name, ESCAPE_TEXT));
		put_cell(&g, "%s", snapshot_family_names[p->family]);
		for (size_t k = 0; k < 2; k++)
			put_figure(&g, &p->figures, shown[k], rates ? &rates->paths[i] : NULL,
				   rates, exact);
	}
	fputc('\n', f);
	print_grid(f, &g);
}

static void print_activity(FILE *f, const struct rates *rates, bool exact)
{
	static const struct {
		const char *label;
		enum metric_id packets;
	} stages[] = {{"received", M_IN_PACKETS},
		      {"forwarded", M_OUT_FORW_PACKETS},
		      {"sent", M_OUT_PACKETS}};
	struct grid g = {.columns = 6, .left = 2};

	put_cell(&g, "family");
	put_cell(&g, "%s", "");
	put_cell(&g, "packets");
	put_cell(&g, "packets/s");
	put_cell(&g, "bytes");
	put_cell(&g, "bit/s");
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
		const struct delta *d = &rates->system[family];
		struct figures counted = {.known = d->known};

		memcpy(counted.value, d->value, sizeof(counted.value));
		for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
			put_cell(&g, "%s", snapshot_family_names[family]);
			put_cell(&g, "%s", stages[i].label);
			for (int k = 0; k < 2; k++) {
				put_figure(&g, &counted, stages[i].packets + k, NULL, NULL, exact);
				put_figure(&g, &counted, stages[i].packets + k, d, rates, exact);
			}
		}
	}
	print_grid(f, &g);
}

static void print_activity_document(FILE *f, const struct snapshot *s, const struct rates *rates,
				    const struct output_options *options)
{
	print_head(f, s, rates, options);
	print_activity(f, rates, options->verbose);
}

static void print_document(FILE *f, const struct snapshot *s, const struct rates *rates,
			   const struct output_options *options)
{
	print_head(f, s, rates, options);
	print_system(f, s, rates, options->verbose);
	print_ifs(f, s, rates, options->verbose);
	if (options->verbose && s->paths_known)
		print_paths(f, s, rates, options->verbose);
	if (rates && !options->refresh)
		fputc('\n', f);
}

typedef void print_any(FILE *f, const struct snapshot *s, const struct rates *rates,
		       const struct output_options *options);

static int make_text(struct output_document *d, print_any *print, const struct snapshot *s,
		     const struct rates *rates, const struct output_options *options)
{
	FILE *f = output_begin(d);

	if (!f)
		return -errno;
	if (options->refresh)
		fputs("\033[H\033[J", f);
	print(f, s, rates, options);
	return output_end(d, f);
}

int output_text_activity(struct output_document *d, const struct snapshot *s,
			 const struct rates *rates, const struct output_options *options)
{
	return make_text(d, print_activity_document, s, rates, options);
}

int output_text(struct output_document *d, const struct snapshot *s, const struct rates *rates,
		const struct output_options *options)
{
	return make_text(d, print_document, s, rates, options);
}
