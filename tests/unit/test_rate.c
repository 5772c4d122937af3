/* SPDX-License-Identifier: MIT */
/* rate: resets, wraps, reuse and renaming of interfaces, held figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/continuity.h"
#include "model/interval.h"
#include "model/rate.h"

#define SECOND UINT64_C(1000000000)

static struct snapshot *reading(uint64_t at_s)
{
	struct snapshot *s = snapshot_new();

	assert_non_null(s);
	s->mono_ns = at_s * SECOND;
	s->source = SOURCE_KERNEL;
	return s;
}

static struct figures *add_if(struct snapshot *s, uint32_t ifindex, const char *name,
			      uint64_t in_packets)
{
	struct snapshot_if *i = snapshot_add_if(s, ifindex, name);

	assert_non_null(i);
	figures_set(&i->figures[FAMILY_IPV6], M_IN_PACKETS, in_packets);
	return i->figures;
}

static bool delta_known(const struct delta *d, enum metric_id m)
{
	return d->known >> m & 1;
}

static void is_delta(const struct delta *d, enum metric_id m, uint64_t value)
{
	assert_true(delta_known(d, m));
	assert_int_equal(d->value[m], value);
}

static void same_row(const struct interval_row *row, const struct delta *d, uint32_t mask)
{
	assert_int_equal(row->delta_known, d->known & mask & ((1u << METRICS_RATES) - 1));
	assert_true(row->compared || !(d->known & mask));
	for (int m = 0; m < METRICS_RATES; m++)
		if (row->delta_known >> m & 1)
			assert_int_equal(row->delta[m], d->value[m]);
}

/* What the agent keeps of an interval has the same deltas. */
static void same_as_interval(const struct rates *r, const struct snapshot *a,
			     const struct snapshot *b)
{
	struct interval *first = interval_end(NULL, a), *i = interval_end(first, b);

	assert_non_null(i);
	assert_int_equal(first->length_ns, 0);
	assert_int_equal(i->length_ns, r ? r->interval_ns : 0);
	for (int f = FAMILY_IPV4; r && f <= FAMILY_IPV6; f++)
		same_row(&i->system[f], &r->system[f], UINT32_MAX);
	for (size_t k = 0; r && k < b->n_ifs; k++)
		for (int f = 0; f < FAMILY_MIB_COUNT; f++) {
			/* found wherever it is */
			assert_ptr_equal(interval_find_if(i, &b->ifs[k], k + 1), &i->ifs[k]);
			same_row(&i->ifs[k].rows[f], &r->ifs[k][f], snapshot_if_metrics(f));
		}
	interval_free(i);
	interval_free(first);
}

static struct rates *compute(const struct snapshot *a, const struct snapshot *b)
{
	struct rates *r = rate_compute(a, b);

	same_as_interval(r, a, b);
	return r;
}

static void test_plain(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);
	struct rates *r;

	(void)state;
	figures_set(&a->system[FAMILY_IPV4].figures, M_OUT_FORW_PACKETS, 1000);
	figures_set(&b->system[FAMILY_IPV4].figures, M_OUT_FORW_PACKETS, 4500);
	figures_set(&a->system[FAMILY_IPV6].figures, M_IN_OCTETS, UINT64_C(1) << 40);
	figures_set(&b->system[FAMILY_IPV6].figures, M_IN_OCTETS, (UINT64_C(1) << 40) + 7);
	add_if(a, 2, "eth0", 5);
	add_if(b, 2, "eth0", 5);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_false(a->system[FAMILY_IPV4].continuity.fresh);
	assert_false(a->ifs[0].continuity.fresh);
	assert_int_equal(a->ifs[0].continuity.since_ns, 100 * SECOND); /* nobody knows before */
	r = compute(a, b);
	assert_non_null(r);
	assert_int_equal(r->interval_ns, 10 * SECOND);
	assert_int_equal(r->n_ifs, 1);
	is_delta(&r->system[FAMILY_IPV4], M_OUT_FORW_PACKETS, 3500);
	is_delta(&r->system[FAMILY_IPV6], M_IN_OCTETS, 7);
	assert_false(delta_known(&r->system[FAMILY_IPV4], M_IN_OCTETS));
	is_delta(&r->ifs[0][FAMILY_IPV6], M_IN_PACKETS, 0);
	assert_false(b->ifs[0].continuity.fresh);
	assert_int_equal(b->ifs[0].continuity.since_ns, 100 * SECOND);
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
}

