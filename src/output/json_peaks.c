/* SPDX-License-Identifier: MIT */
#include "output/json_peaks.h"

#include "base/units.h"
#include "model/peak.h"
#include "output/json_members.h"

/* What is the same way, in packets and in octets; the first two are all that a device knows. */
static const struct {
	const char *key;
	enum metric_id packets, octets;
} ways[] = {
	{"rx", M_IN_PACKETS, M_IN_OCTETS},
	{"tx", M_OUT_PACKETS, M_OUT_OCTETS},
	{"forwarded_in", M_IN_FORW_PACKETS, M_IN_FORW_OCTETS},
	{"forwarded_out", M_OUT_FORW_PACKETS, M_OUT_FORW_OCTETS},
};

#define DEVICE_WAYS 2

static void put_rate(struct json *j, const struct peaks *p, const struct peak_row *row,
		     enum metric_id m, const char *const keys[3])
{
	const double scale = metrics[m].unit == UNIT_OCTETS ? 8 : 1;
	const struct peak_rate *rate = peak_rate(row, m);
	const bool known = row->known >> m & 1;

	json_put_decimal(j, keys[0], known, rate->highest * scale);
	json_put_time(j, keys[1], known, known ? p->times[rate->at].wall : (struct timespec){0, 0});
	json_put_decimal(j, keys[2], row->ranked >> m & 1, rate->percentile * scale);
}

static void put_row(struct json *j, const struct peaks *p, const struct peak_row *of_if,
		    enum family family)
{
	static const char *const bits[] = {"peak_bps", "peak_bps_at", "p95_bps"};
	static const char *const packets[] = {"peak_pps", "peak_pps_at", "p95_pps"};
	const struct peak_row none = {0}, *row = of_if ? of_if : &none;

	json_key(j, snapshot_family_names[family]);
	json_open(j, '{');
	json_put_text(j, "state", peak_state_names[peaks_state(p, of_if)]);
	json_put_u64(j, "samples", true, row->samples);
	for (size_t i = 0; i < (family == FAMILY_TOTAL ? DEVICE_WAYS : ARRAY_SIZE(ways)); i++) {
		json_key(j, ways[i].key);
		json_open(j, '{');
		put_rate(j, p, row, ways[i].octets, bits);
		put_rate(j, p, row, ways[i].packets, packets);
		json_close(j, '}');
	}
	json_put_text(j, "quality", snapshot_quality_names[peak_quality(row)]);
	json_close(j, '}');
}

void json_put_peaks(struct json *j, const struct snapshot *s)
{
	const struct peaks *p = s->peaks;

	json_key(j, "peaks");
	json_open(j, '{');
	json_put_u64(j, "window_seconds", true, p->window_s);
	json_put_time(j, "end", p->end.mono_ns, p->end.wall);
	json_put_text(j, "state", peak_state_names[p->state]);
	json_put_u64(j, "samples", true, p->samples);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		put_row(j, p, &p->system[f], f);
	json_key(j, "interfaces");
	json_open(j, '{');
	/* Without peaks there is nothing to say of each that is not said above. */
	for (size_t i = 0; p->state == PEAK_COMPLETE && i < s->n_ifs; i++) {
		static const enum family order[] = {FAMILY_IPV4, FAMILY_IPV6, FAMILY_TOTAL};
		const struct peak_if *row = peaks_find_if(p, &s->ifs[i]);

		json_put_name(j, NULL, s->ifs[i].name);
		json_open(j, '{');
		for (size_t k = 0; k < ARRAY_SIZE(order); k++)
			put_row(j, p, row ? &row->rows[order[k]] : NULL, order[k]);
		json_close(j, '}');
	}
	json_close(j, '}');
	json_close(j, '}');
}
