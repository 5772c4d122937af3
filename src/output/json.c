/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/units.h"
#include "output/json_members.h"
#include "output/json_peaks.h"

#define ACTIVITY_NOTE                                                                              \
	"packets and IP octets as on the wire, counted by eBPF in this network namespace"

/* One figure: `key` alone in a snapshot; key_delta, key_total and key_rate in the monitor form. */
static void put_figure(struct json *j, const char *key, const struct figures *f, enum metric_id m,
		       const struct delta *delta, uint64_t interval_ns)
{
	bool known = figures_known(f, m), delta_known;
	char full[64];

	if (!delta) {
		json_put_u64(j, key, known, f->value[m]);
		return;
	}
	delta_known = delta->known >> m & 1;
	snprintf(full, sizeof(full), "%s_delta", key);
	json_put_u64(j, full, delta_known, delta->value[m]);
	snprintf(full, sizeof(full), "%s_total", key);
	json_put_u64(j, full, known, f->value[m]);
	snprintf(full, sizeof(full), "%s_rate", key);
	json_put_decimal(j, full, delta_known, rate_per_second(delta->value[m], interval_ns));
}

static void put_system(struct json *j, const struct snapshot_system *row, const struct delta *delta,
		       uint64_t interval_ns)
{
	json_open(j, '{');
	json_put_bool(j, "forwarding_enabled", row->forwarding_known, row->forwarding);
	if (delta)
		json_put_bool(j, "discontinuity", true, row->continuity.fresh);
	for (int group = 0; group < GROUP_COUNT; group++) {
		json_key(j, metrics_groups[group]);
		json_open(j, '{');
		for (int m = 0; m < M_COUNT; m++)
			if (metrics[m].group == (enum metric_group)group)
				put_figure(j, metrics[m].sys_key, &row->figures, m, delta,
					   interval_ns);
		json_put_text(j, "quality",
			      snapshot_quality_names[figures_quality(&row->figures,
								     metrics_of_group(group))]);
		json_close(j, '}');
	}
	json_close(j, '}');
}

/* What tells people which interface it is; null: nothing, or not known. */
static void put_labels(struct json *j, const struct snapshot *s, const struct snapshot_if *row)
{
	char alias[ESCAPE_ALIAS_MAX];

	json_put_name(j, "vrf", row->vrf);
	escape_name(alias, sizeof(alias), snapshot_alias(s, row), ESCAPE_UTF8);
	json_put_text(j, "alias", alias[0] ? alias : NULL);
}

static void put_if(struct json *j, const struct snapshot *s, const struct snapshot_if *row,
		   const struct delta *deltas, uint64_t interval_ns)
{
	static const enum family order[] = {FAMILY_IPV4, FAMILY_IPV6, FAMILY_TOTAL, FAMILY_OTHER};

	json_put_name(j, NULL, row->name);
	json_open(j, '{');
	json_put_u64(j, "ifindex", row->ifindex, row->ifindex);
	put_labels(j, s, row);
	if (deltas)
		json_put_bool(j, "discontinuity", true, row->continuity.fresh);
	for (size_t i = 0; i < (s->source == SOURCE_EBPF ? FAMILY_COUNT : FAMILY_OTHER); i++) {
		enum family family = order[i];
		const struct figures *f = &row->figures[family];

		json_key(j, snapshot_family_names[family]);
		json_open(j, '{');
		for (int m = 0; m < M_COUNT; m++)
			if (snapshot_if_metrics(family) >> m & 1)
				put_figure(j, metrics[m].if_key, f, m,
					   deltas ? &deltas[family] : NULL, interval_ns);
		if (family != FAMILY_TOTAL)
			json_put_text(j, "quality",
				      snapshot_quality_names[figures_quality(f, METRICS_QUALITY)]);
		json_close(j, '}');
	}
	json_close(j, '}');
}

/* What a path and a row of drops have in common; an ifindex of 0 is no interface. */
static void put_pair(struct json *j, const struct snapshot_path *p)
{
	json_put_name(j, "in", p->in_name);
	json_put_u64(j, "in_ifindex", p->in_ifindex, p->in_ifindex);
	json_put_name(j, "out", p->out_name);
	json_put_u64(j, "out_ifindex", p->out_ifindex, p->out_ifindex);
	json_put_text(j, "family", snapshot_family_names[p->family]);
}

static void put_counts(struct json *j, const struct snapshot_path *p, enum metric_id packets,
		       const struct delta *delta, uint64_t interval_ns)
{
	if (delta)
		json_put_bool(j, "discontinuity", true, p->continuity.fresh);
	put_figure(j, "packets", &p->figures, packets, delta, interval_ns);
	put_figure(j, "bytes", &p->figures, packets + 1, delta, interval_ns);
}

static void put_bypasses(struct json *j, const struct snapshot *s)
{
	char name[ESCAPE_NAME_MAX];

	json_key(j, "bypass");
	if (!s->bypasses_known) {
		json_null(j);
	} else {
		json_open(j, '[');
		for (size_t i = 0; i < s->n_bypasses; i++) {
			const struct bypass *b = &s->bypasses[i];

			json_open(j, '{');
			escape_name(name, sizeof(name), b->name, ESCAPE_UTF8);
			json_put_text(j, "interface", name[0] ? name : NULL);
			json_put_u64(j, "ifindex", b->ifindex, b->ifindex);
			json_put_text(j, "kind", bypass_kind_names[b->kind]);
			json_put_text(j, "detail", b->detail);
			json_close(j, '}');
		}
		json_close(j, ']');
	}
	json_put_text(j, "bypass_why", s->bypasses_why.text[0] ? s->bypasses_why.text : NULL);
}