/* One counter of a row went down: no delta in the whole row, the other rows are untouched. */
static void test_reset(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);
	struct rates *r;

	(void)state;
	figures_set(&a->system[FAMILY_IPV4].figures, M_IN_PACKETS, 1000);
	figures_set(&b->system[FAMILY_IPV4].figures, M_IN_PACKETS, 999);
	figures_set(&a->system[FAMILY_IPV4].figures, M_NO_ROUTES, 1);
	figures_set(&b->system[FAMILY_IPV4].figures, M_NO_ROUTES, 2);
	figures_set(&a->system[FAMILY_IPV6].figures, M_IN_PACKETS, 10);
	figures_set(&b->system[FAMILY_IPV6].figures, M_IN_PACKETS, 12);
	add_if(a, 2, "eth0", 50);
	add_if(a, 3, "eth1", 50);
	add_if(b, 2, "eth0", 40);
	add_if(b, 3, "eth1", 60);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_true(b->system[FAMILY_IPV4].continuity.fresh);
	assert_true(b->system[FAMILY_IPV4].continuity.since_ns > a->mono_ns);
	assert_true(b->system[FAMILY_IPV4].continuity.since_ns <= b->mono_ns);
	assert_false(b->system[FAMILY_IPV6].continuity.fresh);
	assert_true(b->ifs[0].continuity.fresh);
	assert_false(b->ifs[1].continuity.fresh);
	assert_int_equal(b->system[FAMILY_IPV4].figures.value[M_IN_PACKETS], 999);
	r = compute(a, b);
	assert_non_null(r);
	assert_int_equal(r->system[FAMILY_IPV4].known, 0);
	is_delta(&r->system[FAMILY_IPV6], M_IN_PACKETS, 2);
	assert_int_equal(r->ifs[0][FAMILY_IPV6].known, 0);
	is_delta(&r->ifs[1][FAMILY_IPV6], M_IN_PACKETS, 10);
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
}

/* Nobody can tell a wrap from a reset, at 32 bits or at 64. */
/* What only RFC 4293's tables show is continued in the same way, also over a gap. */
static void test_reset_of_counts(void **state)
{
	static const struct {
		uint64_t last;
		bool gap, reset;
	} cases[] = {{70, false, false}, {69, false, true}, {70, true, false}, {69, true, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int of_if = 0; of_if < 2; of_if++) {
			struct snapshot *s[3];

			for (int n = 0; n < 3; n++) {
				struct ip_counts *c;

				s[n] = reading(100 + 10 * n);
				add_if(s[n], 2, "eth0", 5);
				c = of_if ? &s[n]->ifs[0].ip6_counts
					  : &s[n]->system[FAMILY_IPV6].ip_counts;
				if (n != 1 || !cases[i].gap)
					ip_counts_set(c, C_IN_DELIVERS, n < 2 ? 70 : cases[i].last);
				if (n == 1 && cases[i].gap && of_if) {
					s[n]->n_ifs = 0; /* nor the interface */
					s[n]->ifs_incomplete = true;
				}
				continuity_follow(n ? s[n - 1] : NULL, s[n]);
			}
			assert_false(s[1]->system[FAMILY_IPV6].continuity.fresh);
			assert_int_equal(s[2]->system[FAMILY_IPV6].continuity.fresh,
					 !of_if && cases[i].reset);
			assert_int_equal(s[2]->ifs[0].continuity.fresh, of_if && cases[i].reset);
			assert_int_equal(s[2]->ifs[0].continuity.since_ns,
					 (of_if && cases[i].reset ? 120 : 100) * SECOND);
			for (int n = 0; n < 3; n++)
				snapshot_free(s[n]);
		}
}

static void test_wrap(void **state)
{
	static const uint64_t before[] = {UINT64_MAX - 5, UINT32_MAX - UINT64_C(5)};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct snapshot *a = reading(1), *b = reading(2);
		struct rates *r;

		add_if(a, 2, "eth0", before[i]);
		add_if(b, 2, "eth0", 7);
		continuity_follow(NULL, a);
		continuity_follow(a, b);
		r = compute(a, b);
		assert_non_null(r);
		assert_true(b->ifs[0].continuity.fresh);
		assert_int_equal(r->ifs[0][FAMILY_IPV6].known, 0);
		rates_free(r);
		snapshot_free(a);
		snapshot_free(b);
	}
}

