/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/scale.h"
#include "base/units.h"
#include "output/grid.h"
#include "output/order.h"
#include "output/text.h"
#include "output/text_head.h"
#include "output/text_labels.h"

/* How figures are written. */
enum detail {
	DETAIL_EXACT,  /* as they are */
	DETAIL_USUAL,  /* octets with a prefix */
	DETAIL_SCALED, /* packets as well */
};

static const char *unit_name(enum metric_unit unit, const struct rates *rates)
{
	if (unit == UNIT_PACKETS)
		return rates ? "packets/s" : "packets";
	return rates ? "bit/s" : "bytes";
}

static void put_rate(struct grid *g, double rate, bool scaled)
{
	char text[SCALE_MAX];

	if (scaled)
		grid_put(g, "%s", scale_rate(text, rate));
	else
		grid_put(g, "%.1f", rate);
}

/* A total; or with `delta`, which is of `rates`, a rate. */
static void put_figure(struct grid *g, const struct figures *f, enum metric_id m,
		       const struct delta *delta, const struct rates *rates, enum detail detail)
{
	bool octets = metrics[m].unit == UNIT_OCTETS;
	bool scaled = detail == DETAIL_SCALED || (detail == DETAIL_USUAL && octets);
	char text[SCALE_MAX];

	if (delta ? !(delta->known >> m & 1) : !figures_known(f, m))
		grid_put(g, "-");
	else if (delta)
		put_rate(g, rate_per_second(delta->value[m], rates->interval_ns) * (octets ? 8 : 1),
			 scaled);
	else if (scaled)
		grid_put(g, "%s",
			 octets ? scale_octets(text, f->value[m]) : scale_count(text, f->value[m]));
	else
		grid_put(g, "%" PRIu64, f->value[m]);
}

/* What passes an interface; and what becomes of the rest, which eBPF tells, or nobody. */
#define IF_SHOWN        M_DELIVERED_PACKETS
#define IF_LOSSES       (METRICS_IF & ~((1u << IF_SHOWN) - 1))
#define IS_OF_LOSSES(m) (IF_LOSSES >> (m)&1)

static bool known_of_any(const struct snapshot *s, uint32_t mask)
{
	return (s->system[FAMILY_IPV4].figures.known | s->system[FAMILY_IPV6].figures.known) & mask;
}

static void print_system(FILE *f, const struct snapshot *s, const struct rates *rates,
			 enum detail detail)
{
	static const char *const titles[] = {[FAMILY_IPV4] = "IPv4", [FAMILY_IPV6] = "IPv6"};
	struct grid g = {.columns = 3, .left = 1};

	grid_put(&g, "%s", "");
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
		grid_put(&g, "%s", titles[family]);
	grid_put(&g, "forwarding");
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
		const struct snapshot_system *row = &s->system[family];

		grid_put(&g, "%s", !row->forwarding_known ? "-" : row->forwarding ? "on" : "off");
	}
	for (int m = 0; m < M_COUNT; m++) {
		if (IS_OF_LOSSES(m) && !known_of_any(s, 1u << m))
			continue;
		grid_put(&g, "%s%s %s", metrics[m].group == GROUP_NOT_ROUTED ? "not routed, " : "",
			 metrics[m].label, unit_name(metrics[m].unit, rates));
		for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
			put_figure(&g, &s->system[family].figures, m,
				   rates ? &rates->system[family] : NULL, rates, detail);
	}
	for (int group = 0; group < GROUP_NOT_ROUTED; group++) {
		if (group == GROUP_LOSSES && !known_of_any(s, metrics_of_group(group)))
			continue;
		grid_put(&g, "quality of %s", metrics_groups[group]);
		for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++)
			grid_put(&g, "%s",
				 snapshot_quality_names[figures_quality(&s->system[family].figures,
									metrics_of_group(group))]);
	}
	grid_print(f, &g);
}

/*
 * Two lines: what is counted, once for its packets and octets; and the units. What is left of the
 * figures has its words; above the first stands `title`.
 */
static void put_if_titles(struct grid *g, const struct snapshot *s, const char *title,
			  uint32_t shown, const struct rates *rates)
{
	static const char *const words[] = {"interface", "family", "quality"};

	for (size_t i = 0; i < g->left; i++)
		grid_put(g, "%s", i ? "" : title);
	for (int m = 0; shown >> m; m++)
		if (shown >> m & 1)
			grid_put(g, "%s", metrics[m].unit == UNIT_PACKETS ? metrics[m].label : "");
	for (size_t i = 0; i < g->tail; i++)
		grid_put(g, "%s", "");
	for (size_t i = 0; i < g->left; i++)
		grid_put(g, "%s", words[i]);
	for (int m = 0; shown >> m; m++)
		if (shown >> m & 1)
			grid_put(g, "%s", unit_name(metrics[m].unit, rates));
	if (g->tail)
		text_labels_put_titles(g, s);
}

