/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>

#include "base/escape.h"
#include "base/units.h"
#include "config.h"
#include "output/output.h"
#include "output/prometheus_peaks.h"
#include "output/prometheus_writer.h"

static const char *unit_of(enum metric_id m)
{
	return metrics[m].unit == UNIT_PACKETS ? "packets" : "bytes";
}

static enum prom_kind kind_of(enum metric_id m)
{
	return METRICS_GAUGES >> m & 1 ? PROM_GAUGE : PROM_COUNTER;
}

static void put_system(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family enabled = {"ipfw_forwarding_enabled", PROM_GAUGE, NULL,
				      "Whether forwarding is on, everywhere or for any interface",
				      0};
	struct prom_family not_routed = {"ipfw_not_routed_packets", PROM_COUNTER, "packets",
					 "Packets that went no further, by reason", 0};

	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		if (s->system[f].forwarding_known)
			prometheus_put_u64(w, &enabled, LABELS("family", snapshot_family_names[f]),
					   s->system[f].forwarding);
	for (int m = 0; m < M_COUNT; m++) {
		bool is_reason = metrics[m].group == GROUP_NOT_ROUTED;
		char name[PROM_NAME_MAX];
		struct prom_family own = {name, kind_of(m), unit_of(m), metrics[m].help, 0};

		snprintf(name, sizeof(name), "ipfw_%s", metrics[m].name);
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
			const struct figures *figures = &s->system[f].figures;

			if (!figures_known(figures, m))
				continue;
			prometheus_put_u64(w, is_reason ? &not_routed : &own,
					   LABELS("family", snapshot_family_names[f],
						  is_reason ? "reason" : NULL, metrics[m].name),
					   figures->value[m]);
		}
	}
}

static void put_ifs(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family not_routed = {
		"ipfw_interface_not_routed_packets", PROM_COUNTER, "packets",
		"Packets that went no further, by interface and reason", 0};
	char device[ESCAPE_NAME_MAX];

	for (int m = 0; m < M_COUNT; m++) {
		bool is_reason = metrics[m].group == GROUP_NOT_ROUTED;
		char name[PROM_NAME_MAX], help[128];
		struct prom_family family = {name, kind_of(m), unit_of(m), help, 0};

		snprintf(name, sizeof(name), "ipfw_interface_%s", metrics[m].name);
		snprintf(help, sizeof(help), "%s, by interface", metrics[m].help);
		for (size_t i = 0; i < s->n_ifs; i++) {
			escape_name(device, sizeof(device), s->ifs[i].name, ESCAPE_TEXT);
			for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
				if (figures_known(&s->ifs[i].figures[f], m))
					prometheus_put_u64(w, is_reason ? &not_routed : &family,
							   LABELS("device", device, "family",
								  snapshot_family_names[f],
								  is_reason ? "reason" : NULL,
								  metrics[m].name),
							   s->ifs[i].figures[f].value[m]);
		}
	}
}

/* The labels of a path or a row of drops, to follow with others; an interface that is none is "".
 */
struct pair_labels {
	char in[ESCAPE_NAME_MAX], out[ESCAPE_NAME_MAX], in_ifindex[16], out_ifindex[16];
};

static void label_pair(struct pair_labels *l, const struct snapshot_path *p)
{
	escape_name(l->in, sizeof(l->in), p->in_name, ESCAPE_TEXT);
	escape_name(l->out, sizeof(l->out), p->out_name, ESCAPE_TEXT);
	snprintf(l->in_ifindex, sizeof(l->in_ifindex), "%" PRIu32, p->in_ifindex);
	snprintf(l->out_ifindex, sizeof(l->out_ifindex), "%" PRIu32, p->out_ifindex);
}

#define PAIR_LABELS(l, p)                                                                          \
	"in", (l).in, "in_ifindex", (l).in_ifindex, "out", (l).out, "out_ifindex",                 \
		(l).out_ifindex, "family", snapshot_family_names[(p)->family]