/* ifindex and name must both be the same; counters that grew do not make up for it. */
static void test_identity(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);
	struct rates *r;

	(void)state;
	add_if(a, 2, "eth0", 100);
	add_if(a, 3, "ppp0", 100);
	add_if(a, 4, "tun0", 100);
	add_if(a, 5, "gone0", 100);
	add_if(a, 9, "stays", 100);
	add_if(b, 2, "wan", 101);  /* renamed */
	add_if(b, 3, "ppp1", 5);   /* the ifindex of another */
	add_if(b, 7, "tun0", 200); /* made anew under the old name */
	add_if(b, 8, "new0", 300);
	add_if(b, 9, "stays", 130);
	snapshot_sort(a);
	snapshot_sort(b);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	r = compute(a, b);
	assert_non_null(r);
	assert_int_equal(r->n_ifs, 5);
	for (int i = 0; i < 4; i++) {
		assert_true(b->ifs[i].continuity.fresh);
		assert_int_equal(r->ifs[i][FAMILY_IPV6].known, 0);
	}
	assert_false(b->ifs[4].continuity.fresh);
	is_delta(&r->ifs[4][FAMILY_IPV6], M_IN_PACKETS, 30);
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
}

/* Without ifindex (a captured tree without IPv6) the name alone tells. */
static void test_identity_without_ifindex(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);
	struct rates *r;

	(void)state;
	add_if(a, 0, "b", 1);
	add_if(a, 0, "c", 2);
	add_if(b, 0, "a", 50);
	add_if(b, 0, "c", 12);
	snapshot_sort(a);
	snapshot_sort(b);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	r = compute(a, b);
	assert_non_null(r);
	assert_int_equal(r->ifs[0][FAMILY_IPV6].known, 0);
	is_delta(&r->ifs[1][FAMILY_IPV6], M_IN_PACKETS, 10);
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
}

static void test_no_time(void **state)
{
	struct snapshot *a = reading(100), *b = reading(100), *c = reading(99);

	(void)state;
	assert_null(compute(a, b));
	assert_null(compute(a, c));
	snapshot_free(a);
	snapshot_free(b);
	snapshot_free(c);
}

/* A difference that steps back holds its last value and is no reset. */
static void test_hold(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110), *c = reading(120);
	struct figures *f[3] = {&a->system[FAMILY_IPV4].figures, &b->system[FAMILY_IPV4].figures,
				&c->system[FAMILY_IPV4].figures};
	static const uint64_t derived[3] = {1000, 990, 1005};
	struct rates *r;

	(void)state;
	for (int i = 0; i < 3; i++) {
		figures_subtract(f[i], M_OUT_FORW_PACKETS, derived[i]);
		figures_set(f[i], M_IN_PACKETS, 5000 + (uint64_t)i);
	}
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_false(b->system[FAMILY_IPV4].continuity.fresh);
	assert_int_equal(f[1]->value[M_OUT_FORW_PACKETS], 1000);
	assert_true(f[1]->derived >> M_OUT_FORW_PACKETS & 1);
	r = compute(a, b);
	assert_non_null(r);
	is_delta(&r->system[FAMILY_IPV4], M_OUT_FORW_PACKETS, 0);
	is_delta(&r->system[FAMILY_IPV4], M_IN_PACKETS, 1);
	rates_free(r);
	continuity_follow(b, c);
	r = compute(b, c);
	assert_non_null(r);
	is_delta(&r->system[FAMILY_IPV4], M_OUT_FORW_PACKETS, 5);
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
	snapshot_free(c);
}

/* With a plain counter down as well the row was reset: nothing is held. */
static void test_no_hold_after_reset(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);
	struct figures *fa = &a->system[FAMILY_IPV6].figures, *fb = &b->system[FAMILY_IPV6].figures;

	(void)state;
	figures_derive(fa, M_OUT_PACKETS, 1000);
	figures_set(fa, M_IN_PACKETS, 5000);
	figures_derive(fb, M_OUT_PACKETS, 3);
	figures_set(fb, M_IN_PACKETS, 4);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_true(b->system[FAMILY_IPV6].continuity.fresh);
	assert_int_equal(fb->value[M_OUT_PACKETS], 3);
	snapshot_free(a);
	snapshot_free(b);
}

