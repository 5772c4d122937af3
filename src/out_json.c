/* SPDX-License-Identifier: MIT */
/*
 * The generator is yajl's: 2,001 interfaces take it 4.3 ms, less than reading them does, so a
 * writer of our own would not pay.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "name.h"
#include "out.h"

static void put_string(yajl_gen g, const char *text)
{
	yajl_gen_string(g, (const unsigned char *)text, strlen(text));
}

static void put_name(yajl_gen g, const char *name)
{
	char escaped[NAME_ESCAPED_MAX];

	put_string(g, name_escape(escaped, sizeof(escaped), name, NAME_UTF8));
}

static void put_text(yajl_gen g, const char *key, const char *value)
{
	put_string(g, key);
	if (value)
		put_string(g, value);
	else
		yajl_gen_null(g);
}

static void put_bool(yajl_gen g, const char *key, bool known, bool value)
{
	put_string(g, key);
	if (known)
		yajl_gen_bool(g, value);
	else
		yajl_gen_null(g);
}

/* yajl's integers are signed; counters are not. By hand: snprintf() took a third of the time. */
static void put_u64(yajl_gen g, const char *key, bool known, uint64_t value)
{
	char number[20], *end = number + sizeof(number), *p = end;

	put_string(g, key);
	if (!known) {
		yajl_gen_null(g);
		return;
	}
	do
		*--p = '0' + value % 10;
	while (value /= 10);
	yajl_gen_number(g, p, end - p);
}

static void put_decimal(yajl_gen g, const char *key, bool known, double value)
{
	char number[48];

	put_string(g, key);
	if (known)
		yajl_gen_number(g, number, snprintf(number, sizeof(number), "%.6f", value));
	else
		yajl_gen_null(g);
}

static void put_time(yajl_gen g, const char *key, bool known, struct timespec ts)
{
	char text[48];
	struct tm tm;
	size_t n;

	put_string(g, key);
	if (!known || !gmtime_r(&ts.tv_sec, &tm)) {
		yajl_gen_null(g);
		return;
	}
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%06ldZ", ts.tv_nsec / 1000);
	put_string(g, text);
}

/* One figure: `key` alone in a snapshot; key_delta, key_total and key_rate in the monitor form. */
static void put_figure(yajl_gen g, const char *key, const struct figures *f, enum metric_id m,
		       const struct delta *delta, uint64_t interval_ns)
{
	bool known = figures_known(f, m), delta_known;
	char full[64];

	if (!delta) {
		put_u64(g, key, known, f->value[m]);
		return;
	}
	delta_known = delta->known >> m & 1;
	snprintf(full, sizeof(full), "%s_delta", key);
	put_u64(g, full, delta_known, delta->value[m]);
	snprintf(full, sizeof(full), "%s_total", key);
	put_u64(g, full, known, f->value[m]);
	snprintf(full, sizeof(full), "%s_rate", key);
	put_decimal(g, full, delta_known, rate_per_second(delta->value[m], interval_ns));
}

static void put_system(yajl_gen g, const struct snapshot_system *row, const struct delta *delta,
		       uint64_t interval_ns)
{
	yajl_gen_map_open(g);
	put_bool(g, "forwarding_enabled", row->forwarding_known, row->forwarding);
	if (delta)
		put_bool(g, "discontinuity", true, row->continuity.fresh);
	for (int group = 0; group < GROUP_COUNT; group++) {
		put_string(g, metric_groups[group]);
		yajl_gen_map_open(g);
		for (int m = 0; m < M_COUNT; m++)
			if (metrics[m].group == (enum metric_group)group)
				put_figure(g, metrics[m].sys_key, &row->figures, m, delta,
					   interval_ns);
		put_text(g, "quality",
			 quality_names[figures_quality(&row->figures, metrics_of_group(group))]);
		yajl_gen_map_close(g);
	}
	yajl_gen_map_close(g);
}

static void put_if(yajl_gen g, const struct snapshot_if *row, const struct delta *deltas,
		   uint64_t interval_ns)
{
	static const enum family order[] = {FAMILY_IPV4, FAMILY_IPV6, FAMILY_TOTAL};

	put_name(g, row->name);
	yajl_gen_map_open(g);
	put_u64(g, "ifindex", row->ifindex, row->ifindex);
	if (deltas)
		put_bool(g, "discontinuity", true, row->continuity.fresh);
	for (size_t i = 0; i < FAMILY_COUNT; i++) {
		enum family family = order[i];
		const struct figures *f = &row->figures[family];

		put_string(g, family_names[family]);
		yajl_gen_map_open(g);
		for (int m = 0; m < M_IF_COUNT; m++)
			if (family != FAMILY_TOTAL || metrics[m].group == GROUP_TRAFFIC)
				put_figure(g, metrics[m].if_key, f, m,
					   deltas ? &deltas[family] : NULL, interval_ns);
		if (family != FAMILY_TOTAL)
			put_text(g, "quality", quality_names[figures_quality(f, METRICS_IF)]);
		yajl_gen_map_close(g);
	}
	yajl_gen_map_close(g);
}

