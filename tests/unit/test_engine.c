/* SPDX-License-Identifier: MIT */
/*
 * The SNMP engine against a naive reference (the list of all instances, searched one by one), and
 * against a tree that is written out here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "full_view.h"
#include "mib/engine.h"
#include "mib_reference.h"

#define NOW_NS    UINT64_C(1000000000000)
#define UPTIME_CS 50000
#define S         UINT64_C(1000000000)
#define N(array)  (sizeof(array) / sizeof((array)[0]))

static uint64_t seed;

static uint32_t below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

static void assert_same_value(const struct mib_value *a, const struct mib_value *b)
{
	assert_int_equal(a->type, b->type);
	if (a->type == MIB_STRING)
		assert_string_equal(a->string, b->string);
	else
		assert_true(a->number == b->number);
}

static void check(struct mib_context *ctx, const struct instances *tree, const uint32_t *oid,
		  size_t len)
{
	const char *why = instances_check(ctx, tree, oid, len);

	if (why)
		fail_msg("%s", why);
}

static void random_figures(struct figures *f, unsigned density)
{
	for (unsigned m = 0; m < M_COUNT; m++) {
		if (below(100) >= density)
			continue;
		if (below(4))
			figures_set(f, (enum metric_id)m, (uint64_t)below(1u << 30) << below(34));
		else
			figures_derive(f, (enum metric_id)m, below(1u << 30));
	}
}

static void random_counts(struct ip_counts *c, unsigned density)
{
	for (int i = 0; i < C_COUNT; i++)
		if (below(100) < density)
			ip_counts_set(c, (enum ip_count)i, (uint64_t)below(1u << 30) << below(34));
}

static struct snapshot *random_snapshot(unsigned n, unsigned density)
{
	struct snapshot *s = snapshot_new();

	assert_non_null(s);
	s->mono_ns = NOW_NS - below(1000) * S / 100;
	s->source = below(2) ? SOURCE_KERNEL : SOURCE_EBPF;
	for (unsigned f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		random_counts(&s->system[f].ip_counts, density);
		random_figures(&s->system[f].figures, density);
		s->system[f].forwarding_known = below(2);
	}
	for (unsigned i = 0, ifindex = below(3); i < n;
	     i++, ifindex += ifindex ? 1 + below(4) : 0) {
		char name[SNAPSHOT_NAME_MAX];
		struct snapshot_if *row;

		if (!ifindex && below(2))
			ifindex = 1;
		snprintf(name, sizeof(name), "if%u", i);
		row = snapshot_add_if(s, ifindex, name);
		assert_non_null(row);
		row->continuity.since_ns = below(2) ? 0 : NOW_NS - below(900) * S;
		for (unsigned f = 0; f < FAMILY_MIB_COUNT; f++)
			if (below(3))
				random_figures(&row->figures[f], density);
		random_counts(&row->ip6_counts, density);
	}
	s->paths_known = below(2);
	for (unsigned i = 0; s->paths_known && i < n; i++) {
		struct snapshot_path *p = snapshot_add_path(s);

		assert_non_null(p);
		p->family = below(2) ? FAMILY_IPV4 : FAMILY_IPV6;
		p->in_ifindex = 1 + i; /* no two rows are alike */
		p->out_ifindex = 1 + below(n);
		random_figures(&p->figures, density);
	}
	s->drops_known = below(2);
	for (unsigned i = 0; s->drops_known && i < n; i++) {
		struct snapshot_drop *d = snapshot_add_drop(s);

		assert_non_null(d);
		d->path.family = below(2) ? FAMILY_IPV4 : FAMILY_IPV6;
		d->path.in_ifindex = below(3);
		d->path.out_ifindex = below(3);
		d->stage = (enum drop_stage)below(DROP_STAGES);
		/* One is the beginning of another; none is alike, since the number is the length.
		 */
		memset(d->reason, 'A', 1 + i % (sizeof(d->reason) - 1));
		random_figures(&d->path.figures, density);
	}
	snapshot_sort(s);
	return s;
}