static void put_paths(struct prom_writer *w, const struct snapshot *s)
{
	static const enum metric_id shown[] = {M_OUT_FORW_PACKETS, M_OUT_FORW_OCTETS,
					       M_FAST_PATH_PACKETS, M_FAST_PATH_OCTETS};

	for (size_t k = 0; k < ARRAY_SIZE(shown); k++) {
		const char *unit = unit_of(shown[k]);
		char name[PROM_NAME_MAX], help[128];
		struct prom_family family = {name, PROM_COUNTER, unit, help, 0};

		snprintf(name, sizeof(name), "ipfw_path_%s", k < 2 ? unit : metrics[shown[k]].name);
		snprintf(help, sizeof(help), "%s, from interface to interface",
			 metrics[shown[k]].help);
		for (size_t i = 0; i < s->n_paths; i++) {
			const struct snapshot_path *p = &s->paths[i];
			struct pair_labels l;

			if (!figures_known(&p->figures, shown[k]))
				continue;
			label_pair(&l, p);
			prometheus_put_u64(w, &family, LABELS(PAIR_LABELS(l, p)),
					   p->figures.value[shown[k]]);
		}
	}
}

static void put_drops(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family families[] = {
		{"ipfw_dropped_packets", PROM_COUNTER, "packets",
		 "Packets that were dropped, by the kernel's reason", 0},
		{"ipfw_dropped_bytes", PROM_COUNTER, "bytes",
		 "IP octets that were dropped, by the kernel's reason", 0},
	};

	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < s->n_drops; i++) {
			const struct snapshot_drop *d = &s->drops[i];
			const enum metric_id m = M_DROPPED_PACKETS + k;
			struct pair_labels l;

			if (!figures_known(&d->path.figures, m))
				continue;
			label_pair(&l, &d->path);
			prometheus_put_u64(w, &families[k],
					   LABELS(PAIR_LABELS(l, &d->path), "stage",
						  snapshot_stage_names[d->stage], "reason",
						  d->reason),
					   d->path.figures.value[m]);
		}
}

static void put_qualities(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family system = {"ipfw_quality", PROM_INFO, NULL,
				     "Quality of the weakest known figure of a group", 0};
	struct prom_family ifs = {"ipfw_interface_quality", PROM_INFO, NULL,
				  "Quality of the weakest known figure of an interface", 0};
	char device[ESCAPE_NAME_MAX];

	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		for (int group = 0; group < GROUP_COUNT; group++)
			prometheus_put_u64(
				w, &system,
				LABELS("family", snapshot_family_names[f], "group",
				       metrics_groups[group], "quality",
				       snapshot_quality_names[figures_quality(
					       &s->system[f].figures, metrics_of_group(group))]),
				1);
	for (size_t i = 0; i < s->n_ifs; i++) {
		escape_name(device, sizeof(device), s->ifs[i].name, ESCAPE_TEXT);
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			prometheus_put_u64(w, &ifs,
					   LABELS("device", device, "family",
						  snapshot_family_names[f], "quality",
						  snapshot_quality_names[figures_quality(
							  &s->ifs[i].figures[f], METRICS_QUALITY)]),
					   1);
	}
}

static void put_labels(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family info = {"ipfw_interface", PROM_INFO, NULL,
				   "VRF and alias of an interface", 0};
	char device[ESCAPE_NAME_MAX], vrf[ESCAPE_NAME_MAX], alias[ESCAPE_ALIAS_MAX];

	for (size_t i = 0; i < s->n_ifs; i++) {
		const struct snapshot_if *row = &s->ifs[i];

		if (!row->labels_known)
			continue;
		escape_name(device, sizeof(device), row->name, ESCAPE_TEXT);
		escape_name(vrf, sizeof(vrf), row->vrf, ESCAPE_TEXT);
		escape_name(alias, sizeof(alias), snapshot_alias(s, row), ESCAPE_TEXT);
		prometheus_put_u64(w, &info, LABELS("device", device, "vrf", vrf, "alias", alias),
				   1);
	}
}

static void put_bypasses(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family bypass = {"ipfw_bypass", PROM_INFO, NULL,
				     "A way past the IP layer, where nothing is counted", 0};
	char device[ESCAPE_NAME_MAX];

	for (size_t i = 0; i < s->n_bypasses; i++) {
		const struct bypass *b = &s->bypasses[i];

		escape_name(device, sizeof(device), b->name, ESCAPE_TEXT);
		prometheus_put_u64(w, &bypass,
				   LABELS("device", device, "kind", bypass_kind_names[b->kind],
					  "detail", b->detail),
				   1);
	}
}