/* What rises and falls is neither held nor a reset, whoever made the figure. */
static void test_gauge_falls(void **state)
{
	void (*const makes[])(struct figures * f, enum metric_id m,
			      uint64_t value) = {figures_set, figures_derive, figures_subtract};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct snapshot *a = reading(100), *b = reading(110);
		struct figures *fa = &a->system[FAMILY_IPV4].figures,
			       *fb = &b->system[FAMILY_IPV4].figures;

		makes[i](fa, M_UNACCOUNTED_PACKETS, 9);
		makes[i](fb, M_UNACCOUNTED_PACKETS, 2);
		continuity_follow(NULL, a);
		continuity_follow(a, b);
		assert_false(b->system[FAMILY_IPV4].continuity.fresh);
		assert_int_equal(fb->value[M_UNACCOUNTED_PACKETS], 2);
		snapshot_free(a);
		snapshot_free(b);
	}
}

/* No delta where one end is absent, in either direction; that is no reset. */
static void test_absent(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);
	struct figures *fa = &a->system[FAMILY_IPV4].figures, *fb = &b->system[FAMILY_IPV4].figures;
	struct rates *r;

	(void)state;
	figures_set(fa, M_IN_PACKETS, 10);
	figures_set(fb, M_OUT_PACKETS, 20);
	figures_set(fa, M_IN_OCTETS, 30);
	figures_set(fb, M_IN_OCTETS, 31);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_false(b->system[FAMILY_IPV4].continuity.fresh);
	assert_false(figures_known(fb, M_IN_PACKETS));
	r = compute(a, b);
	assert_non_null(r);
	assert_int_equal(r->system[FAMILY_IPV4].known, 1u << M_IN_OCTETS);
	is_delta(&r->system[FAMILY_IPV4], M_IN_OCTETS, 1);
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
}

/* A figure that is absent for two readings is compared with what it was before them. */
static void test_gap(void **state)
{
	struct snapshot *s[4];
	const struct continuity *end;
	struct rates *r;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct figures *ip4, *ip6;

		s[i] = reading(100 + 10 * (uint64_t)i);
		ip4 = &s[i]->system[FAMILY_IPV4].figures;
		ip6 = &s[i]->system[FAMILY_IPV6].figures;
		figures_set(ip4, M_OUT_PACKETS, 7);
		figures_set(ip6, M_OUT_PACKETS, 7);
		if (i == 0 || i == 3) {
			figures_set(ip4, M_IN_PACKETS, i ? 400 : 1000);
			figures_set(ip6, M_IN_PACKETS, i ? 1400 : 1000);
			figures_subtract(ip6, M_IN_OCTETS, i ? 4990 : 5000);
		}
		continuity_follow(i ? s[i - 1] : NULL, s[i]);
		if (i == 1 || i == 2) {
			assert_false(figures_known(ip4, M_IN_PACKETS));
			assert_int_equal(figures_quality(ip6, 1u << M_IN_OCTETS),
					 QUALITY_UNAVAILABLE);
			assert_int_equal(figures_quality(ip6, ~0u), QUALITY_EXACT);
			assert_false(s[i]->system[FAMILY_IPV4].continuity.fresh);
			r = compute(s[i - 1], s[i]);
			assert_int_equal(r->system[FAMILY_IPV4].known, 1u << M_OUT_PACKETS);
			rates_free(r);
		}
	}
	end = &s[3]->system[FAMILY_IPV4].continuity;
	assert_true(end->fresh);
	assert_int_equal(end->since_ns, s[3]->mono_ns);
	r = compute(s[2], s[3]);
	assert_int_equal(r->system[FAMILY_IPV4].known, 0);
	rates_free(r);
	/* the other family goes on: what is derived holds, what the gap hides makes no rate */
	end = &s[3]->system[FAMILY_IPV6].continuity;
	assert_false(end->fresh);
	assert_int_equal(end->since_ns, s[0]->mono_ns);
	assert_int_equal(s[3]->system[FAMILY_IPV6].figures.value[M_IN_OCTETS], 5000);
	assert_int_equal(s[3]->system[FAMILY_IPV6].figures.kept, 0);
	r = compute(s[2], s[3]);
	assert_int_equal(r->system[FAMILY_IPV6].known, 1u << M_OUT_PACKETS);
	rates_free(r);
	for (int i = 0; i < 4; i++)
		snapshot_free(s[i]);
}