/* A window over readings with about the same interfaces; rows that change have no peaks. */
static void add_peaks(struct snapshot *s, unsigned n, unsigned density)
{
	struct peak_watch *w = peak_watch_new(10, below(2) ? 1 << 20 : 1000);

	assert_non_null(w);
	for (int64_t second = 0; second <= 10; second++) {
		struct snapshot *sample = random_snapshot(below(20) ? n : n / 2, density);

		sample->mono_ns = s->mono_ns - (uint64_t)(10 - second) * S;
		sample->wall.tv_sec = second;
		for (size_t i = 0; i < sample->n_ifs; i++)
			sample->ifs[i].continuity = (struct continuity){1, false};
		peak_watch_sample(w, sample, NULL);
		snapshot_free(sample);
	}
	snapshot_set_peaks(s, peak_watch_latest(w));
	peak_watch_free(w);
}

/* From one reading to another one. */
static void set_interval(struct mib_view *v, const struct snapshot *from, const struct snapshot *to)
{
	struct interval *first = interval_end(NULL, from);

	assert_non_null(first);
	v->interval = interval_end(first, to);
	assert_non_null(v->interval);
	interval_free(first);
}

static struct mib_view *random_view(unsigned n, unsigned density)
{
	struct mib_view *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	v->snapshot = random_snapshot(n, density);
	v->status = 1;
	if (below(3))
		add_peaks(v->snapshot, n, density);
	v->ip_mib = below(2);
	if (below(4)) {
		struct snapshot *before = random_snapshot(below(2) ? n : n / 2, density);
		struct snapshot *end =
			below(2) ? snapshot_share(v->snapshot) : random_snapshot(n, density);

		before->mono_ns = end->mono_ns - 5 * S;
		set_interval(v, before, end);
		snapshot_free(before);
		snapshot_free(end);
	}
	return v;
}

static struct mib_context context_of(const struct mib_view *v)
{
	static struct mib_gaps gaps;
	struct mib_context ctx = {.now_ns = NOW_NS,
				  .master_start_ns = NOW_NS - UPTIME_CS * S / 100,
				  .gaps = below(2) ? &gaps : NULL};

	mib_context_init(&ctx, v);
	return ctx;
}

/* An instance's OID, changed somewhere: longer, shorter, or one sub-identifier off. */
static size_t random_oid(const struct instances *tree, uint32_t *oid)
{
	static const uint32_t odd[] = {0, 1, 2, 127, INT32_MAX, UINT32_MAX - 1, UINT32_MAX};
	const struct mib_oid *o = &tree->list[below((uint32_t)tree->n)].oid;
	size_t len = o->len;

	memcpy(oid, o->id, len * sizeof(oid[0]));
	for (unsigned changes = below(3); changes; changes--) {
		uint32_t *id = &oid[below(3) ? len - 1 - below(len < 6 ? (uint32_t)len : 6)
					     : below((uint32_t)len)];

		switch (below(5)) {
		case 0:
			*id += 1;
			break;
		case 1:
			*id -= 1;
			break;
		case 2:
			*id = odd[below(sizeof(odd) / sizeof(odd[0]))];
			break;
		case 3:
			len = 1 + below((uint32_t)len);
			break;
		case 4:
			for (unsigned more = below(8); more; more--)
				oid[len++] = odd[below(sizeof(odd) / sizeof(odd[0]))];
			break;
		}
	}
	return len;
}

static void test_against_reference(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		struct mib_view *v;
		struct mib_context ctx;
		struct instances tree;

		seed = round;
		v = random_view(below(20), below(3) ? below(101) : 100);
		ctx = context_of(v);
		tree = all_instances(&ctx);
		for (unsigned i = 0; i < 2000; i++) {
			uint32_t oid[128];
			size_t len = random_oid(&tree, oid);

			check(&ctx, &tree, oid, len);
		}
		for (size_t i = 0; i < tree.n; i++)
			check(&ctx, &tree, tree.list[i].oid.id, tree.list[i].oid.len);
		check(&ctx, &tree, NULL, 0);
		free(tree.list);
		mib_view_free(v);
	}
}

