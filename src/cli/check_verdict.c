/* SPDX-License-Identifier: MIT */
#include "cli/check_verdict.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/log.h"
#include "base/scale.h"

struct verdict {
	const struct check_config *config;
	const struct snapshot *now;
	const struct rates *rates;
	enum check_status status;
	FILE *reasons;
	size_t n_reasons;
};

static const char *const status_words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

/* A sentence. A bar would begin the performance data in a plugin's line. */
static void put_plain(FILE *f, const char *text)
{
	for (; *text; text++)
		if (*text == '|')
			fputs("\\x7c", f);
		else
			fputc(*text, f);
}

/* CRITICAL is worse than UNKNOWN: one is known to be bad, the other only may be. */
static bool is_worse(enum check_status a, enum check_status b)
{
	static const int weights[] = {
		[CHECK_OK] = 0, [CHECK_WARNING] = 1, [CHECK_UNKNOWN] = 2, [CHECK_CRITICAL] = 3};

	return weights[a] > weights[b];
}

__attribute__((format(printf, 3, 4))) static void
add_reason(struct verdict *v, enum check_status status, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	escape_sentence(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (v->n_reasons++)
		fputs(", ", v->reasons);
	put_plain(v->reasons, text);
	if (is_worse(status, v->status))
		v->status = status;
}

/*
 * The sum of a figure's changes over the families of this machine. Returns false unless each of
 * them has it; a family without any figure is not there, and some figures are IPv4's alone.
 */
static bool sum(const struct verdict *v, enum metric_id m, uint64_t *total)
{
	bool any = false;

	*total = 0;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		if (!v->now->system[f].figures.known ||
		    (f == FAMILY_IPV6 && METRICS_IPV4_ONLY >> m & 1))
			continue;
		if (!(v->rates->system[f].known >> m & 1))
			return false;
		*total += v->rates->system[f].value[m];
		any = true;
	}
	return any;
}

static bool measure_forwarded(const struct verdict *v, enum family f, enum metric_id m,
			      double *value)
{
	const struct delta *delta = &v->rates->system[f];

	if (!(delta->known >> m & 1))
		return false;
	*value = rate_per_second(delta->value[m], v->rates->interval_ns) *
		 (metrics[m].unit == UNIT_OCTETS ? 8 : 1);
	return true;
}

/*
 * Where refused packets are not counted, or step back, they are what was handed over less what was
 * forwarded. Copies, or packets on their way at the first reading, can make more leave than was
 * handed over, and a queue can give back packets of another interval: never show less than nothing,
 * nor more than all.
 */