static void put_path(yajl_gen g, const struct snapshot_path *p, const struct delta *delta,
		     uint64_t interval_ns)
{
	yajl_gen_map_open(g);
	put_string(g, "in");
	put_name(g, p->in_name);
	put_string(g, "out");
	put_name(g, p->out_name);
	put_text(g, "family", family_names[p->family]);
	if (delta)
		put_bool(g, "discontinuity", true, p->continuity.fresh);
	put_figure(g, "packets", &p->figures, M_OUT_FORW_PACKETS, delta, interval_ns);
	put_figure(g, "bytes", &p->figures, M_OUT_FORW_OCTETS, delta, interval_ns);
	yajl_gen_map_close(g);
}

static void put_document(yajl_gen g, const struct snapshot *s, const struct rates *rates,
			 const struct out_options *options)
{
	uint64_t interval_ns = rates ? rates->interval_ns : 0;

	yajl_gen_map_open(g);
	put_time(g, "timestamp", true, s->wall);
	put_text(g, "schema", "ipfwagent/1");
	put_text(g, "hostname", options->hostname);
	if (rates)
		put_decimal(g, "interval_seconds", true, interval_ns / 1e9);
	put_string(g, "source");
	yajl_gen_map_open(g);
	put_text(g, "name", source_names[s->source]);
	put_text(g, "hooks", s->hooks == HOOKS_NONE ? NULL : hooks_names[s->hooks]);
	put_time(g, "since", s->since_known, s->since);
	yajl_gen_map_close(g);
	for (int f = FAMILY_IPV4; f < FAMILY_COUNT; f++) {
		put_string(g, family_names[f]);
		put_system(g, &s->system[f], rates ? &rates->system[f] : NULL, interval_ns);
	}
	put_string(g, "interfaces");
	yajl_gen_map_open(g);
	for (size_t i = 0; i < s->n_ifs; i++)
		put_if(g, &s->ifs[i], rates ? rates->ifs[i] : NULL, interval_ns);
	yajl_gen_map_close(g);
	if (s->paths_known) {
		put_string(g, "paths");
		yajl_gen_array_open(g);
		for (size_t i = 0; i < s->n_paths; i++)
			put_path(g, &s->paths[i], rates ? &rates->paths[i] : NULL, interval_ns);
		yajl_gen_array_close(g);
	}
	yajl_gen_map_close(g);
}

/* The document so far. yajl's own buffer costs twice as much. */
struct document {
	char *text; /* NULL after a failed allocation */
	size_t size, cap;
};

static void append(void *arg, const char *text, size_t size)
{
	struct document *d = arg;

	if (!d->text)
		return;
	if (d->cap - d->size < size) {
		size_t cap = 2 * d->cap + size;
		char *grown = realloc(d->text, cap);

		if (!grown)
			free(d->text);
		d->text = grown;
		if (!grown)
			return;
		d->cap = cap;
	}
	memcpy(d->text + d->size, text, size);
	d->size += size;
}

int out_json(const struct snapshot *s, const struct rates *rates, const struct out_options *options)
{
	struct document d = {.cap = 65536};
	yajl_gen g = yajl_gen_alloc(NULL);
	int r = 0;

	d.text = malloc(d.cap);
	if (!g || !d.text) {
		r = -ENOMEM;
		goto out;
	}
	yajl_gen_config(g, yajl_gen_beautify, options->pretty);
	yajl_gen_config(g, yajl_gen_indent_string, "  ");
	yajl_gen_config(g, yajl_gen_print_callback, append, &d);
	put_document(g, s, rates, options);
	if (!options->pretty) /* beautified, it ends with one */
		append(&d, "\n", 1);
	if (!d.text)
		r = -ENOMEM;
	else if (fwrite(d.text, 1, d.size, stdout) != d.size || fflush(stdout))
		r = -errno;
out:
	if (g)
		yajl_gen_free(g);
	free(d.text);
	return r;
}
