/* SPDX-License-Identifier: MIT */
#include "top/head.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/log.h"
#include "output/text_head.h"

static const struct snapshot *newest(const struct boards *b)
{
	const struct snapshot *s = b->all[0]->now;

	for (size_t i = 1; i < b->n; i++)
		if (b->all[i]->now->mono_ns > s->mono_ns)
			s = b->all[i]->now;
	return s;
}

static void print_origin(FILE *f, const struct boards *b, const struct output_options *options)
{
	const struct snapshot *s = newest(b);
	const char *host = snapshot_host(s, options->hostname);
	char text[CLOCK_TEXT_MAX], escaped[ESCAPE_HOST_MAX];
	size_t rated = boards_rated(b);

	if (host)
		fprintf(f, "%s  ", escape_name(escaped, sizeof(escaped), host, ESCAPE_TEXT));
	fprintf(f, "%s UTC  sum of ", clock_text(text, &s->wall, CLOCK_PLAIN));
	if (rated < b->n)
		fprintf(f, "%zu of ", rated);
	fprintf(f, "%zu network namespaces\n", b->n);
}

static void print_source(FILE *f, const struct boards *b)
{
	size_t ebpf = 0;

	for (size_t i = 0; i < b->n; i++)
		ebpf += b->all[i]->now->source == SOURCE_EBPF;
	fputs("source: ", f);
	if (ebpf)
		fputs("eBPF, exact", f);
	if (ebpf && ebpf < b->n)
		fprintf(f, ", in %zu; ", ebpf);
	if (ebpf < b->n)
		fputs("the kernel's own counters", f);
	if (ebpf && ebpf < b->n)
		fprintf(f, " in %zu", b->n - ebpf);
	fputc('\n', f);
}

/* What is wrong with one of them, with its name before each line. */
static void print_warnings(FILE *f, const struct board *b, const struct output_options *options)
{
	char name[ESCAPE_NETNS_MAX], *rest, *line;
	struct output_document d;
	FILE *one = output_begin(&d);

	if (one) {
		text_head_warnings(one, b->now, options);
		fprintf(one, "%s", b->said);
		fputc('\0', one);
	}
	if (!one || output_end(&d, one))
		log_fatal("%s", strerror(ENOMEM));
	escape_name(name, sizeof(name), b->now->netns, ESCAPE_TEXT);
	for (line = strtok_r(d.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		fprintf(f, "%s: %s\n", name, line);
	free(d.text);
}

size_t head_print(FILE *f, const struct boards *b, const struct output_options *options)
{
	struct output_options with_note = *options;

	if (!b->n) {
		fputs("no reading\n", f);
		return 1;
	}
	if (b->many) {
		print_origin(f, b, options);
		print_source(f, b);
	} else {
		with_note.note = b->all[0]->note.text;
		text_head_print(f, b->all[0]->now, b->all[0]->rates, &with_note);
		fputs(b->all[0]->said, f);
	}
	for (size_t i = 0; i < b->n && b->many; i++) {
		with_note.note = b->all[i]->note.text;
		print_warnings(f, b->all[i], &with_note);
	}
	return b->many || !b->all[0]->now->netns[0] ? 2 : 3;
}
