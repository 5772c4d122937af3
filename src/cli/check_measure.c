/* SPDX-License-Identifier: MIT */
#include "cli/check_measure.h"

static const struct figures *figures_of(const struct check_subject *s, int f)
{
	return s->row ? &s->row->figures[f] : &s->now->system[f].figures;
}

static const struct delta *delta_of(const struct check_subject *s, int f)
{
	return s->row ? &s->deltas[f] : &s->rates->system[f];
}

/*
 * The sum of a figure's changes over the families of this machine. Returns false unless each of
 * them has it; a family without any figure is not there, and some figures are IPv4's alone.
 */
static bool sum(const struct check_subject *s, enum metric_id m, uint64_t *total)
{
	bool any = false;

	*total = 0;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		if (!figures_of(s, f)->known || (f == FAMILY_IPV6 && METRICS_IPV4_ONLY >> m & 1))
			continue;
		if (!(delta_of(s, f)->known >> m & 1))
			return false;
		*total += delta_of(s, f)->value[m];
		any = true;
	}
	return any;
}

bool check_measure_forwarded(const struct check_subject *s, enum family f, enum metric_id m,
			     double *value)
{
	const struct delta *delta = delta_of(s, f);

	if (!(delta->known >> m & 1))
		return false;
	*value = rate_per_second(delta->value[m], s->rates->interval_ns) *
		 (metrics[m].unit == UNIT_OCTETS ? 8 : 1);
	return true;
}

/*
 * Where refused packets are not counted, or step back, they are what was handed over less what was
 * forwarded. Copies, or packets on their way at the first reading, can make more leave than was
 * handed over, and a queue can give back packets of another interval: never show less than nothing,
 * nor more than all. Of an interface the two do not belong together: what it hands over leaves by
 * others.
 */
static bool measure_refused(const struct check_subject *s, double *value)
{
	uint64_t in, out, refused;

	if (!sum(s, M_IN_FORW_PACKETS, &in))
		return false;
	if (!sum(s, M_REFUSED_PACKETS, &refused)) {
		if (s->row || !sum(s, M_OUT_FORW_PACKETS, &out))
			return false;
		refused = in > out ? in - out : 0;
	}
	if (refused >= in)
		*value = refused ? 100 : 0;
	else
		*value = 100.0 * (double)refused / (double)in;
	return true;
}

/*
 * The rate of the figures from `first` up to `end`, together, of what came in: a host that has no
 * route for packets of its own still routes.
 */
static bool measure_losses(const struct check_subject *s, enum metric_id first, enum metric_id end,
			   double *value)
{
	uint64_t total = 0, one;

	for (enum metric_id m = first; m < end; m++) {
		if (METRICS_OUTPUT >> m & 1)
			continue;
		if (!sum(s, m, &one))
			return false;
		total += one;
	}
	*value = rate_per_second(total, s->rates->interval_ns);
	return true;
}

bool check_measure(const struct check_subject *s, enum check_key key, double *value)
{
	switch (key) {
	case CHECK_IPV4_BPS:
		return check_measure_forwarded(s, FAMILY_IPV4, M_OUT_FORW_OCTETS, value);
	case CHECK_IPV6_BPS:
		return check_measure_forwarded(s, FAMILY_IPV6, M_OUT_FORW_OCTETS, value);
	case CHECK_IPV4_PPS:
		return check_measure_forwarded(s, FAMILY_IPV4, M_OUT_FORW_PACKETS, value);
	case CHECK_IPV6_PPS:
		return check_measure_forwarded(s, FAMILY_IPV6, M_OUT_FORW_PACKETS, value);
	case CHECK_REFUSED:
		return measure_refused(s, value);
	case CHECK_NOT_ROUTED:
		return measure_losses(s, M_NO_ROUTES, M_COUNT, value);
	case CHECK_DROP:
		return measure_losses(s, M_DROPPED_PACKETS, M_DROPPED_PACKETS + 1, value);
	case CHECK_KEYS:
		break;
	}
	return false;
}