static void put_source(struct json *j, const struct snapshot *s)
{
	json_key(j, "source");
	json_open(j, '{');
	json_put_source(j, s->source, s->hooks, s->since_known, s->since);
	if (s->source == SOURCE_EBPF) {
		json_put_u64(j, "missed_packets", true, s->missed_packets);
		json_put_u64(j, "missed_path_packets", true, s->missed_path_packets);
		json_put_u64(j, "missed_drop_packets", true, s->missed_drop_packets);
	}
	put_bypasses(j, s);
	json_close(j, '}');
}

static void put_paths(struct json *j, const struct snapshot *s, const struct rates *rates)
{
	json_key(j, "paths");
	json_open(j, '[');
	for (size_t i = 0; i < s->n_paths; i++) {
		json_open(j, '{');
		put_pair(j, &s->paths[i]);
		put_counts(j, &s->paths[i], M_OUT_FORW_PACKETS, rates ? &rates->paths[i] : NULL,
			   rates ? rates->interval_ns : 0);
		for (int m = M_FAST_PATH_PACKETS; m <= M_FAST_PATH_OCTETS; m++)
			put_figure(j, metrics[m].if_key, &s->paths[i].figures, m,
				   rates ? &rates->paths[i] : NULL, rates ? rates->interval_ns : 0);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_drops(struct json *j, const struct snapshot *s, const struct rates *rates)
{
	json_key(j, "drops");
	if (!s->drops_known) {
		json_null(j);
		return;
	}
	json_open(j, '[');
	for (size_t i = 0; i < s->n_drops; i++) {
		const struct snapshot_drop *d = &s->drops[i];

		json_open(j, '{');
		put_pair(j, &d->path);
		json_put_text(j, "stage", snapshot_stage_names[d->stage]);
		json_put_text(j, "reason", d->reason);
		put_counts(j, &d->path, M_DROPPED_PACKETS, rates ? &rates->drops[i] : NULL,
			   rates ? rates->interval_ns : 0);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_reading(struct json *j, const struct snapshot *s, const struct rates *rates)
{
	uint64_t interval_ns = rates ? rates->interval_ns : 0;

	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		json_key(j, snapshot_family_names[f]);
		put_system(j, &s->system[f], rates ? &rates->system[f] : NULL, interval_ns);
	}
	json_key(j, "interfaces");
	json_open(j, '{');
	for (size_t i = 0; i < s->n_ifs; i++)
		put_if(j, s, &s->ifs[i], rates ? rates->ifs[i] : NULL, interval_ns);
	json_close(j, '}');
	if (s->paths_known)
		put_paths(j, s, rates);
	if (s->drops_known)
		put_drops(j, s, rates);
	if (s->peaks && !rates)
		json_put_peaks(j, s);
}

static void put_activity(struct json *j, const struct snapshot *s, const struct rates *rates)
{
	static const struct {
		const char *key;
		enum metric_id packets, octets;
	} stages[] = {
		{"incoming", M_IN_PACKETS, M_IN_OCTETS},
		{"forwarded", M_OUT_FORW_PACKETS, M_OUT_FORW_OCTETS},
		{"outgoing", M_OUT_PACKETS, M_OUT_OCTETS},
	};

	(void)s;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		const struct delta *d = &rates->system[f];

		json_key(j, snapshot_family_names[f]);
		json_open(j, '{');
		for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
			json_key(j, stages[i].key);
			json_open(j, '{');
			json_put_u64(j, "packets_delta", d->known >> stages[i].packets & 1,
				     d->value[stages[i].packets]);
			json_put_u64(j, "bytes_delta", d->known >> stages[i].octets & 1,
				     d->value[stages[i].octets]);
			json_close(j, '}');
		}
		json_close(j, '}');
	}
}

/* A document's head, and what follows it. */
static const struct {
	const char *note; /* NULL: none */
	void (*put)(struct json *j, const struct snapshot *s, const struct rates *rates);
} views[OUTPUT_VIEWS] = {
	[VIEW_READING] = {NULL, put_reading},
	[VIEW_ACTIVITY] = {ACTIVITY_NOTE, put_activity},
	[VIEW_PATHS] = {NULL, put_paths},
	[VIEW_DROPS] = {NULL, put_drops},
};

static void put_document(struct json *j, const struct snapshot *s, const struct rates *rates,
			 const struct output_options *options)
{
	json_open(j, '{');
	json_put_head(j, !s->wall_unknown, s->wall, snapshot_host(s, options->hostname), s->netns);
	if (rates)
		json_put_decimal(j, "interval_seconds", true, rates->interval_ns / 1e9);
	if (views[options->view].note)
		json_put_text(j, "note", views[options->view].note);
	put_source(j, s);
	views[options->view].put(j, s, rates);
	json_close(j, '}');
}

int output_json(struct output_document *d, const struct snapshot *s, const struct rates *rates,
		const struct output_options *options)
{
	struct json j = {.pretty = options->pretty};

	put_document(&j, s, rates, options);
	return json_finish(&j, d);
}

int output_json_list(struct output_document *d, const struct output_part *parts, size_t n,
		     const struct output_options *options)
{
	bool is_array = !n || !parts[0].rates;
	struct json j = {.pretty = options->pretty};

	if (is_array)
		json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		if (i && !is_array)
			json_end(&j);
		put_document(&j, parts[i].s, parts[i].rates, options);
	}
	if (is_array)
		json_close(&j, ']');
	return json_finish(&j, d);
}
