/* SPDX-License-Identifier: MIT */
#include "output/text_head.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/escape.h"

/* The line of host, time and interval, as far as they are known. */
static void print_origin(FILE *f, const struct snapshot *s, const struct rates *rates,
			 const struct output_options *options)
{
	const char *host = snapshot_host(s, options->hostname), *gap = "";
	char text[CLOCK_TEXT_MAX], escaped[ESCAPE_HOST_MAX];

	if (host) {
		fputs(escape_name(escaped, sizeof(escaped), host, ESCAPE_TEXT), f);
		gap = "  ";
	}
	if (!s->wall_unknown) {
		fprintf(f, "%s%s UTC", gap, clock_text(text, &s->wall, CLOCK_PLAIN));
		gap = "  ";
	}
	if (rates) {
		fprintf(f, "%srates over %.3f s", gap, rates->interval_ns / 1e9);
		gap = "  ";
	}
	if (*gap)
		fputc('\n', f);
}

static void print_bypasses(FILE *f, const struct snapshot *s, bool verbose)
{
	char text[BYPASS_TEXT_MAX];

	for (size_t i = 0; i < s->n_bypasses; i++)
		fprintf(f, "%s: %s\n",
			bypass_is_certain(s->bypasses[i].kind) ? "past the IP layer, uncounted"
							       : "perhaps past the IP layer",
			bypass_text(&s->bypasses[i], text, sizeof(text)));
	if (verbose && s->bypasses_why.text[0])
		fprintf(f, "ways past the IP layer are not known: %s\n", s->bypasses_why.text);
}

void text_head_warnings(FILE *f, const struct snapshot *s, const struct output_options *options)
{
	if (s->missed_packets || s->missed_path_packets || s->missed_drop_packets)
		fprintf(f,
			"not counted: %" PRIu64 " packets on interfaces, %" PRIu64
			" on paths, %" PRIu64 " dropped\n",
			s->missed_packets, s->missed_path_packets, s->missed_drop_packets);
	print_bypasses(f, s, options->verbose);
	if (options->verbose && options->note[0])
		fprintf(f, "not eBPF: %s\n", options->note);
	if (s->troubles)
		fprintf(f, "incomplete: %s\n", s->trouble);
}

void text_head_print(FILE *f, const struct snapshot *s, const struct rates *rates,
		     const struct output_options *options)
{
	char text[CLOCK_TEXT_MAX], netns[ESCAPE_NETNS_MAX];

	if (s->netns[0])
		fprintf(f, "network namespace %s\n",
			escape_name(netns, sizeof(netns), s->netns, ESCAPE_TEXT));
	print_origin(f, s, rates, options);
	if (s->source == SOURCE_EBPF) {
		fprintf(f, "source: eBPF (%s) since %s UTC, exact\n",
			snapshot_hooks_names[s->hooks], clock_text(text, &s->since, CLOCK_PLAIN));
	} else {
		fprintf(f, "source: the kernel's own counters since boot; derived where the kernel "
			   "has no such counter; - means not known\n");
	}
	text_head_warnings(f, s, options);
	fputc('\n', f);
}
