/* SPDX-License-Identifier: MIT */
#include "output/plain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"

int plain_make(struct output_document *d, const struct snapshot *s, const struct rates *rates,
	       const struct output_options *options)
{
	FILE *f = output_begin(d);

	(void)rates;
	if (!f)
		return -errno;
	fprintf(f, "mono_ns %" PRIu64 "\nsource %s %s\n", s->mono_ns,
		snapshot_source_names[s->source], snapshot_hooks_names[s->hooks]);
	fprintf(f, "missed %" PRIu64 " %" PRIu64 "\n", s->missed_packets, s->missed_path_packets);
	for (int i = FAMILY_IPV4; i <= FAMILY_IPV6; i++) {
		const struct snapshot_system *row = &s->system[i];

		fprintf(f, "%s since_ns %" PRIu64 "\n", snapshot_family_names[i],
			row->continuity.since_ns);
		if (row->forwarding_known)
			fprintf(f, "%s forwarding %d\n", snapshot_family_names[i], row->forwarding);
		for (int m = 0; m < M_COUNT; m++)
			if (figures_known(&row->figures, m))
				fprintf(f, "%s %s %" PRIu64 " %s\n", snapshot_family_names[i],
					metrics[m].name, row->figures.value[m],
					snapshot_quality_names[figures_quality(&row->figures,
									       1u << m)]);
	}
	fprintf(f, "note %s\n", options->note);
	return output_end(d, f);
}

/* The place of a word among `n`, or -1. */
static int find(const char *word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (words[i] && !strcmp(word, words[i]))
			return i;
	return -1;
}

static void take_row(struct snapshot_system *row, const char *name, uint64_t value,
		     const char *quality)
{
	if (!strcmp(name, "since_ns"))
		row->continuity.since_ns = value;
	if (!strcmp(name, "forwarding")) {
		row->forwarding_known = true;
		row->forwarding = value;
	}
	for (int m = 0; m < M_COUNT; m++) {
		if (strcmp(name, metrics[m].name) != 0)
			continue;
		if (!strcmp(quality, snapshot_quality_names[QUALITY_EXACT]))
			figures_set(&row->figures, m, value);
		else if (!strcmp(quality, snapshot_quality_names[QUALITY_DERIVED]))
			figures_derive(&row->figures, m, value);
	}
}

static void take_line(struct snapshot *s, char *line, char *note, size_t note_size)
{
	char first[16], second[32], third[16] = "";
	uint64_t value;
	int place;

	if (!strncmp(line, "note ", 5)) {
		line[strcspn(line, "\n")] = '\0';
		escape_name(note, note_size, line + 5, ESCAPE_SENTENCE);
	} else if (sscanf(line, "source %31s %15s", second, third) == 2) {
		place = find(second, snapshot_source_names, SOURCE_EBPF + 1);
		s->source = place > 0 ? place : 0;
		place = find(third, snapshot_hooks_names, HOOKS_COUNT);
		s->hooks = place > 0 ? place : HOOKS_NONE;
	} else if (sscanf(line, "mono_ns %" SCNu64, &s->mono_ns) != 1 &&
		   sscanf(line, "missed %" SCNu64 " %" SCNu64, &s->missed_packets,
			  &s->missed_path_packets) != 2 &&
		   sscanf(line, "%15s %31s %" SCNu64 " %15s", first, second, &value, third) >= 3) {
		place = find(first, snapshot_family_names, FAMILY_IPV6 + 1);
		if (place >= FAMILY_IPV4)
			take_row(&s->system[place], second, value, third);
	}
}

int plain_read(const struct output_document *d, struct snapshot *s, char *note, size_t note_size)
{
	FILE *f = d->size ? fmemopen(d->text, d->size, "r") : NULL;
	char *line = NULL;
	size_t size = 0;

	s->source = 0;
	s->mono_ns = 0;
	note[0] = '\0';
	while (f && getline(&line, &size, f) > 0)
		take_line(s, line, note, note_size);
	free(line);
	if (f)
		fclose(f);
	return s->mono_ns && s->source ? 0 : -EPROTO;
}