/* The walk from `root` as text: "column.index=value" below ipfwObjects, one line each. */
static void walk(struct mib_context *ctx, char *text, size_t size)
{
	static const uint32_t objects[] = {MIB_OBJECTS};
	struct mib_oid at = {{0}, 0}, next;
	struct mib_value value, again;
	size_t used = 0;

	text[0] = '\0';
	while (mib_getnext(ctx, at.id, at.len, &next, &value) == MIB_FOUND) {
		assert_int_equal(mib_get(ctx, next.id, next.len, &again), MIB_FOUND);
		assert_same_value(&value, &again);
		at = next;
		for (size_t i = sizeof(objects) / sizeof(objects[0]); i < at.len; i++)
			used += (size_t)snprintf(text + used, size - used, ".%u", at.id[i]);
		if (value.type == MIB_STRING)
			used += (size_t)snprintf(text + used, size - used, "='%s'\n", value.string);
		else
			used += (size_t)snprintf(text + used, size - used, "=%llu\n",
						 (unsigned long long)value.number);
		assert_true(used < size);
	}
}

static struct snapshot *small_snapshot(uint64_t mono_ns, uint64_t octets)
{
	struct snapshot *s = snapshot_new();
	struct snapshot_if *row;

	assert_non_null(s);
	s->mono_ns = mono_ns;
	s->duration_ns = 2500;
	s->source = SOURCE_KERNEL;
	s->system[FAMILY_IPV4].forwarding_known = true;
	figures_set(&s->system[FAMILY_IPV6].figures, M_TOO_BIG, 9);
	row = snapshot_add_if(s, 0, "hidden");
	assert_non_null(row);
	figures_set(&row->figures[FAMILY_IPV6], M_IN_PACKETS, 1);
	row = snapshot_add_if(s, 7, "eth\n0");
	assert_non_null(row);
	figures_set(&row->figures[FAMILY_TOTAL], M_IN_OCTETS, octets);
	figures_set(&row->figures[FAMILY_TOTAL], M_IN_FORW_PACKETS, 1); /* has no place there */
	figures_derive(&row->figures[FAMILY_IPV4], M_OUT_PACKETS, UINT64_MAX);
	figures_set(&row->figures[FAMILY_IPV4], M_REASM_FAILS, 1); /* nor this there */
	figures_set(&row->figures[FAMILY_IPV6], M_REASM_FAILS, 6);
	snapshot_sort(s);
	return s;
}

#define SMALL_TREE_BEFORE_RATES                                                                    \
	".1.3.0=1\n.1.4.0='none'\n.1.5.0=2\n.1.6.0='why'\n.1.7.0=5000\n.1.8.0=1500\n.1.9.0=2\n"    \
	".1.10.0=3\n.1.11.0=1\n.1.12.0=1\n.1.13.0=49000\n.1.14.0=0\n"                              \
	".2.1.2.1=2\n.2.1.12.2=0\n.2.1.16.2=9\n"                                                   \
	".3.1.2.0.7='eth\\x0a0'\n.3.1.2.1.7='eth\\x0a0'\n.3.1.2.2.7='eth\\x0a0'\n"                 \
	".3.1.3.0.7='total'\n.3.1.3.1.7='ipv4'\n.3.1.3.2.7='ipv6'\n"                               \
	".3.1.5.0.7=5000\n.3.1.6.1.7=18446744073709551615\n"                                       \
	".3.1.12.0.7=1\n.3.1.12.1.7=2\n"                                                           \
	".3.1.13.0.7=40000\n.3.1.13.1.7=40000\n.3.1.13.2.7=40000\n.3.1.28.2.7=6\n"

static struct mib_view *small_view(void)
{
	struct mib_view *v = calloc(1, sizeof(*v));

	assert_non_null(v);
	v->snapshot = small_snapshot(NOW_NS - 3 * S / 2, 5000);
	snapshot_find_if(v->snapshot, 7)->continuity.since_ns = NOW_NS - 100 * S;
	v->status = 2;
	snprintf(v->status_text, sizeof(v->status_text), "why");
	v->interval_ms = 5000;
	v->samples = 3;
	v->sample_errors = 1;
	v->if_change_ns = NOW_NS - 10 * S;
	return v;
}