static bool measure_refused(const struct verdict *v, double *value)
{
	uint64_t in, out, refused;

	if (!sum(v, M_IN_FORW_PACKETS, &in))
		return false;
	if (!sum(v, M_REFUSED_PACKETS, &refused)) {
		if (!sum(v, M_OUT_FORW_PACKETS, &out))
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
static bool measure_losses(const struct verdict *v, enum metric_id first, enum metric_id end,
			   double *value)
{
	uint64_t total = 0, one;

	for (enum metric_id m = first; m < end; m++) {
		if (METRICS_OUTPUT >> m & 1)
			continue;
		if (!sum(v, m, &one))
			return false;
		total += one;
	}
	*value = rate_per_second(total, v->rates->interval_ns);
	return true;
}

/* Returns false if the value is not known. */
static bool measure(const struct verdict *v, enum check_key key, double *value)
{
	switch (key) {
	case CHECK_IPV4_BPS:
		return measure_forwarded(v, FAMILY_IPV4, M_OUT_FORW_OCTETS, value);
	case CHECK_IPV6_BPS:
		return measure_forwarded(v, FAMILY_IPV6, M_OUT_FORW_OCTETS, value);
	case CHECK_IPV4_PPS:
		return measure_forwarded(v, FAMILY_IPV4, M_OUT_FORW_PACKETS, value);
	case CHECK_IPV6_PPS:
		return measure_forwarded(v, FAMILY_IPV6, M_OUT_FORW_PACKETS, value);
	case CHECK_REFUSED:
		return measure_refused(v, value);
	case CHECK_NOT_ROUTED:
		return measure_losses(v, M_NO_ROUTES, M_COUNT, value);
	case CHECK_DROP:
		return measure_losses(v, M_DROPPED_PACKETS, M_DROPPED_PACKETS + 1, value);
	case CHECK_KEYS:
		break;
	}
	return false;
}

static const char *unit_of(enum check_key key)
{
	return key == CHECK_REFUSED ? "%" : "";
}

static void put_perfdata(FILE *f, const struct check_config *config, enum check_key key,
			 double value)
{
	fprintf(f, " '%s'=%.3f%s;", range_keys[key], value, unit_of(key));
	range_print(f, &config->limits.warn[key]);
	fputc(';', f);
	range_print(f, &config->limits.crit[key]);
	fputs(key == CHECK_REFUSED ? ";0;100" : ";0;", f);
}

/* For people; the exact value is in the performance data. */
static const char *print_value(char text[SCALE_MAX], enum check_key key, double value)
{
	if (key != CHECK_REFUSED)
		return scale_rate(text, value);
	snprintf(text, SCALE_MAX, "%.3f%s", value, unit_of(key));
	return text;
}

static void judge_range(struct verdict *v, enum check_key key, double value,
			const struct range *range, enum check_status status)
{
	char *text = NULL, shown[SCALE_MAX];
	size_t size;
	FILE *f;

	if (!range_alerts(range, value))
		return;
	f = open_memstream(&text, &size);
	if (f) {
		range_print(f, range);
		fclose(f);
	}
	add_reason(v, status, "%s is %s (limit %s)", range_keys[key],
		   print_value(shown, key, value), text ? text : "");
	free(text);
}

static void judge_key(struct verdict *v, enum check_key key, FILE *perfdata)
{
	const struct range *warn = &v->config->limits.warn[key],
			   *crit = &v->config->limits.crit[key];
	double value;

	if (!measure(v, key, &value)) {
		if (warn->set || crit->set)
			add_reason(v, CHECK_UNKNOWN,
				   "%s is not known: %s does not count it, or began anew",
				   range_keys[key],
				   v->now->source == SOURCE_EBPF ? "eBPF" : "the kernel");
		return;
	}
	put_perfdata(perfdata, v->config, key, value);
	if (range_alerts(crit, value))
		judge_range(v, key, value, crit, CHECK_CRITICAL);
	else
		judge_range(v, key, value, warn, CHECK_WARNING);
}

static void judge_family(struct verdict *v, enum family f)
{
	const struct snapshot_system *row = &v->now->system[f];

	if (!row->forwarding_known)
		add_reason(v, CHECK_UNKNOWN, "whether %s is forwarded is not known",
			   snapshot_family_names[f]);
	else if (!row->forwarding)
		add_reason(v, CHECK_CRITICAL, "forwarding of %s is off", snapshot_family_names[f]);
}

static void judge_forwarding(struct verdict *v)
{
	unsigned require =
		v->config->limits.require ? v->config->limits.require : 1u << REQUIRE_ANY;
	const struct snapshot_system *system = v->now->system;
	bool any = false, all_known = true, one_known = false;

	if (require & 1u << REQUIRE_IPV4)
		judge_family(v, FAMILY_IPV4);
	if (require & 1u << REQUIRE_IPV6)
		judge_family(v, FAMILY_IPV6);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		any |= system[f].forwarding_known && system[f].forwarding;
		all_known &= system[f].forwarding_known || !system[f].figures.known;
		one_known |= system[f].forwarding_known;
	}
	if (!(require & 1u << REQUIRE_ANY) || any)
		return;
	if (all_known && one_known)
		add_reason(v, CHECK_CRITICAL, "forwarding is off");
	else
		add_reason(v, CHECK_UNKNOWN, "whether anything is forwarded is not known");
}

static void judge_source(struct verdict *v, const char *note)
{
	const struct snapshot *now = v->now;

	if (v->config->wants_ebpf && now->source != SOURCE_EBPF)
		add_reason(v, CHECK_WARNING, "degraded: the kernel's own counters%s%s",
			   *note ? ": " : "", note);
	if (now->troubles)
		add_reason(v, CHECK_WARNING, "incomplete: %s", now->trouble);
	if (now->missed_packets || now->missed_path_packets || now->missed_drop_packets)
		add_reason(v, CHECK_WARNING,
			   "not counted: %" PRIu64 " packets on interfaces, %" PRIu64
			   " on paths, %" PRIu64 " dropped",
			   now->missed_packets, now->missed_path_packets, now->missed_drop_packets);
}

static void put_summary(const struct verdict *v, FILE *f)
{
	double bits, packets;
	char text[SCALE_MAX];

	for (int i = FAMILY_IPV4; i <= FAMILY_IPV6; i++) {
		fprintf(f, "%s%s", i == FAMILY_IPV4 ? "forwarded " : ", ",
			snapshot_family_names[i]);
		if (measure_forwarded(v, i, M_OUT_FORW_PACKETS, &packets))
			fprintf(f, " %s packets/s", scale_rate(text, packets));
		else
			fputs(" not known", f);
		if (measure_forwarded(v, i, M_OUT_FORW_OCTETS, &bits))
			fprintf(f, bits < 1000 ? " %s bit/s" : " %sbit/s", scale_rate(text, bits));
	}
}

/* The whole line, from its parts. */
static int finish(struct output_document *d, const struct verdict *v,
		  const struct output_document *reasons, const struct output_document *perfdata)
{
	FILE *f = output_begin(d);

	if (!f)
		return -errno;
	fprintf(f, "IPFW %s - ", status_words[v->status]);
	if (v->n_reasons)
		fwrite(reasons->text, 1, reasons->size, f);
	else
		put_summary(v, f);
	if (perfdata->size)
		fputs(" |", f);
	fwrite(perfdata->text, 1, perfdata->size, f);
	fputc('\n', f);
	return output_end(d, f);
}

int check_verdict(struct output_document *d, const struct check_config *config,
		  const struct snapshot *now, const struct rates *rates, const char *note)
{
	struct output_document reasons, perfdata;
	struct verdict v = {.config = config, .now = now, .rates = rates};
	FILE *f;
	int r = -ENOMEM;

	v.reasons = output_begin(&reasons);
	f = output_begin(&perfdata);
	if (v.reasons && f) {
		judge_forwarding(&v);
		judge_source(&v, note);
		for (int key = 0; key < CHECK_KEYS; key++)
			judge_key(&v, key, f);
		r = 0;
	}
	if (v.reasons && output_end(&reasons, v.reasons))
		r = -ENOMEM;
	if (f && output_end(&perfdata, f))
		r = -ENOMEM;
	if (!r)
		r = finish(d, &v, &reasons, &perfdata);
	free(reasons.text);
	free(perfdata.text);
	return r ? r : (int)v.status;
}

int check_say(struct output_document *d, int verdict)
{
	int r = verdict < 0 ? verdict : output_document(d);

	if (verdict >= 0)
		free(d->text);
	if (!r)
		return verdict;
	log_warning("%s%s", verdict < 0 ? "" : "standard output: ", strerror(-r));
	return CHECK_UNKNOWN;
}

int check_unknown(const char *why)
{
	struct output_document d;
	FILE *f = output_begin(&d);
	int r;

	if (!f)
		return check_say(&d, -errno);
	fprintf(f, "IPFW %s - ", status_words[CHECK_UNKNOWN]);
	put_plain(f, why);
	fputc('\n', f);
	r = output_end(&d, f);
	return check_say(&d, r ? r : CHECK_UNKNOWN);
}
