/* SPDX-License-Identifier: MIT */
#include "output/prometheus_peaks.h"

#include "base/escape.h"
#include "model/peak.h"

static const char *unit_per_second(enum metric_id m)
{
	return metrics[m].unit == UNIT_PACKETS ? "packets_per_second" : "bytes_per_second";
}

/* Of the system (device NULL) or an interface. */
static void put_peak_row(struct prom_writer *w, struct prom_family *family, bool percentile,
			 enum metric_id m, const char *device, int f, const struct peak_row *row)
{
	const char *const labels[] = {"device", device, "family", snapshot_family_names[f], NULL};

	if ((percentile ? row->ranked : row->known) >> m & 1)
		prometheus_put_decimal(w, family, device ? labels : labels + 2,
				       percentile ? peak_rate(row, m)->percentile
						  : peak_rate(row, m)->highest);
}

static void put_peak_rates(struct prom_writer *w, const struct snapshot *s, bool percentile,
			   enum metric_id m)
{
	const char *const what = percentile ? "p95" : "peak";
	char name[PROM_NAME_MAX], if_name[PROM_NAME_MAX], help[180], if_help[200],
		device[ESCAPE_NAME_MAX];
	struct prom_family system = {name, PROM_GAUGE, unit_per_second(m), help, 0};
	struct prom_family ifs = {if_name, PROM_GAUGE, unit_per_second(m), if_help, 0};

	snprintf(name, sizeof(name), "ipfw_%s_%s_per_second", what, metrics[m].name);
	snprintf(if_name, sizeof(if_name), "ipfw_interface_%s_%s_per_second", what,
		 metrics[m].name);
	snprintf(help, sizeof(help), "%s: %s of the last window", metrics[m].help,
		 percentile ? "95th percentile of the one-second rates"
			    : "highest one-second rate");
	snprintf(if_help, sizeof(if_help), "%s, by interface", help);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		put_peak_row(w, &system, percentile, m, NULL, f, &s->peaks->system[f]);
	for (size_t i = 0; i < s->n_ifs; i++) {
		const struct peak_if *row = peaks_find_if(s->peaks, &s->ifs[i]);

		escape_name(device, sizeof(device), s->ifs[i].name, ESCAPE_TEXT);
		for (int f = FAMILY_IPV4; row && f <= FAMILY_IPV6; f++)
			put_peak_row(w, &ifs, percentile, m, device, f, &row->rows[f]);
	}
}

void prometheus_put_peaks(struct prom_writer *w, const struct snapshot *s)
{
	struct prom_family window = {"ipfw_peak_window_seconds", PROM_GAUGE, "seconds",
				     "Length of the windows of peaks", 0};
	struct prom_family end = {"ipfw_peak_window_end_timestamp_seconds", PROM_GAUGE, "seconds",
				  "When the last window ended", 0};
	struct prom_family samples = {"ipfw_peak_window_samples", PROM_GAUGE, NULL,
				      "Of how many of its seconds there is a rate", 0};

	prometheus_put_u64(w, &window, NO_LABELS, s->peaks->window_s);
	if (s->peaks->end.mono_ns)
		prometheus_put_seconds(w, &end, s->peaks->end.wall);
	prometheus_put_u64(w, &samples, NO_LABELS, s->peaks->samples);
	for (int m = 0; m < PEAK_FIGURES; m++) {
		put_peak_rates(w, s, false, m);
		put_peak_rates(w, s, true, m);
	}
}