static void print_ifs(FILE *f, const struct snapshot *s, const struct rates *rates,
		      const struct output_options *options, enum detail detail)
{
	static const enum family families[] = {FAMILY_IPV4, FAMILY_IPV6, FAMILY_TOTAL,
					       FAMILY_OTHER};
	bool has_other = detail == DETAIL_EXACT && s->source == SOURCE_EBPF;
	struct grid g = {.columns = 3 + IF_SHOWN + TEXT_LABELS,
			 .left = 3,
			 .tail = TEXT_LABELS,
			 .width = options->columns};
	size_t *order = order_ifs(s, rates, options);

	/* Of a narrow screen: first the labels go, then the quality, then what was handed over. */
	g.drop[3 + IF_SHOWN + 1] = 4;
	g.drop[3 + IF_SHOWN] = 3;
	g.drop[2] = 2;
	g.drop[3 + M_IN_FORW_PACKETS] = g.drop[3 + M_IN_FORW_OCTETS] = 1;
	put_if_titles(&g, s, "", (1u << IF_SHOWN) - 1, rates);
	for (size_t n = 0; n < s->n_ifs; n++) {
		const size_t i = order[n];
		const struct snapshot_if *row = &s->ifs[i];
		char name[ESCAPE_NAME_MAX];

		escape_name(name, sizeof(name), row->name, ESCAPE_TEXT);
		for (size_t k = 0; k < (has_other ? FAMILY_COUNT : FAMILY_OTHER); k++) {
			const struct figures *figures = &row->figures[families[k]];
			const struct delta *delta = rates ? &rates->ifs[i][families[k]] : NULL;

			grid_put(&g, "%s", name);
			grid_put(&g, "%s", snapshot_family_names[families[k]]);
			grid_put(&g, "%s",
				 snapshot_quality_names[figures_quality(figures, METRICS_QUALITY)]);
			for (int m = 0; m < IF_SHOWN; m++)
				put_figure(&g, figures, m, delta, rates, detail);
			text_labels_put(&g, s, row, options->verbose);
		}
	}
	free(order);
	grid_print(f, &g);
}

/* How many columns the three functions make for a path or a row of drops: the pair, the counts. */
#define PAIR_COLUMNS  3
#define COUNT_COLUMNS 2

static void put_pair_titles(struct grid *g)
{
	grid_put(g, "from");
	grid_put(g, "to");
	grid_put(g, "family");
}

/* Packets and octets: two metrics, of which the first is given. */
static void put_count_titles(struct grid *g, enum metric_id packets, const struct rates *rates)
{
	for (unsigned m = packets; m < packets + COUNT_COLUMNS; m++)
		grid_put(g, "%s %s", metrics[m].label, unit_name(metrics[m].unit, rates));
}

static void put_if_name(struct grid *g, uint32_t ifindex, const char *name)
{
	char text[ESCAPE_NAME_MAX];

	grid_put(g, "%s", ifindex ? escape_name(text, sizeof(text), name, ESCAPE_TEXT) : "-");
}

static void put_pair(struct grid *g, const struct snapshot_path *p)
{
	put_if_name(g, p->in_ifindex, p->in_name);
	put_if_name(g, p->out_ifindex, p->out_name);
	grid_put(g, "%s", snapshot_family_names[p->family]);
}

static void put_counts(struct grid *g, const struct snapshot_path *p, enum metric_id packets,
		       const struct delta *delta, const struct rates *rates, enum detail detail)
{
	for (unsigned m = packets; m < packets + COUNT_COLUMNS; m++)
		put_figure(g, &p->figures, m, delta, rates, detail);
}

static void print_paths(FILE *f, const struct snapshot *s, const struct rates *rates,
			const struct output_options *options, enum detail detail)
{
	struct grid g = {.columns = PAIR_COLUMNS + COUNT_COLUMNS, .left = PAIR_COLUMNS};
	size_t *order = order_paths(s, rates, options);

	put_pair_titles(&g);
	put_count_titles(&g, M_OUT_FORW_PACKETS, rates);
	for (size_t n = 0; n < s->n_paths; n++) {
		const size_t i = order[n];

		put_pair(&g, &s->paths[i]);
		put_counts(&g, &s->paths[i], M_OUT_FORW_PACKETS, rates ? &rates->paths[i] : NULL,
			   rates, detail);
	}
	free(order);
	grid_print(f, &g);
}

static void print_drops(FILE *f, const struct snapshot *s, const struct rates *rates,
			const struct output_options *options, enum detail detail)
{
	struct grid g = {.columns = PAIR_COLUMNS + 2 + COUNT_COLUMNS, .left = PAIR_COLUMNS + 2};
	size_t *order = order_drops(s, rates, options);

	put_pair_titles(&g);
	grid_put(&g, "stage");
	grid_put(&g, "reason");
	put_count_titles(&g, M_DROPPED_PACKETS, rates);
	for (size_t n = 0; n < s->n_drops; n++) {
		const struct snapshot_drop *d = &s->drops[order[n]];

		put_pair(&g, &d->path);
		grid_put(&g, "%s", snapshot_stage_names[d->stage]);
		grid_put(&g, "%s", d->reason);
		put_counts(&g, &d->path, M_DROPPED_PACKETS, rates ? &rates->drops[order[n]] : NULL,
			   rates, detail);
	}
	free(order);
	grid_print(f, &g);
}