/* Interfaces that could not be read are not gone: when they are back, they go on. */
static void test_incomplete(void **state)
{
	struct snapshot *s[4];
	struct rates *r;

	(void)state;
	for (int i = 0; i < 4; i++) {
		s[i] = reading(100 + 10 * (uint64_t)i);
		if (i == 0 || i == 3) {
			add_if(s[i], 2, "eth0", i ? 150 : 100);
			add_if(s[i], 4, "eth2", i ? 20 : 100);
		}
		if (i != 1)
			add_if(s[i], 3, "eth1", 100 + (uint64_t)i);
		s[i]->ifs_incomplete = i == 1 || i == 2;
		snapshot_sort(s[i]);
		continuity_follow(i ? s[i - 1] : NULL, s[i]);
		assert_int_equal(s[i]->n_ifs, 3);
		for (uint32_t j = 0; j < 3; j++)
			assert_int_equal(s[i]->ifs[j].ifindex, 2 + j);
	}
	for (int i = 1; i < 3; i++)
		assert_int_equal(s[i]->ifs[0].figures[FAMILY_IPV6].known, 0);
	assert_int_equal(s[1]->ifs[1].figures[FAMILY_IPV6].known, 0);
	assert_int_equal(s[2]->ifs[1].figures[FAMILY_IPV6].value[M_IN_PACKETS], 102);
	assert_false(s[2]->ifs[1].continuity.fresh);
	assert_false(s[3]->ifs[0].continuity.fresh);
	assert_int_equal(s[3]->ifs[0].continuity.since_ns, s[0]->mono_ns);
	assert_true(s[3]->ifs[2].continuity.fresh);
	r = compute(s[0], s[3]);
	is_delta(&r->ifs[0][FAMILY_IPV6], M_IN_PACKETS, 50);
	is_delta(&r->ifs[1][FAMILY_IPV6], M_IN_PACKETS, 3);
	assert_int_equal(r->ifs[2][FAMILY_IPV6].known, 0);
	rates_free(r);
	for (int i = 0; i < 4; i++)
		snapshot_free(s[i]);
}

/* One that has another name now is there, and is not kept under the old one as well. */
static void test_incomplete_and_renamed(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);

	(void)state;
	add_if(a, 2, "eth0", 5);
	add_if(a, 3, "eth1", 5);
	add_if(b, 3, "wan", 5);
	b->ifs_incomplete = true;
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_int_equal(b->n_ifs, 2);
	assert_string_equal(b->ifs[0].name, "eth0");
	assert_string_equal(b->ifs[1].name, "wan");
	snapshot_free(a);
	snapshot_free(b);
}

/* A counter below what was derived in its place is one that went down. */
static void test_counter_after_derived(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);

	(void)state;
	figures_derive(&a->system[FAMILY_IPV4].figures, M_OUT_PACKETS, 500);
	figures_set(&b->system[FAMILY_IPV4].figures, M_OUT_PACKETS, 499);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_int_equal(b->system[FAMILY_IPV4].figures.value[M_OUT_PACKETS], 499);
	assert_true(b->system[FAMILY_IPV4].continuity.fresh);
	snapshot_free(a);
	snapshot_free(b);
}

/* A derived figure that subtracts nothing is one counter: when it is below, it went down. */
static void test_derived_goes_down(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);

	(void)state;
	figures_derive(&a->system[FAMILY_IPV6].figures, M_OUT_PACKETS, 500);
	figures_derive(&b->system[FAMILY_IPV6].figures, M_OUT_PACKETS, 499);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	assert_int_equal(b->system[FAMILY_IPV6].figures.value[M_OUT_PACKETS], 499);
	assert_true(b->system[FAMILY_IPV6].continuity.fresh);
	snapshot_free(a);
	snapshot_free(b);
}