/* Without ipfwVersion and ipfwMibRevision, which come first. */
static const char *walk_rest(struct mib_context *ctx, char *text, size_t size)
{
	const char *rest;

	walk(ctx, text, size);
	assert_memory_equal(text, ".1.1.0='", 8);
	rest = strstr(text, "\n.1.2.0=5\n");
	assert_non_null(rest);
	return rest + strlen("\n.1.2.0=5\n");
}

static void test_expected_tree(void **state)
{
	struct mib_view *v = small_view();
	struct mib_context ctx = context_of(v);
	struct snapshot *before;
	char text[8192];

	(void)state;
	assert_string_equal(walk_rest(&ctx, text, sizeof(text)), SMALL_TREE_BEFORE_RATES);

	before = small_snapshot(v->snapshot->mono_ns - 2 * S, 2000);
	snapshot_find_if(v->snapshot, 7)->continuity.since_ns = 0;
	set_interval(v, before, v->snapshot);
	snapshot_find_if(v->snapshot, 7)->continuity.since_ns = NOW_NS - 100 * S;
	mib_context_init(&ctx, v);
	assert_string_equal(walk_rest(&ctx, text, sizeof(text)), SMALL_TREE_BEFORE_RATES
			    ".4.1.2.0.7=2000\n.4.1.2.1.7=2000\n.4.1.2.2.7=2000\n.4.1.4.1.7=0\n"
			    ".4.1.7.0.7=12\n" /* 3000 octets in 2 s */
			    ".4.1.12.0.7=3000\n.4.1.13.1.7=0\n"
			    ".5.1.2.2=2000\n");
	snapshot_free(before);
	mib_view_free(v);
}

/* Two interfaces, one of which came within the window; the system has the ifIndex 0. */
static void test_peaks(void **state)
{
	struct mib_view *v = small_view();
	struct mib_context ctx = context_of(v);
	struct peak_watch *w = peak_watch_new(20, 1 << 20);
	struct snapshot *before = NULL;
	const char *rest;
	char text[16384];

	(void)state;
	assert_non_null(w);
	for (unsigned second = 0; second <= 20; second++) {
		struct snapshot *s =
			small_snapshot(NOW_NS - (30 - second) * S, second * second * 1000);

		s->wall.tv_sec = 100 + second;
		figures_set(&s->system[FAMILY_IPV4].figures, M_IN_PACKETS, second * 7);
		continuity_follow(before, s);
		peak_watch_sample(w, s, NULL);
		snapshot_free(before);
		before = s;
	}
	snapshot_free(before);
	snapshot_set_peaks(v->snapshot, peak_watch_latest(w));
	peak_watch_free(w);
	assert_non_null(snapshot_add_if(v->snapshot, 9, "late"));
	walk(&ctx, text, sizeof(text));
	rest = strstr(text, ".8.1.3.0.7=");
	assert_non_null(rest);
	assert_string_equal(
		rest,
		".8.1.3.0.7='eth\\x0a0'\n.8.1.3.0.9='late'\n.8.1.3.1.0=''\n.8.1.3.1.7='eth\\x0a0'\n"
		".8.1.3.1.9='late'\n.8.1.3.2.0=''\n.8.1.3.2.7='eth\\x0a0'\n.8.1.3.2.9='late'\n"
		".8.1.4.0.7='total'\n.8.1.4.0.9='total'\n.8.1.4.1.0='ipv4'\n.8.1.4.1.7='ipv4'\n"
		".8.1.4.1.9='ipv4'\n.8.1.4.2.0='ipv6'\n.8.1.4.2.7='ipv6'\n.8.1.4.2.9='ipv6'\n"
		".8.1.5.0.7=20\n.8.1.5.0.9=20\n.8.1.5.1.0=20\n.8.1.5.1.7=20\n"
		".8.1.5.1.9=20\n.8.1.5.2.0=20\n.8.1.5.2.7=20\n.8.1.5.2.9=20\n"
		".8.1.6.0.7=20\n.8.1.6.0.9=0\n.8.1.6.1.0=20\n.8.1.6.1.7=20\n"
		".8.1.6.1.9=0\n.8.1.6.2.0=20\n.8.1.6.2.7=20\n.8.1.6.2.9=0\n"
		".8.1.7.0.7=1\n.8.1.7.0.9=6\n.8.1.7.1.0=1\n.8.1.7.1.7=1\n"
		".8.1.7.1.9=6\n.8.1.7.2.0=1\n.8.1.7.2.7=1\n.8.1.7.2.9=6\n"
		".8.1.8.0.7=49000\n.8.1.8.0.9=49000\n.8.1.8.1.0=49000\n.8.1.8.1.7=49000\n"
		".8.1.8.1.9=49000\n.8.1.8.2.0=49000\n.8.1.8.2.7=49000\n.8.1.8.2.9=49000\n"
		".8.1.9.1.0=7\n.8.1.10.1.7=0\n"
		".8.1.13.0.7=312\n" /* 39,000 octets in the 20th second, 37,000 in the 19th */
		".8.1.17.1.0=47100\n.8.1.18.1.7=47100\n.8.1.21.0.7=49000\n"
		".8.1.25.1.0=7\n.8.1.26.1.7=0\n.8.1.29.0.7=296\n");
	mib_view_free(v);
}

