/* SPDX-License-Identifier: MIT */
/*
 * Readings in a row, each any change of the one before. What a poller sees goes forward or is
 * discontinuous; deltas are exactly the differences of rows that may be compared.
 */
#include "bytes.h"
#include "model/continuity.h"
#include "model/rate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { READINGS = 4 };

static void change_figures(struct bytes *b, struct figures *f)
{
	enum metric_id m = (enum metric_id)(byte(b) % M_COUNT);

	switch (byte(b) % 6) {
	case 0:
		f->value[m] += bytes_number(b);
		break;
	case 1:
		f->value[m] -= bytes_number(b);
		break;
	case 2:
		f->known &= ~(1u << m);
		break;
	case 3:
		figures_set(f, m, bytes_number(b));
		break;
	case 4:
		(m & 1 ? figures_subtract : figures_derive)(f, m, bytes_number(b));
		break;
	case 5:
		bytes_figures(b, f);
		break;
	}
}

static void change_row(struct bytes *b, struct snapshot *s)
{
	uint32_t which = byte(b), how = byte(b) % 6;
	struct snapshot_if *row = s->n_ifs ? &s->ifs[which % s->n_ifs] : NULL;
	struct snapshot_path *path = s->n_paths ? &s->paths[which % s->n_paths] : NULL;

	if (how == 0)
		change_figures(b, &s->system[which % 2 ? FAMILY_IPV4 : FAMILY_IPV6].figures);
	else if (how == 1 && row)
		change_figures(b, &row->figures[byte(b) % FAMILY_COUNT]);
	else if (how == 2 && path)
		change_figures(b, &path->figures);
	else if (how == 3 && row && row->ifindex)
		row->name[0] ^= 'e' ^ 'E';
	else if (how == 4 && path)
		path->in_name[0] ^= 1;
	else if (how == 5 && row)
		*row = s->ifs[--s->n_ifs];
}

/* What a source says when a row began: mostly nothing, never the future. */
static uint64_t since(struct bytes *b, const struct snapshot *s)
{
	uint64_t ago = bytes_number(b);

	return ago && ago < s->mono_ns ? s->mono_ns - ago : 0;
}

/* A source knows nothing of what was before. */
static void forget(struct figures *f, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		f[i].derived &= f[i].known;
		f[i].difference &= f[i].known;
		f[i].kept = 0;
	}
}

/* The reading after `prev`, as a source makes it. */
static struct snapshot *next_reading(struct bytes *b, const struct snapshot *prev)
{
	struct snapshot *s = snapshot_copy(prev);

	if (!s)
		abort();
	s->mono_ns += 1 + byte(b);
	s->ifs_incomplete = byte(b) % 4 == 1;
	if (byte(b) == 255)
		s->hooks = HOOKS_FENTRY;
	for (uint32_t n = byte(b) % 16; n; n--)
		change_row(b, s);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		forget(&s->system[f].figures, 1);
		s->system[f].continuity = (struct continuity){since(b, s), false};
	}
	for (size_t i = 0; i < s->n_ifs; i++) {
		forget(s->ifs[i].figures, FAMILY_COUNT);
		s->ifs[i].continuity = (struct continuity){since(b, s), false};
	}
	for (size_t i = 0; i < s->n_paths; i++) {
		forget(&s->paths[i].figures, 1);
		s->paths[i].continuity = (struct continuity){since(b, s), false};
	}
	snapshot_sort(s);
	return s;
}

/* A row of any kind. */
struct row {
	const struct figures *figures;
	const struct continuity *continuity;
	size_t n;
};

static struct row system_row(const struct snapshot *s, int f)
{
	return (struct row){&s->system[f].figures, &s->system[f].continuity, 1};
}

static struct row if_row(const struct snapshot *s, const struct snapshot_if *like)
{
	for (size_t i = 0; i < s->n_ifs; i++)
		if (s->ifs[i].ifindex == like->ifindex && !strcmp(s->ifs[i].name, like->name))
			return (struct row){s->ifs[i].figures, &s->ifs[i].continuity, FAMILY_COUNT};
	return (struct row){NULL, NULL, 0};
}

static struct row path_row(const struct snapshot *s, const struct snapshot_path *like)
{
	for (size_t i = 0; i < s->n_paths; i++)
		if (!snapshot_order_paths(&s->paths[i], like) &&
		    !strcmp(s->paths[i].in_name, like->in_name) &&
		    !strcmp(s->paths[i].out_name, like->out_name))
			return (struct row){&s->paths[i].figures, &s->paths[i].continuity, 1};
	return (struct row){NULL, NULL, 0};
}