/* The figures `shown` of each interface that has them, unless none is known. */
static void print_if_part(FILE *f, const struct snapshot *s, const struct rates *rates,
			  const char *title, uint32_t shown, enum detail detail)
{
	struct grid g = {.columns = 2, .left = 2};
	uint32_t known = 0;

	if (!known_of_any(s, METRICS_FAST_PATH))
		shown &= ~METRICS_FAST_PATH;
	for (int m = 0; shown >> m; m++)
		g.columns += shown >> m & 1;
	for (size_t i = 0; i < s->n_ifs; i++)
		known |=
			s->ifs[i].figures[FAMILY_IPV4].known | s->ifs[i].figures[FAMILY_IPV6].known;
	if (!(known & shown))
		return;
	fputc('\n', f);
	put_if_titles(&g, s, title, shown, rates);
	for (size_t i = 0; i < s->n_ifs; i++)
		for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
			char name[ESCAPE_NAME_MAX];

			if (shown & ~snapshot_if_metrics(family))
				continue;
			grid_put(&g, "%s",
				 escape_name(name, sizeof(name), s->ifs[i].name, ESCAPE_TEXT));
			grid_put(&g, "%s", snapshot_family_names[family]);
			for (int m = 0; shown >> m; m++)
				if (shown >> m & 1)
					put_figure(&g, &s->ifs[i].figures[family], m,
						   rates ? &rates->ifs[i][family] : NULL, rates,
						   detail);
		}
	grid_print(f, &g);
}

static void print_activity(FILE *f, const struct rates *rates, enum detail detail)
{
	static const struct {
		const char *label;
		enum metric_id packets;
	} stages[] = {{"received", M_IN_PACKETS},
		      {"forwarded", M_OUT_FORW_PACKETS},
		      {"sent", M_OUT_PACKETS}};
	struct grid g = {.columns = 6, .left = 2};

	grid_put(&g, "family");
	grid_put(&g, "%s", "");
	grid_put(&g, "packets");
	grid_put(&g, "packets/s");
	grid_put(&g, "bytes");
	grid_put(&g, "bit/s");
	for (int family = FAMILY_IPV4; family <= FAMILY_IPV6; family++) {
		const struct delta *d = &rates->system[family];
		struct figures counted = {.known = d->known};

		memcpy(counted.value, d->value, sizeof(counted.value));
		for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
			grid_put(&g, "%s", snapshot_family_names[family]);
			grid_put(&g, "%s", stages[i].label);
			for (int k = 0; k < 2; k++) {
				put_figure(&g, &counted, stages[i].packets + k, NULL, NULL, detail);
				put_figure(&g, &counted, stages[i].packets + k, d, rates, detail);
			}
		}
	}
	grid_print(f, &g);
}

static void put_reading(FILE *f, const struct snapshot *s, const struct rates *rates,
			const struct output_options *options)
{
	enum detail detail = options->verbose ? DETAIL_EXACT : DETAIL_USUAL;

	print_system(f, s, rates, detail);
	fputc('\n', f);
	print_ifs(f, s, rates, options, detail);
	if (!options->verbose)
		return;
	print_if_part(f, s, rates, "not routed", METRICS_IF_IPV6, detail);
	if (s->paths_known) {
		fputc('\n', f);
		print_paths(f, s, rates, options, detail);
	}
	if (s->drops_known) {
		print_if_part(f, s, rates, "", IF_LOSSES, detail);
		fputc('\n', f);
		print_drops(f, s, rates, options, detail);
	}
}

static void put_activity(FILE *f, const struct snapshot *s, const struct rates *rates,
			 const struct output_options *options)
{
	(void)s;
	print_activity(f, rates, options->verbose ? DETAIL_EXACT : DETAIL_USUAL);
}

static void put_paths(FILE *f, const struct snapshot *s, const struct rates *rates,
		      const struct output_options *options)
{
	print_paths(f, s, rates, options, options->verbose ? DETAIL_EXACT : DETAIL_SCALED);
}

static void put_drops(FILE *f, const struct snapshot *s, const struct rates *rates,
		      const struct output_options *options)
{
	if (!s->drops_known) {
		fputs("dropped packets are not counted here (ipfwagent status says why)\n", f);
		return;
	}
	print_drops(f, s, rates, options, options->verbose ? DETAIL_EXACT : DETAIL_SCALED);
}

/* What follows the head of a document. */
static void (*const views[OUTPUT_VIEWS])(FILE *f, const struct snapshot *s,
					 const struct rates *rates,
					 const struct output_options *options) = {
	[VIEW_READING] = put_reading,
	[VIEW_ACTIVITY] = put_activity,
	[VIEW_PATHS] = put_paths,
	[VIEW_DROPS] = put_drops,
};

void text_print(FILE *f, const struct snapshot *s, const struct rates *rates,
		const struct output_options *options)
{
	text_head_print(f, s, rates, options);
	views[options->view](f, s, rates, options);
}