static bool is_served(const struct mib_context *ctx, const struct mib_table *t, unsigned column)
{
	struct mib_value value;
	bool served = false;

	for (size_t row = 0; row < t->rows(ctx->view); row++)
		served |= t->cell(ctx, row, column, &value);
	return served;
}

/* InAddrErrors and broadcasts, which nobody counts; and what the table has no object for. */
static bool is_unknown_of_an_if(unsigned column)
{
	return column == 9 || column == 22 || (column >= 42 && column <= 45);
}

/* A figure that is new in metrics[] is neither beyond the table's end nor leaves a hole in it. */
static void test_every_column_is_served(void **state)
{
	struct mib_view *view = full_view();
	struct mib_context ctx = {.now_ns = FULL_NOW_NS};

	(void)state;
	mib_context_init(&ctx, view);
	for (size_t i = 0; i < MIB_TABLES; i++)
		for (unsigned column = 1; column <= UINT8_MAX; column++) {
			const struct mib_table *t = &mib_tables[i];
			bool within = column >= t->first_column && column <= t->last_column;

			if (t->root == MIB_ROOT_IP_IF && is_unknown_of_an_if(column))
				within = false;
			if (is_served(&ctx, t, column) != within)
				fail_msg("root %d, table %u, column %u", t->root, t->prefix[0],
					 column);
		}
	mib_view_free(view);
}

static void test_rates_of_another_interface(void **state)
{
	struct mib_view *v = small_view();
	struct mib_context ctx;
	struct snapshot *before = small_snapshot(NOW_NS - 9 * S, 2000);
	struct snapshot *end = small_snapshot(NOW_NS - 4 * S, 4000);
	char text[8192];

	(void)state;
	set_interval(v, before, end);
	for (size_t i = 0; i < v->interval->n_ifs; i++)
		if (v->interval->ifs[i].ifindex == 7)
			strcpy(v->interval->ifs[i].name, "old");
	ctx = context_of(v);
	walk(&ctx, text, sizeof(text));
	assert_null(strstr(text, "\n.4.1."));
	assert_non_null(strstr(text, "\n.5.1.2.2=5000\n"));
	snapshot_free(before);
	snapshot_free(end);
	mib_view_free(v);
}

static void test_big_rates_are_cut(void **state)
{
	struct mib_view *v = small_view();
	struct mib_context ctx;
	struct snapshot *before = small_snapshot(v->snapshot->mono_ns - S, 0);
	char text[8192];

	(void)state;
	snapshot_find_if(v->snapshot, 7)->continuity.since_ns = 0;
	figures_set(&snapshot_find_if(v->snapshot, 7)->figures[FAMILY_TOTAL], M_IN_OCTETS,
		    UINT64_MAX);
	set_interval(v, before, v->snapshot);
	ctx = context_of(v);
	walk(&ctx, text, sizeof(text));
	assert_non_null(strstr(text, "\n.4.1.7.0.7=4294967295\n"));
	assert_non_null(strstr(text, "\n.4.1.12.0.7=18446744073709551615\n"));
	snapshot_free(before);
	mib_view_free(v);
}

