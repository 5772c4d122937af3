/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/units.h"
#include "output/plain.h"

/* What is being read. */
struct reading {
	struct snapshot *s;
	/* Whose figures come; both NULL: the system's. Good until a row is added. */
	struct snapshot_if *row;
	struct snapshot_path *pair;
	char *note;
	size_t note_size;
	bool failed; /* no memory */
};

/* The place of a word among `n`, or -1. */
static int find(const char *word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (words[i] && !strcmp(word, words[i]))
			return i;
	return -1;
}

static bool take_time(struct timespec *t, const char *text)
{
	long long seconds;

	if (sscanf(text, "%lld.%9ld", &seconds, &t->tv_nsec) != 2)
		return false;
	t->tv_sec = seconds;
	return true;
}

static void take_note(struct reading *r, const char *text)
{
	escape_name(r->note, r->note_size, text, ESCAPE_SENTENCE);
}

static void take_source(struct reading *r, const char *text)
{
	char source[32], hooks[16];
	int place;

	if (sscanf(text, "%31s %15s", source, hooks) != 2)
		return;
	place = find(source, snapshot_source_names, SOURCE_EBPF + 1);
	r->s->source = place > 0 ? place : 0;
	place = find(hooks, snapshot_hooks_names, HOOKS_COUNT);
	r->s->hooks = place > 0 ? place : HOOKS_NONE;
}

static void take_mono(struct reading *r, const char *text)
{
	sscanf(text, "%" SCNu64, &r->s->mono_ns);
}

static void take_duration(struct reading *r, const char *text)
{
	sscanf(text, "%" SCNu64, &r->s->duration_ns);
}

static void take_missed(struct reading *r, const char *text)
{
	sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &r->s->missed_packets,
	       &r->s->missed_path_packets, &r->s->missed_drop_packets);
}

static void take_captured(struct reading *r, const char *text)
{
	r->s->captured = true;
	snprintf(r->s->captured_host, sizeof(r->s->captured_host), "%s", text);
}

static void take_wall(struct reading *r, const char *text)
{
	r->s->wall_unknown = !take_time(&r->s->wall, text);
}

static void take_since(struct reading *r, const char *text)
{
	r->s->since_known = take_time(&r->s->since, text);
}

static void take_interface(struct reading *r, const char *text)
{
	uint32_t ifindex;
	uint64_t since_ns;
	int name = 0;

	if (sscanf(text, "%" SCNu32 " %" SCNu64 " %n", &ifindex, &since_ns, &name) != 2 || !name)
		return;
	r->row = snapshot_add_if(r->s, ifindex, text + name);
	if (r->row)
		r->row->continuity.since_ns = since_ns;
	else
		r->failed = true;
}

static void take_labels(struct reading *r, const char *text)
{
	char alias[ESCAPE_ALIAS_MAX];
	const char *slash = strchr(text, '/');

	if (!r->row || !slash)
		return;
	r->row->labels_known = true;
	snprintf(r->row->vrf, sizeof(r->row->vrf), "%.*s", (int)(slash - text), text);
	snprintf(alias, sizeof(alias), "%s", slash + 1);
	if (snapshot_set_alias(r->s, r->row, escape_undo(alias)))
		r->failed = true;
}

static void take_bypasses(struct reading *r, const char *text)
{
	r->s->bypasses_known = true;
	why_set(&r->s->bypasses_why, 0, "%s", text);
}

static void take_bypass(struct reading *r, const char *text)
{
	struct bypass b = {.kind = BYPASS_FLOWTABLE}, *added;
	const char *slash = strchr(text, '/');
	char kind[32];
	int name = 0, place;

	if (!slash || sscanf(text, "%" SCNu32 " %31s %n", &b.ifindex, kind, &name) != 2 || !name)
		return;
	place = find(kind, bypass_kind_names, BYPASS_KINDS);
	if (place < 0 || slash < text + name)
		return;
	b.kind = place;
	snprintf(b.name, sizeof(b.name), "%.*s", (int)(slash - text - name), text + name);
	escape_name(b.detail, sizeof(b.detail), slash + 1, ESCAPE_SENTENCE);
	added = snapshot_add_bypass(r->s);
	if (added)
		*added = b;
	else
		r->failed = true;
}

static void take_paths(struct reading *r, const char *text)
{
	(void)text;
	r->s->paths_known = true;
}

static void take_drops(struct reading *r, const char *text)
{
	(void)text;
	r->s->drops_known = true;
}

/* What paths and drops have in common. Returns what follows it, or NULL. */
static const char *take_pair(struct snapshot_path *pair, const char *text)
{
	char family[16];
	int end = 0, place;

	if (sscanf(text, "%15s %" SCNu32 " %" SCNu32 " %" SCNu64 " %n", family, &pair->in_ifindex,
		   &pair->out_ifindex, &pair->continuity.since_ns, &end) != 4 ||
	    !end)
		return NULL;
	place = find(family, snapshot_family_names, FAMILY_IPV6 + 1);
	pair->family = place;
	return place >= FAMILY_IPV4 ? text + end : NULL;
}