static bool knows(const struct row *r, size_t i, int m)
{
	return r->figures && r->figures[i].known >> m & 1;
}

/* The same row in all readings, the last one being new; `read`: as the source read it. */
static void check_row(const struct row *rows, unsigned n, const struct row *read,
		      const struct delta *delta, uint64_t prev_ns)
{
	const struct row *now = &rows[n - 1], *prev = now - 1;
	bool fresh = now->continuity->fresh;

	if (!prev->figures && !fresh)
		abort();
	if (!read->figures) { /* the source has not seen it: it stays without a figure */
		for (size_t i = 0; i < now->n; i++)
			if (now->figures[i].known || (delta && delta[i].known))
				abort();
		if (fresh)
			abort();
		return;
	}
	if (!fresh && now->continuity->since_ns != prev->continuity->since_ns)
		abort();
	for (size_t i = 0; i < now->n; i++) {
		uint32_t is_delta = delta ? delta[i].known : 0;

		if (now->figures[i].known != read->figures[i].known ||
		    (now->figures[i].derived & now->figures[i].known) != read->figures[i].derived)
			abort();
		for (int m = 0; m < M_COUNT; m++) {
			const struct row *last = prev;
			uint64_t is = now->figures[i].value[m];
			bool both = knows(prev, i, m) && knows(now, i, m);
			bool gauge = METRICS_GAUGES >> m & 1;

			if (is_delta >> m & 1) {
				if (!both || fresh || is < prev->figures[i].value[m] ||
				    delta[i].value[m] != is - prev->figures[i].value[m])
					abort();
			} else if (both && delta && !fresh &&
				   now->continuity->since_ns <= prev_ns &&
				   !(gauge && is < prev->figures[i].value[m])) {
				abort();
			}
			if (!knows(now, i, m))
				continue;
			while (last > rows && last->figures && !knows(last, i, m))
				last--;
			if (!knows(last, i, m)) {
				if (is != read->figures[i].value[m])
					abort();
				continue;
			}
			/* Only a difference holds, at the last value. */
			if (is != read->figures[i].value[m] &&
			    (fresh || gauge || is != last->figures[i].value[m] ||
			     !(now->figures[i].difference >> m & 1)))
				abort();
			/* What a source says of a row without predecessor may be anything. */
			if (!gauge && now->continuity->since_ns == last->continuity->since_ns &&
			    !(fresh && read->continuity->since_ns) &&
			    is < last->figures[i].value[m])
				abort();
		}
	}
}

static void check(struct snapshot *const *s, unsigned n, const struct snapshot *read,
		  const struct rates *r)
{
	const struct snapshot *cur = s[n - 1];
	uint64_t prev_ns = s[n - 2]->mono_ns;
	struct row rows[READINGS], source;

	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		for (unsigned i = 0; i < n; i++)
			rows[i] = system_row(s[i], f);
		source = system_row(read, f);
		check_row(rows, n, &source, r ? &r->system[f] : NULL, prev_ns);
	}
	for (size_t j = 0; j < cur->n_ifs; j++) {
		for (unsigned i = 0; i < n; i++)
			rows[i] = if_row(s[i], &cur->ifs[j]);
		source = if_row(read, &cur->ifs[j]);
		check_row(rows, n, &source, r ? r->ifs[j] : NULL, prev_ns);
	}
	for (size_t j = 0; j < cur->n_paths; j++) {
		for (unsigned i = 0; i < n; i++)
			rows[i] = path_row(s[i], &cur->paths[j]);
		source = path_row(read, &cur->paths[j]);
		check_row(rows, n, &source, r ? &r->paths[j] : NULL, prev_ns);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {data, data + size};
	struct snapshot *s[READINGS];

	s[0] = bytes_snapshot(&b);
	continuity_follow(NULL, s[0]);
	for (unsigned n = 1; n < READINGS; n++) {
		struct snapshot *read;
		struct rates *r;

		s[n] = next_reading(&b, s[n - 1]);
		read = snapshot_copy(s[n]);
		if (!read)
			abort();
		continuity_follow(s[n - 1], s[n]);
		r = rate_compute(s[n - 1], s[n]);
		if (!r || r->interval_ns != s[n]->mono_ns - s[n - 1]->mono_ns)
			abort();
		check(s, n + 1, read, r);
		rates_free(r);
		r = rate_compute(s[n], s[n]);
		if (r)
			abort();
		snapshot_free(read);
	}
	for (unsigned n = 0; n < READINGS; n++)
		snapshot_free(s[n]);
	return 0;
}