static void test_timestamps_before_the_master(void **state)
{
	struct mib_view *v = small_view();
	struct mib_context ctx = context_of(v);
	char text[8192];

	(void)state;
	ctx.master_start_ns = NOW_NS - 5 * S; /* snmpd restarted 5 s ago */
	walk(&ctx, text, sizeof(text));
	assert_non_null(strstr(text, "\n.1.13.0=0\n"));
	assert_non_null(strstr(text, "\n.3.1.13.0.7=0\n"));
	mib_view_free(v);
}

static uint64_t discontinuity(struct mib_context *ctx, enum family family)
{
	const uint32_t name[] = {MIB_OBJECTS, 3, 1, 13, family, 7};
	struct mib_value value;

	assert_int_equal(mib_get(ctx, name, N(name), &value), MIB_FOUND);
	return value.number;
}

/* Since when the kernel's counters go on, a master knows from this connection at the earliest. */
static void test_discontinuity_and_the_connection(void **state)
{
	struct mib_view *v = small_view();
	struct mib_context ctx = context_of(v);
	uint64_t begin_ns = NOW_NS - 100 * S;

	(void)state;
	v->snapshot->source = SOURCE_KERNEL;
	ctx.master_start_ns = (int64_t)begin_ns - 2 * S;
	v->master_since_ns = begin_ns - S;
	assert_int_equal(discontinuity(&ctx, FAMILY_IPV4), 200);
	v->master_since_ns = begin_ns + S;
	assert_int_equal(discontinuity(&ctx, FAMILY_IPV4), 300);
	v->snapshot->source = SOURCE_EBPF;
	assert_int_equal(discontinuity(&ctx, FAMILY_IPV4), 200);
	assert_int_equal(discontinuity(&ctx, FAMILY_TOTAL), 300); /* the device's own */
	/* Something that happened after the master's start never looks like something before it. */
	ctx.master_start_ns = (int64_t)begin_ns - 1;
	assert_int_equal(discontinuity(&ctx, FAMILY_IPV4), 1);
	ctx.master_start_ns = (int64_t)begin_ns + 1;
	assert_int_equal(discontinuity(&ctx, FAMILY_IPV4), 0);
	mib_view_free(v);
}

/* A manager takes another value for a discontinuity: asking later must not change it. */
static void test_timestamps_do_not_move(void **state)
{
	static const uint32_t changed[] = {MIB_OBJECTS, 1, 13, 0};
	struct mib_view *v = small_view();
	struct mib_context ctx = context_of(v);
	struct mib_value first, later;

	(void)state;
	assert_int_equal(mib_get(&ctx, changed, N(changed), &first), MIB_FOUND);
	for (int i = 0; i < 1000; i++) {
		ctx.now_ns += 1234567;
		assert_int_equal(mib_get(&ctx, changed, N(changed), &later), MIB_FOUND);
		assert_int_equal(later.number, first.number);
	}
	mib_view_free(v);
}