static bool take_names(struct snapshot_path *pair, const char *text)
{
	const char *slash = strchr(text, '/');

	if (!slash)
		return false;
	snprintf(pair->in_name, sizeof(pair->in_name), "%.*s", (int)(slash - text), text);
	snprintf(pair->out_name, sizeof(pair->out_name), "%s", slash + 1);
	return true;
}

static void take_path(struct reading *r, const char *text)
{
	struct snapshot_path path = {.family = FAMILY_TOTAL};

	text = take_pair(&path, text);
	if (!text || !take_names(&path, text))
		return;
	r->pair = snapshot_add_path(r->s);
	if (r->pair)
		*r->pair = path;
	else
		r->failed = true;
}

static void take_drop(struct reading *r, const char *text)
{
	struct snapshot_drop drop = {.stage = DROP_LINK}, *added;
	char stage[16];
	int names = 0, place;

	text = take_pair(&drop.path, text);
	if (!text || sscanf(text, "%15s %47s %n", stage, drop.reason, &names) != 2 || !names)
		return;
	place = find(stage, snapshot_stage_names, DROP_STAGES);
	if (place < 0 || !take_names(&drop.path, text + names))
		return;
	drop.stage = place;
	added = snapshot_add_drop(r->s);
	r->pair = added ? &added->path : NULL;
	if (added)
		*added = drop;
	else
		r->failed = true;
}

static void take_figure(struct figures *f, const char *name, uint64_t value, const char *quality)
{
	for (int m = 0; m < M_COUNT; m++) {
		if (strcmp(name, metrics[m].name) != 0)
			continue;
		if (!strcmp(quality, snapshot_quality_names[QUALITY_EXACT]))
			figures_set(f, m, value);
		else if (!strcmp(quality, snapshot_quality_names[QUALITY_DERIVED]))
			figures_derive(f, m, value);
	}
}

static void take_system(struct snapshot_system *row, const char *name, uint64_t value,
			const char *quality)
{
	if (!strcmp(name, "since_ns"))
		row->continuity.since_ns = value;
	if (!strcmp(name, "forwarding")) {
		row->forwarding_known = true;
		row->forwarding = value;
	}
	take_figure(&row->figures, name, value, quality);
}

/* A figure of the row that is being read, or a property of the system's. */
static void take_row(struct reading *r, int family, const char *text)
{
	char name[32], quality[16] = "";
	uint64_t value;

	if (sscanf(text, "%31s %" SCNu64 " %15s", name, &value, quality) < 2)
		return;
	if (r->pair)
		take_figure(&r->pair->figures, name, value, quality);
	else if (r->row)
		take_figure(&r->row->figures[family], name, value, quality);
	else if (family == FAMILY_IPV4 || family == FAMILY_IPV6)
		take_system(&r->s->system[family], name, value, quality);
}

static const struct {
	const char *word;
	void (*take)(struct reading *r, const char *text);
} lines[] = {
	{"mono_ns", take_mono},        {"source", take_source},
	{"missed", take_missed},       {"note", take_note},
	{"captured", take_captured},   {"wall", take_wall},
	{"since", take_since},         {"duration_ns", take_duration},
	{"interface", take_interface}, {"paths", take_paths},
	{"path", take_path},           {"drops", take_drops},
	{"labels", take_labels},       {"drop", take_drop},
	{"bypasses", take_bypasses},   {"bypass", take_bypass},
};

static void take_line(struct reading *r, char *line)
{
	char *rest = line + strcspn(line, " \n");
	int family;

	line[strcspn(line, "\n")] = '\0';
	if (*rest)
		*rest++ = '\0';
	family = find(line, snapshot_family_names, FAMILY_COUNT);
	if (family >= 0)
		return take_row(r, family, rest);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (!strcmp(line, lines[i].word))
			lines[i].take(r, rest);
}

int plain_read(const struct output_document *d, struct snapshot *s, char *note, size_t note_size)
{
	FILE *f = d->size ? fmemopen(d->text, d->size, "r") : NULL;
	struct reading r = {.s = s, .note = note, .note_size = note_size};
	char *line = NULL;
	size_t size = 0;

	s->source = 0;
	s->mono_ns = 0;
	s->wall_unknown = true;
	note[0] = '\0';
	while (f && getline(&line, &size, f) > 0)
		take_line(&r, line);
	free(line);
	if (f)
		fclose(f);
	snapshot_sort(s);
	snapshot_mark_bypassed(s);
	if (r.failed)
		return -ENOMEM;
	return s->mono_ns && s->source ? 0 : -EPROTO;
}
