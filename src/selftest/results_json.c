/* SPDX-License-Identifier: MIT */
#include <time.h>

#include "config.h"
#include "output/json_members.h"
#include "selftest/results.h"

static void put_i64(struct json *j, const char *key, bool known, int64_t value)
{
	json_key(j, key);
	if (known)
		json_i64(j, value);
	else
		json_null(j);
}

static void put_witnesses(struct json *j, const struct results *r)
{
	json_key(j, "counters");
	json_open(j, '{');
	for (int id = 0; id < WITNESSES; id++) {
		const char *why = r->witnesses[id].why.text;

		json_key(j, witness_names[id]);
		json_open(j, '{');
		json_put_bool(j, "works", true, r->witnesses[id].works);
		json_put_text(j, "why", why[0] ? why : NULL);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void put_difference(struct json *j, const struct difference *d)
{
	char row[COUNTS_NAME_MAX];

	json_open(j, '{');
	json_put_text(j, "of", counts_name(row, d->row));
	json_put_text(j, "family", snapshot_family_names[d->family]);
	json_put_text(j, "figure", metrics[d->metric].sys_key);
	put_i64(j, "sent", true, d->sent);
	put_i64(j, "counted", !d->absent, d->counted);
	json_close(j, '}');
}

static void put_result(struct json *j, enum witness_id id, const struct result *r)
{
	json_open(j, '{');
	json_put_text(j, "counter", witness_names[id]);
	json_put_text(j, "result", results_verdicts[r->verdict]);
	json_put_text(j, "why", r->verdict == VERDICT_IMPOSSIBLE ? r->why.text : NULL);
	json_key(j, "differences");
	json_open(j, '[');
	for (unsigned i = 0; i < r->n_differences && i < COUNTS_DIFFERENCES; i++)
		put_difference(j, &r->differences[i]);
	json_close(j, ']');
	json_put_u64(j, "differences_in_all", true, r->n_differences);
	json_close(j, '}');
}

static void put_checks(struct json *j, const struct results *r)
{
	json_key(j, "checks");
	json_open(j, '[');
	for (int i = 0; i < CHECKS; i++) {
		const struct check *c = &r->checks[i];

		json_open(j, '{');
		json_put_text(j, "name", c->name);
		json_put_text(j, "family", snapshot_family_names[c->family]);
		json_put_u64(j, "sent_packets", c->sent.packets, c->sent.packets);
		json_put_u64(j, "sent_bytes", c->sent.packets, c->sent.octets);
		json_key(j, "results");
		json_open(j, '[');
		for (int id = 0; id < WITNESSES; id++)
			put_result(j, id, &c->of[id]);
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_ns(struct json *j, const char *key, const struct cost_ns *c)
{
	json_key(j, key);
	if (!c->known) {
		json_null(j);
		return;
	}
	json_open(j, '{');
	put_i64(j, "median", true, c->median);
	put_i64(j, "lowest", true, c->lowest);
	put_i64(j, "highest", true, c->highest);
	json_close(j, '}');
}

static void put_cost(struct json *j, const struct cost *c)
{
	json_key(j, "nanoseconds_per_packet");
	json_open(j, '{');
	json_put_u64(j, "rounds", true, c->rounds);
	put_ns(j, "without", &c->without);
	for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT; id++)
		put_ns(j, snapshot_hooks_names[id], &c->more[id]);
	json_close(j, '}');
}

int results_json(struct output_document *d, const struct results *r,
		 const struct output_options *options)
{
	struct json j = {.pretty = options->pretty};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	json_open(&j, '{');
	json_put_head(&j, true, now, options->hostname, "");
	json_put_text(&j, "version", PACKAGE_VERSION);
	json_key(&j, "kernel");
	json_open(&j, '{');
	json_put_text(&j, "name", r->kernel.sysname);
	json_put_text(&j, "release", r->kernel.release);
	json_put_text(&j, "version", r->kernel.version);
	json_put_text(&j, "architecture", r->kernel.machine);
	json_close(&j, '}');
	put_witnesses(&j, r);
	put_checks(&j, r);
	put_cost(&j, &r->cost);
	json_put_bool(&j, "differs", true, results_differ(r));
	json_close(&j, '}');
	return json_finish(&j, d);
}