static void put_program(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family build = {"ipfw_build", PROM_INFO, NULL, "Version of ipfwagent", 0};
	struct prom_family source = {"ipfw_source", PROM_INFO, NULL, "Which counters are read", 0};
	struct prom_family sample = {"ipfw_last_sample_timestamp_seconds", PROM_GAUGE, "seconds",
				     "When the counters were read", 0};
	struct prom_family duration = {"ipfw_last_sample_duration_seconds", PROM_GAUGE, "seconds",
				       "How long that took", 0};
	struct prom_family since = {"ipfw_counting_since_timestamp_seconds", PROM_GAUGE, "seconds",
				    "When the eBPF counters began", 0};
	struct prom_family missed = {"ipfw_missed_packets", PROM_COUNTER, "packets",
				     "Packets that eBPF could not count", 0};
	struct prom_family missed_path = {"ipfw_missed_path_packets", PROM_COUNTER, "packets",
					  "Forwarded packets that are in no path", 0};
	struct prom_family missed_drop = {"ipfw_missed_drop_packets", PROM_COUNTER, "packets",
					  "Dropped packets that are in no row of drops", 0};
	struct prom_family troubles = {"ipfw_troubles", PROM_GAUGE, NULL,
				       "How many things could not be read", 0};

	prometheus_put_u64(w, &build, LABELS("version", PACKAGE_VERSION), 1);
	prometheus_put_u64(w, &source,
			   LABELS("source", snapshot_source_names[s->source], "hooks",
				  snapshot_hooks_names[s->hooks]),
			   1);
	if (!s->wall_unknown)
		prometheus_put_seconds(w, &sample, s->wall);
	prometheus_put_seconds(
		w, &duration,
		(struct timespec){s->duration_ns / NS_PER_S, s->duration_ns % NS_PER_S});
	if (s->since_known)
		prometheus_put_seconds(w, &since, s->since);
	if (s->source == SOURCE_EBPF) {
		prometheus_put_u64(w, &missed, NO_LABELS, s->missed_packets);
		prometheus_put_u64(w, &missed_path, NO_LABELS, s->missed_path_packets);
		prometheus_put_u64(w, &missed_drop, NO_LABELS, s->missed_drop_packets);
	}
	prometheus_put_u64(w, &troubles, NO_LABELS, s->troubles);
}

static void put(struct prom_writer *w, const struct snapshot *s)
{
	char netns[ESCAPE_NETNS_MAX];

	escape_name(netns, sizeof(netns), s->netns, ESCAPE_TEXT);
	w->netns = netns[0] ? netns : NULL;
	put_program(w, s);
	put_system(w, s);
	put_ifs(w, s);
	put_paths(w, s);
	put_drops(w, s);
	if (s->peaks)
		prometheus_put_peaks(w, s);
	put_qualities(w, s);
	put_labels(w, s);
	put_bypasses(w, s);
}

static int make(struct output_document *d, const struct output_part *parts, size_t n,
		bool openmetrics)
{
	struct prom_writer w = {.openmetrics = openmetrics};
	int r = prometheus_begin(&w);

	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		put(&w, parts[i].s);
	return prometheus_end(&w, d);
}

int output_prometheus_list(struct output_document *d, const struct output_part *parts, size_t n,
			   const struct output_options *options)
{
	(void)options;
	return make(d, parts, n, false);
}

int output_openmetrics_list(struct output_document *d, const struct output_part *parts, size_t n,
			    const struct output_options *options)
{
	(void)options;
	return make(d, parts, n, true);
}

int output_prometheus(struct output_document *d, const struct snapshot *s,
		      const struct rates *rates, const struct output_options *options)
{
	const struct output_part part = {s, rates, options->note};

	return output_prometheus_list(d, &part, 1, options);
}

int output_openmetrics(struct output_document *d, const struct snapshot *s,
		       const struct rates *rates, const struct output_options *options)
{
	const struct output_part part = {s, rates, options->note};

	return output_openmetrics_list(d, &part, 1, options);
}
