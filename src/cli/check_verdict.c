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
#include "cli/check_measure.h"

struct verdict {
	const struct check_config *config;
	struct check_subject subject;
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

static const char *unit_of(enum check_key key)
{
	return key == CHECK_REFUSED ? "%" : "";
}

/* What a value is called: KEY, or INTERFACE:KEY. */
#define LABEL_MAX (ESCAPE_NAME_MAX + 32)

static const char *label_of(char label[LABEL_MAX], const struct verdict *v, enum check_key key)
{
	char name[ESCAPE_NAME_MAX] = "";

	if (v->subject.row)
		escape_name(name, sizeof(name), v->subject.row->name, ESCAPE_ASCII);
	snprintf(label, LABEL_MAX, "%s%s%s", name, v->subject.row ? ":" : "", range_keys[key]);
	return label;
}

/* In a label a quote stands twice, and no equals sign can. */
static void put_label(FILE *f, const char *label)
{
	for (; *label; label++)
		if (*label == '\'')
			fputs("''", f);
		else
			fputc(*label == '=' ? '_' : *label, f);
}

static void put_perfdata(FILE *f, const char *label, enum check_key key, const struct range *warn,
			 const struct range *crit, double value)
{
	fputs(" '", f);
	put_label(f, label);
	fprintf(f, "'=%.3f%s;", value, unit_of(key));
	range_print(f, warn);
	fputc(';', f);
	range_print(f, crit);
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

static void judge_range(struct verdict *v, const char *label, enum check_key key, double value,
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
	add_reason(v, status, "%s is %s (limit %s)", label, print_value(shown, key, value),
		   text ? text : "");
	free(text);
}

static void judge_key(struct verdict *v, enum check_key key, const struct range *warn,
		      const struct range *crit, FILE *perfdata)
{
	char label[LABEL_MAX];
	double value;

	label_of(label, v, key);
	if (!check_measure(&v->subject, key, &value)) {
		if (warn->set || crit->set)
			add_reason(v, CHECK_UNKNOWN,
				   "%s is not known: %s does not count it, or began anew", label,
				   v->subject.now->source == SOURCE_EBPF ? "eBPF" : "the kernel");
		return;
	}
	put_perfdata(perfdata, label, key, warn, crit, value);
	if (range_alerts(crit, value))
		judge_range(v, label, key, value, crit, CHECK_CRITICAL);
	else
		judge_range(v, label, key, value, warn, CHECK_WARNING);
}

/* A limit of one level, with that of the other level on the same. */
static void judge_if(struct verdict *v, const struct check_if_limit *limit,
		     const struct range *warn, const struct range *crit, FILE *perfdata)
{
	char name[ESCAPE_NAME_MAX];
	size_t i = 0;

	while (i < v->subject.now->n_ifs &&
	       strcmp(v->subject.now->ifs[i].name, limit->interface) != 0)
		i++;
	if (i == v->subject.now->n_ifs) {
		escape_name(name, sizeof(name), limit->interface, ESCAPE_ASCII);
		add_reason(v, CHECK_UNKNOWN, "%s:%s is not known: there is no such interface", name,
			   range_keys[limit->key]);
		return;
	}
	v->subject.row = &v->subject.now->ifs[i];
	v->subject.deltas = v->subject.rates->ifs[i];
	judge_key(v, limit->key, warn, crit, perfdata);
	v->subject.row = NULL;
}

/* Each interface and key once, whichever of the levels limits it. */
static void judge_ifs(struct verdict *v, FILE *perfdata)
{
	static const struct range none;
	const struct check_level *warn = &v->config->limits.warn, *crit = &v->config->limits.crit;

	for (size_t i = 0; i < crit->n_ifs; i++) {
		const struct check_if_limit *limit = &crit->ifs[i];
		const struct range *other = range_of_if(warn, limit->interface, limit->key);

		judge_if(v, limit, other ? other : &none, &limit->range, perfdata);
	}
	for (size_t i = 0; i < warn->n_ifs; i++) {
		const struct check_if_limit *limit = &warn->ifs[i];

		if (!range_of_if(crit, limit->interface, limit->key))
			judge_if(v, limit, &limit->range, &none, perfdata);
	}
}

static void judge_family(struct verdict *v, enum family f)
{
	const struct snapshot_system *row = &v->subject.now->system[f];

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
	const struct snapshot_system *system = v->subject.now->system;
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
	const struct snapshot *now = v->subject.now;
	char text[BYPASS_TEXT_MAX];

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
	for (size_t i = 0; i < now->n_bypasses; i++)
		if (bypass_is_certain(now->bypasses[i].kind))
			add_reason(v, CHECK_WARNING, "past the IP layer, uncounted: %s",
				   bypass_text(&now->bypasses[i], text, sizeof(text)));
}

static void put_summary(const struct verdict *v, FILE *f)
{
	double bits, packets;
	char text[SCALE_MAX];

	for (int i = FAMILY_IPV4; i <= FAMILY_IPV6; i++) {
		fprintf(f, "%s%s", i == FAMILY_IPV4 ? "forwarded " : ", ",
			snapshot_family_names[i]);
		if (check_measure_forwarded(&v->subject, i, M_OUT_FORW_PACKETS, &packets))
			fprintf(f, " %s packets/s", scale_rate(text, packets));
		else
			fputs(" not known", f);
		if (check_measure_forwarded(&v->subject, i, M_OUT_FORW_OCTETS, &bits))
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
	struct verdict v = {.config = config, .subject = {.now = now, .rates = rates}};
	FILE *f;
	int r = -ENOMEM;

	v.reasons = output_begin(&reasons);
	f = output_begin(&perfdata);
	if (v.reasons && f) {
		judge_forwarding(&v);
		judge_source(&v, note);
		for (int key = 0; key < CHECK_KEYS; key++)
			judge_key(&v, key, &config->limits.warn.ranges[key],
				  &config->limits.crit.ranges[key], f);
		judge_ifs(&v, f);
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