/* What is derived from other counters than before is compared with nothing. */
static void test_derived_anew(void **state)
{
	static const struct {
		enum ipv4_source before, now;
		int header;
		bool fresh;
	} cases[] = {
		{IPV4_LESS_IPV6, IPV4_LESS_IPV6, 14, false},
		{IPV4_LESS_IPV6, IPV4_IS_DEVICE, 14, true}, /* it lost IPv6 */
		{IPV4_IS_DEVICE, IPV4_LESS_IPV6, 14, true},
		{IPV4_LESS_IPV6, IPV4_NOT_DERIVED, 14, false}, /* IPv6 could not be read */
		{IPV4_NOT_DERIVED, IPV4_LESS_IPV6, 14,
		 false}, /* no IPv4 before: nothing to compare */
		{IPV4_LESS_IPV6, IPV4_LESS_IPV6, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct snapshot *s[3];

		for (int k = 0; k < 3; k++) { /* the first one is as the second */
			s[k] = reading(100 + 10 * (uint64_t)k);
			figures_subtract(&add_if(s[k], 2, "eth0", 5)[FAMILY_IPV4], M_IN_PACKETS,
					 k < 2 ? 1000 : 1523);
			s[k]->ifs[0].ipv4_source = k < 2 ? cases[i].before : cases[i].now;
			s[k]->ifs[0].rx_header = k < 2 ? 14 : cases[i].header;
			continuity_follow(k ? s[k - 1] : NULL, s[k]);
		}
		assert_false(s[1]->ifs[0].continuity.fresh);
		assert_int_equal(s[2]->ifs[0].continuity.fresh, cases[i].fresh);
		assert_int_equal(s[2]->ifs[0].figures[FAMILY_IPV4].value[M_IN_PACKETS], 1523);
		for (int k = 0; k < 3; k++)
			snapshot_free(s[k]);
	}
}

/* It is remembered over a reading in which it was not known. */
static void test_derived_anew_after_gap(void **state)
{
	static const enum ipv4_source from[] = {IPV4_LESS_IPV6, IPV4_NOT_DERIVED, IPV4_IS_DEVICE};
	struct snapshot *s[3];

	(void)state;
	for (int k = 0; k < 3; k++) {
		s[k] = reading(100 + 10 * (uint64_t)k);
		add_if(s[k], 2, "eth0", 5);
		s[k]->ifs[0].ipv4_source = from[k];
		continuity_follow(k ? s[k - 1] : NULL, s[k]);
		assert_int_equal(s[k]->ifs[0].continuity.fresh, k == 2);
	}
	for (int k = 0; k < 3; k++)
		snapshot_free(s[k]);
}

/* Deltas over two intervals: none for a row that started anew within them, even if it grew. */
static void test_three_readings(void **state)
{
	struct snapshot *s[3];
	static const uint64_t steady[3] = {100, 150, 175}, reset[3] = {100, 20, 500};
	struct rates *r;

	(void)state;
	for (int i = 0; i < 3; i++) {
		s[i] = reading(100 + 10 * (uint64_t)i);
		add_if(s[i], 2, "eth0", steady[i]);
		add_if(s[i], 3, "eth1", reset[i]);
		snapshot_sort(s[i]);
		continuity_follow(i ? s[i - 1] : NULL, s[i]);
	}
	assert_true(s[1]->ifs[1].continuity.fresh);
	assert_false(s[2]->ifs[1].continuity.fresh);
	assert_int_equal(s[2]->ifs[1].continuity.since_ns, s[1]->ifs[1].continuity.since_ns);
	assert_true(s[2]->ifs[1].continuity.since_ns > 0);

	r = compute(s[0], s[2]);
	assert_non_null(r);
	assert_int_equal(r->interval_ns, 20 * SECOND);
	is_delta(&r->ifs[0][FAMILY_IPV6], M_IN_PACKETS, 75);
	assert_int_equal(r->ifs[1][FAMILY_IPV6].known, 0);
	rates_free(r);

	r = compute(s[1], s[2]);
	assert_non_null(r);
	is_delta(&r->ifs[0][FAMILY_IPV6], M_IN_PACKETS, 25);
	is_delta(&r->ifs[1][FAMILY_IPV6], M_IN_PACKETS, 480);
	rates_free(r);
	for (int i = 0; i < 3; i++)
		snapshot_free(s[i]);
}

static void add_path(struct snapshot *s, uint32_t in, uint32_t out, uint64_t packets)
{
	struct snapshot_path *p = snapshot_add_path(s);

	assert_non_null(p);
	p->family = FAMILY_IPV4;
	p->in_ifindex = in;
	p->out_ifindex = out;
	figures_set(&p->figures, M_OUT_FORW_PACKETS, packets);
}

static void test_paths(void **state)
{
	struct snapshot *a = reading(100), *b = reading(110);
	struct rates *r;

	(void)state;
	a->paths_known = b->paths_known = true;
	add_path(a, 2, 3, 100);
	add_path(a, 3, 2, 100);
	add_path(b, 2, 3, 160);
	add_path(b, 3, 2, 99);
	snapshot_sort(a);
	snapshot_sort(b);
	continuity_follow(NULL, a);
	continuity_follow(a, b);
	r = compute(a, b);
	assert_non_null(r);
	assert_int_equal(r->n_paths, 2);
	is_delta(&r->paths[0], M_OUT_FORW_PACKETS, 60);
	assert_false(b->paths[0].continuity.fresh);
	assert_int_equal(r->paths[1].known, 0);
	assert_true(b->paths[1].continuity.fresh);
	rates_free(r);
	snapshot_free(a);
	snapshot_free(b);
}

/* Another source, or other hooks, count anew; a source that knows since when is believed. */
static void test_source(void **state)
{
	struct snapshot *a = snapshot_new(), *b = snapshot_new();
	struct rates *r;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct snapshot *s = i ? b : a;

		s->mono_ns = (1 + i) * SECOND;
		figures_set(&snapshot_add_if(s, 2, "eth0")->figures[FAMILY_IPV4], M_IN_PACKETS,
			    100 * (1 + i));
		figures_set(&s->system[FAMILY_IPV4].figures, M_IN_PACKETS, 100 * (1 + i));
		snapshot_sort(s);
	}
	b->source = SOURCE_EBPF;
	b->ifs[0].continuity.since_ns = SECOND / 2;
	continuity_follow(a, b);
	assert_true(b->system[FAMILY_IPV4].continuity.fresh);
	assert_int_equal(b->system[FAMILY_IPV4].continuity.since_ns, b->mono_ns);
	assert_true(b->ifs[0].continuity.fresh);
	assert_int_equal(b->ifs[0].continuity.since_ns, b->mono_ns); /* not since SECOND / 2 */
	r = compute(a, b);
	assert_int_equal(r->system[FAMILY_IPV4].known, 0);
	assert_int_equal(r->ifs[0][FAMILY_IPV4].known, 0);
	rates_free(r);

	/* the same source from now on: it says that the interface's counters began anew */
	a->source = SOURCE_EBPF;
	a->ifs[0].continuity = (struct continuity){SECOND / 2, false};
	b->ifs[0].continuity = (struct continuity){3 * SECOND / 2, false};
	b->system[FAMILY_IPV4].continuity = (struct continuity){0, false};
	continuity_follow(a, b);
	assert_false(b->system[FAMILY_IPV4].continuity.fresh);
	assert_true(b->ifs[0].continuity.fresh);
	assert_int_equal(b->ifs[0].continuity.since_ns, 3 * SECOND / 2);
	snapshot_free(a);
	snapshot_free(b);
}

static void test_per_second(void **state)
{
	(void)state;
	assert_true(rate_per_second(3500, 10 * SECOND) == 350.0);
	assert_true(rate_per_second(1, 4 * SECOND) == 0.25);
	assert_true(rate_per_second(0, 1) == 0.0);
	assert_true(rate_per_second(5, SECOND / 2) == 10.0);
	/* a large delta does not wrap around on the way */
	assert_true(rate_per_second(UINT64_C(1) << 63, SECOND) == 9223372036854775808.0);
	rates_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_reset_of_counts),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_identity_without_ifindex),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_no_hold_after_reset),
		cmocka_unit_test(test_gauge_falls),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_incomplete_and_renamed),
		cmocka_unit_test(test_counter_after_derived),
		cmocka_unit_test(test_derived_goes_down),
		cmocka_unit_test(test_derived_anew),
		cmocka_unit_test(test_derived_anew_after_gap),
		cmocka_unit_test(test_three_readings),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_per_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
