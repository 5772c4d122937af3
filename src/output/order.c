/* SPDX-License-Identifier: MIT */
#include "output/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct row {
	const char *name, *more; /* of a path: in, out */
	uint64_t passed;
	size_t number;
};

/* The sum of those metrics that are known. */
static uint64_t sum(const struct figures *f, const struct delta *delta, const enum metric_id *which,
		    size_t n)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		if (delta ? delta->known >> which[i] & 1 : figures_known(f, which[i]))
			total += delta ? delta->value[which[i]] : f->value[which[i]];
	return total;
}

static int by_number(const struct row *a, const struct row *b)
{
	return (a->number > b->number) - (a->number < b->number);
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int r = strverscmp(x->name, y->name);

	if (!r)
		r = strverscmp(x->more, y->more);
	return r ? r : by_number(x, y);
}

static int by_what_passed(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int r = (x->passed < y->passed) - (x->passed > y->passed);

	return r ? r : by_number(x, y);
}

static int idle_last(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return !x->passed != !y->passed ? !x->passed - !y->passed : by_number(x, y);
}

static struct row *new_rows(size_t n)
{
	struct row *rows = calloc(n + 1, sizeof(*rows));

	if (!rows)
		log_fatal("text: %s", strerror(ENOMEM));
	return rows;
}

/* Sort the rows, and turn them into their numbers. */
static size_t *finish(struct row *rows, size_t n, enum output_sort sort, bool refresh)
{
	size_t *numbers = calloc(n + 1, sizeof(*numbers));

	if (!numbers)
		log_fatal("text: %s", strerror(ENOMEM));
	if (sort == SORT_NAME)
		qsort(rows, n, sizeof(*rows), by_name);
	else if (sort == SORT_PACKETS || sort == SORT_BYTES)
		qsort(rows, n, sizeof(*rows), by_what_passed);
	else if (sort == SORT_AUTO && refresh)
		qsort(rows, n, sizeof(*rows), idle_last);
	for (size_t i = 0; i < n; i++)
		numbers[i] = rows[i].number;
	free(rows);
	return numbers;
}

size_t *order_ifs(const struct snapshot *s, const struct rates *rates,
		  const struct output_options *options)
{
	static const enum metric_id packets[] = {M_IN_PACKETS, M_OUT_PACKETS};
	static const enum metric_id octets[] = {M_IN_OCTETS, M_OUT_OCTETS};
	const enum metric_id *which = options->sort == SORT_BYTES ? octets : packets;
	struct row *rows = new_rows(s->n_ifs);

	for (size_t i = 0; i < s->n_ifs; i++)
		rows[i] = (struct row){s->ifs[i].name, "",
				       sum(&s->ifs[i].figures[FAMILY_TOTAL],
					   rates ? &rates->ifs[i][FAMILY_TOTAL] : NULL, which, 2),
				       i};
	return finish(rows, s->n_ifs, options->sort, options->refresh);
}

size_t *order_paths(const struct snapshot *s, const struct rates *rates,
		    const struct output_options *options)
{
	const enum metric_id which =
		options->sort == SORT_BYTES ? M_OUT_FORW_OCTETS : M_OUT_FORW_PACKETS;
	struct row *rows = new_rows(s->n_paths);

	for (size_t i = 0; i < s->n_paths; i++)
		rows[i] = (struct row){
			s->paths[i].in_name, s->paths[i].out_name,
			sum(&s->paths[i].figures, rates ? &rates->paths[i] : NULL, &which, 1), i};
	return finish(rows, s->n_paths, options->sort, options->refresh);
}

size_t *order_drops(const struct snapshot *s, const struct rates *rates,
		    const struct output_options *options)
{
	const enum metric_id which =
		options->sort == SORT_BYTES ? M_DROPPED_OCTETS : M_DROPPED_PACKETS;
	struct row *rows = new_rows(s->n_drops);

	for (size_t i = 0; i < s->n_drops; i++) {
		const struct snapshot_path *p = &s->drops[i].path;

		rows[i] = (struct row){p->in_name, p->out_name,
				       sum(&p->figures, rates ? &rates->drops[i] : NULL, &which, 1),
				       i};
	}
	return finish(rows, s->n_drops, options->sort == SORT_AUTO ? SORT_PACKETS : options->sort,
		      options->refresh);
}
