/* SPDX-License-Identifier: MIT */
#include "selftest/counts.h"

#include <stdio.h>
#include <string.h>

uint32_t counts_metrics(enum counts_row row)
{
	return row < ROW_PATH ? COUNTS_OF_DEVICE : row < ROW_LOST ? COUNTS_OF_PATH : COUNTS_OF_DROP;
}

char *counts_name(char text[COUNTS_NAME_MAX], enum counts_row row)
{
	if (row == ROW_SYSTEM)
		snprintf(text, COUNTS_NAME_MAX, "router");
	else if (row < ROW_PATH)
		snprintf(text, COUNTS_NAME_MAX, "%s", router_devices[row - ROW_DEVICE]);
	else if (row < ROW_LOST)
		snprintf(text, COUNTS_NAME_MAX, "%s > %s",
			 router_devices[row == ROW_PATH + DEVICE_IN ? DEVICE_OUT : DEVICE_IN],
			 router_devices[row - ROW_PATH]);
	else
		snprintf(text, COUNTS_NAME_MAX, "%s, dropped at %s", router_devices[DEVICE_IN],
			 snapshot_stage_names[row - ROW_LOST]);
	return text;
}

/* The device of that name, or -1. */
static int find_device(const char *name)
{
	for (int d = 0; d < DEVICES; d++)
		if (!strcmp(name, router_devices[d]))
			return d;
	return -1;
}

/* Add the figures of one of several rows that are compared as one. */
static void add(struct figures *sum, const struct figures *f, uint32_t mask)
{
	for (int m = 0; m < M_COUNT; m++)
		if (mask >> m & 1 && figures_known(f, m))
			sum->value[m] += f->value[m];
}

static void add_paths(struct counts *out, const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_paths; i++) {
		const struct snapshot_path *p = &s->paths[i];
		int from = find_device(p->in_name), to = find_device(p->out_name);

		if (to >= 0 && from == (to == DEVICE_IN ? DEVICE_OUT : DEVICE_IN))
			add(&out->rows[ROW_PATH + to][p->family], &p->figures, COUNTS_OF_PATH);
	}
}

static void add_drops(struct counts *out, const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_drops; i++) {
		const struct snapshot_drop *d = &s->drops[i];

		if (find_device(d->path.in_name) == DEVICE_IN)
			add(&out->rows[ROW_LOST + d->stage][d->path.family], &d->path.figures,
			    COUNTS_OF_DROP);
	}
}

void counts_of_snapshot(struct counts *out, const struct snapshot *s)
{
	*out = (struct counts){0};
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		out->rows[ROW_SYSTEM][f] = s->system[f].figures;
		for (size_t i = 0; i < s->n_ifs; i++) {
			int d = find_device(s->ifs[i].name);

			if (d >= 0)
				out->rows[ROW_DEVICE + d][f] = s->ifs[i].figures[f];
		}
		/* What has no row there has no packets. */
		for (int row = ROW_PATH; row < ROWS; row++)
			if (row < ROW_LOST ? s->paths_known : s->drops_known)
				out->rows[row][f].known = counts_metrics(row);
	}
	if (s->paths_known)
		add_paths(out, s);
	if (s->drops_known)
		add_drops(out, s);
}

unsigned counts_compare(const struct counts *before, const struct counts *after,
			const struct expected *e, struct difference out[COUNTS_DIFFERENCES])
{
	unsigned n = 0;

	for (int row = 0; row < ROWS; row++)
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			for (int m = 0; m < M_COUNT; m++) {
				const struct figures *a = &before->rows[row][f];
				const struct figures *b = &after->rows[row][f];
				const struct figures *want = &e->counts.rows[row][f];
				bool known = figures_known(a, m) && figures_known(b, m);
				struct difference d = {row, f, m, want->value[m], 0, !known};

				if (!figures_known(want, m) || (!known && !(e->must[row] >> m & 1)))
					continue;
				d.counted = known ? (int64_t)(b->value[m] - a->value[m]) : 0;
				if (known && d.counted == d.sent)
					continue;
				if (n < COUNTS_DIFFERENCES)
					out[n] = d;
				n++;
			}
	return n;
}
