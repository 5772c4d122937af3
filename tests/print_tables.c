/* SPDX-License-Identifier: MIT */
/*
 * print_tables: what the program's tables hold, as JSON on standard output, for tests/documents. It
 * also serves and writes a reading in which nothing is absent, so that the types of the MIB's
 * columns, the keys and the names are those of the real thing.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"
#include "mib/engine.h"
#include "model/attachment.h"
#include "model/peak.h"
#include "options/commands.h"
#include "options/range.h"
#include "options/rows.h"
#include "output/json_writer.h"
#include "output/output.h"
#include "selftest/results.h"
#include "sources/kernel_counters.h"
#include "unit/full_view.h"

static void put_text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_string(j, value);
}

static void put_number(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_u64(j, value);
}

/* Words by number from `first` on. */
static void put_words(struct json *j, const char *key, const char *const *words, int first, int end)
{
	json_key(j, key);
	json_open(j, '[');
	for (int i = first; i < end; i++)
		json_string(j, words[i]);
	json_close(j, ']');
}

static void put_metrics(struct json *j)
{
	json_key(j, "metrics");
	json_open(j, '[');
	for (int i = 0; i < M_COUNT; i++) {
		const struct metric *m = &metrics[i];

		json_open(j, '{');
		put_text(j, "label", m->label);
		put_text(j, "group", metrics_groups[m->group]);
		put_text(j, "unit", m->unit == UNIT_PACKETS ? "packets" : "octets");
		put_text(j, "system_key", m->sys_key);
		put_number(j, "of_device", METRICS_DEVICE >> i & 1);
		put_number(j, "is_gauge", METRICS_GAUGES >> i & 1);
		put_number(j, "ipv4_only", METRICS_IPV4_ONLY >> i & 1);
		put_number(j, "of_output", METRICS_OUTPUT >> i & 1);
		put_number(j, "interface_ipv6_only", METRICS_IF_IPV6 >> i & 1);
		put_text(j, "interface_key", m->if_key);
		put_text(j, "name", m->name);
		put_text(j, "help", m->help);
		put_number(j, "system_column", m->sys_column);
		put_number(j, "interface_column", m->if_column);
		put_number(j, "rate_column", m->rate_column);
		put_number(j, "delta_column", m->delta_column);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_kernel_columns(struct json *j)
{
	json_key(j, "kernel_columns");
	json_open(j, '[');
	for (int i = 0; i < K_COUNT; i++) {
		json_open(j, '{');
		put_text(j, "ipv4", kernel_names[i].ip4);
		put_text(j, "ipv6", kernel_names[i].ip6);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_options(struct json *j)
{
	static const char *const places[] = {"line", "file", "live"};

	json_key(j, "options");
	json_open(j, '[');
	for (size_t i = 0; i < options_rows_count; i++) {
		const struct options_row *row = &options_rows[i];
		char letter[2] = {row->letter};
		char name[32];
		int n = 0;

		json_open(j, '{');
		put_text(j, "word", row->word);
		put_text(j, "letter", *letter ? letter : NULL);
		put_text(j, "argument", row->argument);
		while (row->words && row->words[n])
			n++;
		put_words(j, "words", row->words, 0, n);
		put_text(j, "place", places[row->place]);
		json_key(j, "commands");
		json_open(j, '[');
		for (int c = 0; c < COMMANDS; c++)
			if (row->commands >> c & 1)
				json_string(j, commands_name(name, sizeof(name), c));
		json_close(j, ']');
		put_text(j, "help", row->help);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_commands(struct json *j)
{
	json_key(j, "commands");
	json_open(j, '[');
	for (int c = 0; c < COMMANDS; c++) {
		json_open(j, '{');
		put_text(j, "first", commands[c].first);
		put_text(j, "second", commands[c].second);
		put_text(j, "help", commands[c].help);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* The type of what is served in a column; NULL: nothing is. */
static const char *type_of(const struct mib_context *ctx, const struct mib_table *t,
			   unsigned column)
{
	static const char *const types[] = {
		[MIB_INTEGER] = "integer",     [MIB_GAUGE32] = "gauge32",
		[MIB_COUNTER32] = "counter32", [MIB_COUNTER64] = "counter64",
		[MIB_TIMETICKS] = "timeticks", [MIB_STRING] = "string",
	};
	struct mib_value value;

	for (size_t row = 0; row < t->rows(ctx->view); row++)
		if (t->cell(ctx, row, column, &value))
			return types[value.type];
	return NULL;
}

static void put_mib(struct json *j, const struct mib_view *view)
{
	struct mib_context ctx = {.now_ns = FULL_NOW_NS};

	mib_context_init(&ctx, view);
	json_key(j, "mib");
	json_open(j, '[');
	for (size_t i = 0; i < MIB_TABLES; i++) {
		const struct mib_table *t = &mib_tables[i];
		uint32_t index[MIB_INDEX_MAX];

		if (t->root != MIB_ROOT_OWN)
			continue;
		json_open(j, '{');
		put_number(j, "number", t->prefix[0]);
		put_number(j, "is_table", t->prefix_len - 1);
		put_number(j, "indexes", t->index(view, 0, index));
		json_key(j, "columns");
		json_open(j, '[');
		for (unsigned c = t->first_column; c <= t->last_column; c++) {
			json_open(j, '{');
			put_number(j, "number", c);
			put_text(j, "type", type_of(&ctx, t, c));
			json_close(j, '}');
		}
		json_close(j, ']');
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* The standard tables: the columns that are served, by the number of the table. */
static void put_ip_mib(struct json *j, const struct mib_view *view)
{
	struct mib_context ctx = {.now_ns = FULL_NOW_NS};

	mib_context_init(&ctx, view);
	json_key(j, "ip_mib");
	json_open(j, '[');
	for (size_t i = 0; i < MIB_TABLES; i++) {
		const struct mib_table *t = &mib_tables[i];
		const struct mib_root *root = &mib_roots[t->root];

		for (unsigned c = t->first_column; root->standard && c <= t->last_column; c++) {
			if (!type_of(&ctx, t, c))
				continue;
			json_open(j, '{');
			put_number(j, "table", root->id[root->len - 1]);
			put_number(j, "number", c);
			put_text(j, "type", type_of(&ctx, t, c));
			json_close(j, '}');
		}
	}
	json_close(j, ']');
}

static const struct output_options options = {.hostname = "router", .note = ""};

static void put_lines(struct json *j, const char *key, const struct output_document *d)
{
	json_key(j, key);
	json_open(j, '[');
	for (char *line = d->text, *end = line + d->size, *next; line < end; line = next) {
		next = line;
		while (*next != '\n')
			next++;
		*next++ = '\0';
		json_string(j, line);
	}
	json_close(j, ']');
	free(d->text);
}

static void put_document(struct json *j, const char *key, output_make *make, enum output_view what,
			 const struct mib_view *view, const struct rates *rates)
{
	struct output_options shown = options;
	struct output_document d;

	shown.view = what;
	if (make(&d, view->snapshot, rates, &shown))
		abort();
	put_lines(j, key, &d);
}

static void put_status(struct json *j)
{
	const struct attachment nothing = {.netns = "blue", .tried = true};
	struct output_document d;

	if (output_json_attachment(&d, &nothing, 1, &options))
		abort();
	put_lines(j, "status", &d);
}

static void put_selftest(struct json *j)
{
	static struct results r; /* all zero: every check is ok */
	struct output_document d;

	for (int i = 0; i < CHECKS; i++)
		r.checks[i].name = ways[i / 2].name;
	r.checks[0].of[0] = (struct result){.verdict = VERDICT_DIFFERS, .n_differences = 1};
	r.cost.without.known = true;
	for (int id = 0; id < HOOKS_COUNT; id++)
		r.cost.more[id].known = true;
	if (results_json(&d, &r, &options))
		abort();
	put_lines(j, "selftest", &d);
}

/* The words that the MIB's enumerations share with the other outputs. */
static void put_enumerations(struct json *j)
{
	json_key(j, "enumerations");
	json_open(j, '{');
	put_words(j, "IpfwFamily", snapshot_family_names, FAMILY_TOTAL, FAMILY_MIB_COUNT);
	put_words(j, "IpfwQuality", snapshot_quality_names, QUALITY_EXACT, QUALITY_BYPASSED + 1);
	put_words(j, "ipfwSource", snapshot_source_names, SOURCE_KERNEL, SOURCE_EBPF + 1);
	put_words(j, "ipfwStatus", mib_status_names, MIB_STATUS_OK, MIB_STATUS_COUNT);
	put_words(j, "ipfwPeakState", peak_state_names, PEAK_COMPLETE, PEAK_STATES);
	json_close(j, '}');
}

int main(void)
{
	struct json j = {.pretty = true};
	struct mib_view *view = full_view();
	struct rates *rates = full_rates(view);

	strcpy(view->snapshot->netns, "blue");

	json_open(&j, '{');
	put_words(&j, "groups", metrics_groups, 0, GROUP_COUNT);
	put_words(&j, "families", snapshot_family_names, 0, FAMILY_COUNT);
	put_metrics(&j);
	put_kernel_columns(&j);
	put_options(&j);
	put_commands(&j);
	put_words(&j, "check_keys", range_keys, 0, CHECK_KEYS);
	json_key(&j, "formats");
	json_open(&j, '[');
	for (int f = 0; f < OUTPUT_FORMATS; f++)
		json_string(&j, output_forms[f].word);
	json_close(&j, ']');
	put_enumerations(&j);
	put_mib(&j, view);
	put_ip_mib(&j, view);
	json_key(&j, "documents");
	json_open(&j, '{');
	put_document(&j, "snapshot", output_json, VIEW_READING, view, NULL);
	put_document(&j, "monitor", output_json, VIEW_READING, view, rates);
	put_document(&j, "activity", output_json, VIEW_ACTIVITY, view, rates);
	put_document(&j, "paths", output_json, VIEW_PATHS, view, NULL);
	put_document(&j, "paths_monitor", output_json, VIEW_PATHS, view, rates);
	put_document(&j, "drops", output_json, VIEW_DROPS, view, NULL);
	put_document(&j, "drops_monitor", output_json, VIEW_DROPS, view, rates);
	put_document(&j, "prometheus", output_prometheus, VIEW_READING, view, NULL);
	put_status(&j);
	put_selftest(&j);
	json_close(&j, '}');
	json_close(&j, '}');
	json_end(&j);
	rates_free(rates);
	mib_view_free(view);
	if (j.failed || fwrite(j.text, 1, j.size, stdout) != j.size)
		return 1;
	free(j.text);
	return fflush(stdout) ? 1 : 0;
}