/* VRF and alias: absent if not known, empty if there is none, cut at a whole character. */
static void test_labels(void **state)
{
	static const uint32_t vrf[] = {MIB_OBJECTS, 3, 1, 31, 1, 7};
	static const uint32_t alias[] = {MIB_OBJECTS, 3, 1, 32, 2, 7};
	struct mib_view *v = small_view();
	struct snapshot_if *row = snapshot_find_if(v->snapshot, 7);
	struct mib_context ctx = context_of(v);
	struct mib_value value;
	char longest[SNAPSHOT_ALIAS_MAX];

	(void)state;
	assert_int_equal(mib_get(&ctx, vrf, N(vrf), &value), MIB_NO_INSTANCE);
	assert_int_equal(mib_get(&ctx, alias, N(alias), &value), MIB_NO_INSTANCE);
	row->labels_known = true;
	ctx = context_of(v);
	assert_int_equal(mib_get(&ctx, vrf, N(vrf), &value), MIB_FOUND);
	assert_string_equal(value.string, "");
	assert_int_equal(mib_get(&ctx, alias, N(alias), &value), MIB_FOUND);
	assert_string_equal(value.string, "");
	strcpy(row->vrf, "bl\"ue");
	assert_int_equal(snapshot_set_alias(v->snapshot, row, "up\nlink \xc3\xa9"), 0);
	assert_int_equal(mib_get(&ctx, vrf, N(vrf), &value), MIB_FOUND);
	assert_string_equal(value.string, "bl\"ue");
	assert_int_equal(mib_get(&ctx, alias, N(alias), &value), MIB_FOUND);
	assert_string_equal(value.string, "up\\x0alink \\xc3\\xa9");
	memset(longest, '\377', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(snapshot_set_alias(v->snapshot, row, longest), 0);
	assert_int_equal(mib_get(&ctx, alias, N(alias), &value), MIB_FOUND);
	assert_int_equal(strlen(value.string), 252); /* of 255 octets */
	assert_string_equal(value.string + 248, "\\xff");
	memset(longest, 'x', sizeof(longest) - 1);
	assert_int_equal(snapshot_set_alias(v->snapshot, row, longest), 0);
	assert_int_equal(mib_get(&ctx, alias, N(alias), &value), MIB_FOUND);
	assert_string_equal(value.string, longest);
	mib_view_free(v);
}

static void test_nothing_published(void **state)
{
	struct mib_context ctx = context_of(NULL);
	struct mib_view empty = {.status = 3};
	char text[8192];

	(void)state;
	assert_string_equal(walk_rest(&ctx, text, sizeof(text)), "");
	mib_context_init(&ctx, &empty);
	assert_string_equal(walk_rest(&ctx, text, sizeof(text)),
			    ".1.5.0=3\n.1.6.0=''\n.1.7.0=0\n.1.10.0=0\n.1.11.0=0\n.1.13.0=0\n"
			    ".1.14.0=0\n");
}

static void test_kinds_of_absence(void **state)
{
	static const uint32_t no_instance[] = {MIB_OBJECTS, 3, 1, 8, 0, 7};
	static const uint32_t no_row[] = {MIB_OBJECTS, 3, 1, 4, 1, 8};
	static const uint32_t no_column[] = {MIB_OBJECTS, 3, 1, 33, 1, 7};
	static const uint32_t index_column[] = {MIB_OBJECTS, 3, 1, 1, 1, 7};
	static const uint32_t no_table[] = {MIB_OBJECTS, 8, 1, 2, 1};
	static const uint32_t elsewhere[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
	struct mib_view *v = small_view();
	struct mib_context ctx = context_of(v);
	struct mib_value value;

	(void)state;
#define GET(oid) mib_get(&ctx, oid, sizeof(oid) / sizeof((oid)[0]), &value)
	assert_int_equal(GET(no_instance), MIB_NO_INSTANCE);
	assert_int_equal(GET(no_row), MIB_NO_INSTANCE);
	assert_int_equal(GET(no_column), MIB_NO_OBJECT);
	assert_int_equal(GET(index_column), MIB_NO_OBJECT);
	assert_int_equal(GET(no_table), MIB_NO_OBJECT);
	assert_int_equal(GET(elsewhere), MIB_NO_OBJECT);
	assert_int_equal(mib_get(&ctx, NULL, 0, &value), MIB_NO_OBJECT);
	mib_view_free(v);
}

/* Other roots' tables: in the order of all OIDs, if the view says so, and else nowhere. */
static void test_two_roots(void **state)
{
	static const uint32_t before[] = {1, 3, 6, 1, 2, 1, 4, 31};
	static const uint32_t system[] = {MIB_IP_TRAFFIC, 1, 1, 4, 1};
	static const uint32_t last_change[] = {MIB_IP_TRAFFIC, 2, 0};
	static const uint32_t of_if[] = {MIB_IP_TRAFFIC, 3, 1, 3, 1, 2};
	static const uint32_t rest[] = {MIB_IP_TRAFFIC, 3, 1, 48};
	static const uint32_t own[] = {MIB_OBJECTS, 1, 1, 0};
	struct mib_view *v = full_view();
	struct mib_context ctx = {.now_ns = FULL_NOW_NS};
	struct mib_value value;
	struct mib_oid next;

	(void)state;
	for (int on = 1; on >= 0; on--) {
		v->ip_mib = on;
		mib_context_init(&ctx, v);
		assert_int_equal(GET(system), on ? MIB_FOUND : MIB_NO_OBJECT);
		assert_int_equal(GET(of_if), on ? MIB_FOUND : MIB_NO_OBJECT);
		assert_int_equal(GET(last_change), MIB_NO_OBJECT);
		assert_int_equal(GET(own), MIB_FOUND);
#define NEXT_IS(after, wanted)                                                                     \
	assert_int_equal(mib_getnext(&ctx, after, N(after), &next, &value), MIB_FOUND);            \
	assert_memory_equal(next.id, wanted, sizeof(wanted));                                      \
	assert_int_equal(next.len, N(wanted))
		if (on) {
			static const uint32_t first[] = {MIB_IP_TRAFFIC, 1, 1, 3, 1};

			NEXT_IS(before, first);
			NEXT_IS(last_change, of_if);
		} else {
			NEXT_IS(before, own);
			NEXT_IS(last_change, own);
		}
		NEXT_IS(rest, own);
	}
	mib_context_init(&ctx, NULL);
	NEXT_IS(before, own);
	mib_view_free(v);
}

/* A Counter32 is the lower half of its Counter64. */
static void test_narrow_counters(void **state)
{
	static const uint32_t narrow[] = {MIB_IP_TRAFFIC, 3, 1, 23, 2, 2};
	static const uint32_t wide[] = {MIB_IP_TRAFFIC, 3, 1, 24, 2, 2};
	struct mib_view *v = full_view();
	struct mib_context ctx = {.now_ns = FULL_NOW_NS};
	struct mib_value value;

	(void)state;
	figures_set(&v->snapshot->ifs[0].figures[FAMILY_IPV6], M_OUT_FORW_PACKETS,
		    UINT64_C(0x123456789a));
	mib_context_init(&ctx, v);
	assert_int_equal(GET(narrow), MIB_FOUND);
	assert_int_equal(value.type, MIB_COUNTER32);
	assert_true(value.number == 0x3456789a);
	assert_int_equal(GET(wide), MIB_FOUND);
	assert_int_equal(value.type, MIB_COUNTER64);
	assert_true(value.number == UINT64_C(0x123456789a));
	mib_view_free(v);
}

/* A context remembers gaps where there are many rows; what it finds is the same. */
static void test_large_views(void **state)
{
	struct mib_view view = {.snapshot = snapshot_new()};

	(void)state;
	assert_false(mib_wants_gaps(NULL));
	assert_non_null(view.snapshot);
	for (uint32_t i = 1; i <= 4; i++)
		assert_non_null(snapshot_add_if(view.snapshot, i, "a"));
	assert_false(mib_wants_gaps(&view));
	for (uint32_t i = 5; i <= 100; i++)
		assert_non_null(snapshot_add_if(view.snapshot, i, "a"));
	assert_true(mib_wants_gaps(&view));
	snapshot_free(view.snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_roots),
		cmocka_unit_test(test_narrow_counters),
		cmocka_unit_test(test_large_views),
		cmocka_unit_test(test_against_reference),
		cmocka_unit_test(test_expected_tree),
		cmocka_unit_test(test_peaks),
		cmocka_unit_test(test_every_column_is_served),
		cmocka_unit_test(test_rates_of_another_interface),
		cmocka_unit_test(test_big_rates_are_cut),
		cmocka_unit_test(test_timestamps_before_the_master),
		cmocka_unit_test(test_timestamps_do_not_move),
		cmocka_unit_test(test_discontinuity_and_the_connection),
		cmocka_unit_test(test_nothing_published),
		cmocka_unit_test(test_kinds_of_absence),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
