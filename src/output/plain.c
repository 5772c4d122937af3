/* SPDX-License-Identifier: MIT */
#include "output/plain.h"

#include <errno.h>
#include <inttypes.h>

#include "base/escape.h"

static void put_time(FILE *f, const char *word, struct timespec t)
{
	fprintf(f, "%s %lld.%09ld\n", word, (long long)t.tv_sec, t.tv_nsec);
}

static void put_figures(FILE *f, enum family family, const struct figures *figures)
{
	for (int m = 0; m < M_COUNT; m++)
		if (figures_known(figures, m))
			fprintf(f, "%s %s %" PRIu64 " %s\n", snapshot_family_names[family],
				metrics[m].name, figures->value[m],
				snapshot_quality_names[figures->derived >> m & 1 ? QUALITY_DERIVED
										 : QUALITY_EXACT]);
}

static void put_system(FILE *f, const struct snapshot *s, const struct output_options *options)
{
	fprintf(f, "mono_ns %" PRIu64 "\nsource %s %s\n", s->mono_ns,
		snapshot_source_names[s->source], snapshot_hooks_names[s->hooks]);
	fprintf(f, "missed %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", s->missed_packets,
		s->missed_path_packets, s->missed_drop_packets);
	for (int i = FAMILY_IPV4; i <= FAMILY_IPV6; i++) {
		const struct snapshot_system *row = &s->system[i];

		fprintf(f, "%s since_ns %" PRIu64 "\n", snapshot_family_names[i],
			row->continuity.since_ns);
		if (row->forwarding_known)
			fprintf(f, "%s forwarding %d\n", snapshot_family_names[i], row->forwarding);
		put_figures(f, i, &row->figures);
	}
	fprintf(f, "note %s\n", options->note);
}

static void put_pair(FILE *f, const char *word, const struct snapshot_path *p)
{
	fprintf(f, "%s %s %" PRIu32 " %" PRIu32 " %" PRIu64 " ", word,
		snapshot_family_names[p->family], p->in_ifindex, p->out_ifindex,
		p->continuity.since_ns);
}

/* No name contains a slash; one that nobody saw is empty. The figures follow. */
static void put_names(FILE *f, const struct snapshot_path *p)
{
	fprintf(f, "%s/%s\n", p->in_name, p->out_name);
	put_figures(f, p->family, &p->figures);
}

static void put_rows(FILE *f, const struct snapshot *s)
{
	char alias[ESCAPE_ALIAS_MAX]; /* it may hold line ends */

	for (size_t i = 0; i < s->n_ifs; i++) {
		const struct snapshot_if *row = &s->ifs[i];

		fprintf(f, "interface %" PRIu32 " %" PRIu64 " %s\n", row->ifindex,
			row->continuity.since_ns, row->name);
		if (row->labels_known)
			fprintf(f, "labels %s/%s\n", row->vrf,
				escape_name(alias, sizeof(alias), snapshot_alias(s, row),
					    ESCAPE_TEXT));
		for (int family = 0; family < FAMILY_COUNT; family++)
			put_figures(f, family, &row->figures[family]);
	}
	if (s->bypasses_known)
		fprintf(f, "bypasses %s\n", s->bypasses_why.text);
	for (size_t i = 0; i < s->n_bypasses; i++)
		fprintf(f, "bypass %" PRIu32 " %s %s/%s\n", s->bypasses[i].ifindex,
			bypass_kind_names[s->bypasses[i].kind], s->bypasses[i].name,
			s->bypasses[i].detail);
	if (s->paths_known)
		fputs("paths\n", f);
	for (size_t i = 0; i < s->n_paths; i++) {
		put_pair(f, "path", &s->paths[i]);
		put_names(f, &s->paths[i]);
	}
	if (s->drops_known)
		fputs("drops\n", f);
	for (size_t i = 0; i < s->n_drops; i++) {
		const struct snapshot_drop *d = &s->drops[i];

		put_pair(f, "drop", &d->path);
		fprintf(f, "%s %s ", snapshot_stage_names[d->stage], d->reason);
		put_names(f, &d->path);
	}
}

int plain_make_system(struct output_document *d, const struct snapshot *s,
		      const struct rates *rates, const struct output_options *options)
{
	FILE *f = output_begin(d);

	(void)rates;
	if (!f)
		return -errno;
	put_system(f, s, options);
	return output_end(d, f);
}

int plain_make_reading(struct output_document *d, const struct snapshot *s,
		       const struct rates *rates, const struct output_options *options)
{
	FILE *f = output_begin(d);

	(void)rates;
	if (!f)
		return -errno;
	put_system(f, s, options);
	if (s->captured)
		fprintf(f, "captured %s\n", s->captured_host);
	if (!s->wall_unknown)
		put_time(f, "wall", s->wall);
	if (s->since_known)
		put_time(f, "since", s->since);
	fprintf(f, "duration_ns %" PRIu64 "\n", s->duration_ns);
	put_rows(f, s);
	return output_end(d, f);
}
