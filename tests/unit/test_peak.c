/* SPDX-License-Identifier: MIT */
/* peak: windows of one-second rates, against rates that are sorted here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "model/continuity.h"
#include "model/peak_watch.h"

#define ROOM ((size_t)1 << 20)

/* A machine whose clock, counters and interfaces the tests turn. */
struct machine {
	struct peak_watch *watch;
	struct snapshot *latest;
	uint64_t mono_ns;
	int64_t wall_ns;
	uint64_t octets; /* of the system and of eth0, forwarded out, IPv4 */
	bool has_eth1;
	uint64_t eth1_octets;
	bool octets_unknown, difference, bypassed;
	bool counts_again; /* a sample is not a reading, but what its rows have counted since */
	uint64_t readings; /* a bit for each of the next samples that are readings nevertheless */
};

static struct machine begin(unsigned window_s, size_t room, int64_t wall_s)
{
	struct machine m = {.watch = peak_watch_new(window_s, room),
			    .mono_ns = 5 * NS_PER_S,
			    .wall_ns = wall_s * (int64_t)NS_PER_S,
			    .octets = 1000};

	assert_non_null(m.watch);
	return m;
}

static void end(struct machine *m)
{
	peak_watch_free(m->watch);
	snapshot_free(m->latest);
}

static void set(struct figures *f, const struct machine *m, uint64_t octets)
{
	figures_set(f, M_OUT_FORW_PACKETS, octets / 100);
	if (m->difference)
		figures_subtract(f, M_OUT_FORW_OCTETS, octets);
	else if (!m->octets_unknown)
		figures_set(f, M_OUT_FORW_OCTETS, octets);
	if (m->bypassed)
		f->bypassed = 1u << M_OUT_FORW_OCTETS;
}

static void sample_again(const struct machine *m)
{
	const uint64_t octets[] = {m->octets, m->eth1_octets};
	struct peak_counts now = {.ifs = NULL};

	assert_int_equal(peak_counts_begin(&now, m->latest), 0);
	now.time = (struct peak_time){
		m->mono_ns, {m->wall_ns / (int64_t)NS_PER_S, m->wall_ns % (int64_t)NS_PER_S}};
	now.system[FAMILY_IPV4][M_OUT_FORW_PACKETS] = m->octets / 100;
	now.system[FAMILY_IPV4][M_OUT_FORW_OCTETS] = m->octets;
	for (size_t i = 0; i < m->latest->n_ifs; i++) {
		now.ifs[i][FAMILY_IPV4][M_OUT_FORW_PACKETS] = octets[i] / 100;
		now.ifs[i][FAMILY_IPV4][M_OUT_FORW_OCTETS] = octets[i];
	}
	peak_watch_sample(m->watch, m->latest, &now);
	peak_counts_clear(&now);
}

/* A reading; also one that is no sample. */
static void read_all(struct machine *m, bool is_sample)
{
	struct snapshot *s = snapshot_new();
	struct snapshot_if *row;

	assert_non_null(s);
	s->source = SOURCE_EBPF;
	s->mono_ns = m->mono_ns;
	s->wall = (struct timespec){m->wall_ns / (int64_t)NS_PER_S, m->wall_ns % (int64_t)NS_PER_S};
	set(&s->system[FAMILY_IPV4].figures, m, m->octets);
	row = snapshot_add_if(s, 2, "eth0");
	set(&row->figures[FAMILY_IPV4], m, m->octets);
	if (m->has_eth1) {
		row = snapshot_add_if(s, 3, "eth1");
		set(&row->figures[FAMILY_IPV4], m, m->eth1_octets);
	}
	continuity_follow(m->latest, s);
	if (is_sample)
		peak_watch_sample(m->watch, s, NULL);
	snapshot_free(m->latest);
	m->latest = s;
}

static void sample(struct machine *m)
{
	if (m->counts_again && m->latest && !(m->readings & 1))
		sample_again(m);
	else
		read_all(m, true);
	m->readings >>= 1;
}

/* So much time passes, as both clocks show it, and so much is forwarded. */
static void pass(struct machine *m, uint64_t ns, uint64_t octets)
{
	m->mono_ns += ns;
	m->wall_ns += (int64_t)ns;
	m->octets += octets;
	m->eth1_octets += octets;
	sample(m);
}

/* Samples until a window ends, from a moment at which one begins. */
static void pass_window(struct machine *m, const uint64_t *octets, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		pass(m, NS_PER_S, octets ? octets[i] : 100);
}

static const struct peaks *latest(const struct machine *m)
{
	const struct peaks *p = peak_watch_latest(m->watch);

	assert_non_null(p);
	return p;
}

static const struct peak_row *row_of(const struct machine *m, uint32_t ifindex)
{
	const struct snapshot_if *row = snapshot_find_if(m->latest, ifindex);
	const struct peak_if *i = row ? peaks_find_if(latest(m), row) : NULL;

	return i ? &i->rows[FAMILY_IPV4] : NULL;
}

static bool is_known(const struct peak_row *row, enum metric_id m)
{
	return row->known >> m & 1;
}

static const struct peak_rate *system_rate(const struct machine *m, enum metric_id metric)
{
	assert_true(is_known(&latest(m)->system[FAMILY_IPV4], metric));
	return peak_rate(&latest(m)->system[FAMILY_IPV4], metric);
}

static int ascending(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The nearest rank, by its definition. */
static uint64_t percentile(const uint64_t *values, unsigned n)
{
	uint64_t sorted[PEAK_WINDOW_MAX_S];
	unsigned rank = 1;

	memcpy(sorted, values, n * sizeof(*values));
	qsort(sorted, n, sizeof(*sorted), ascending);
	while (rank * 100 < 95 * n)
		rank++;
	return sorted[rank - 1];
}

/* A burst of one second in a window of 300. */
static void test_burst(void **state)
{
	struct machine m = begin(300, ROOM, 3000);
	uint64_t octets[300] = {0};

	(void)state;
	octets[41] = 125000000;
	sample(&m);
	assert_int_equal(latest(&m)->state, PEAK_STARTING);
	pass_window(&m, octets, 300);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	assert_int_equal(latest(&m)->samples, 300);
	assert_int_equal(latest(&m)->window_s, 300);
	assert_int_equal(latest(&m)->end.wall.tv_sec, 3300);
	assert_true(system_rate(&m, M_OUT_FORW_OCTETS)->highest == 125000000);
	assert_true(system_rate(&m, M_OUT_FORW_OCTETS)->percentile == 0);
	assert_true(system_rate(&m, M_OUT_FORW_PACKETS)->highest == 1250000);
	assert_int_equal(system_rate(&m, M_OUT_FORW_OCTETS)->at, 41);
	assert_int_equal(latest(&m)->times[41].wall.tv_sec, 3042);
	assert_int_equal(latest(&m)->times[41].mono_ns, 47 * NS_PER_S);
	assert_true(peak_rate(row_of(&m, 2), M_OUT_FORW_OCTETS)->highest == 125000000);
	assert_false(is_known(row_of(&m, 2), M_IN_OCTETS)); /* nobody counted them */
	end(&m);
}

/* Any rates in windows of any length: as sorted. What was in one window is not in the next. */
static void test_percentile(void **state)
{
	static const unsigned windows[] = {10, 11, 19, 20, 21, 39, 40, 60, 300, 3600};
	uint64_t octets[PEAK_WINDOW_MAX_S];

	(void)state;
	srandom(4269);
	for (size_t i = 0; i < ARRAY_SIZE(windows); i++) {
		const unsigned n = windows[i];
		struct machine m = begin(n, ROOM, 7 * (int64_t)n);

		sample(&m);
		for (int round = 0; round < 3; round++) {
			uint64_t highest = 0;
			unsigned at = 0;

			for (unsigned k = 0; k < n; k++) {
				octets[k] = (uint64_t)(random() % 50) << (40 - 20 * round);
				if (octets[k] > highest) {
					highest = octets[k];
					at = k;
				}
			}
			pass_window(&m, octets, n);
			assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
			assert_true(system_rate(&m, M_OUT_FORW_OCTETS)->highest == (double)highest);
			assert_int_equal(system_rate(&m, M_OUT_FORW_OCTETS)->at, at);
			assert_true(system_rate(&m, M_OUT_FORW_OCTETS)->percentile ==
				    (double)percentile(octets, n));
		}
		end(&m);
	}
}

/* Whichever samples are readings: the same peaks. */
static void test_counted_again(void **state)
{
	uint64_t octets[40];

	(void)state;
	srandom(2026);
	for (int round = 0; round < 20; round++) {
		struct machine m = begin(40, ROOM, 400);
		uint64_t highest = 0;

		m.has_eth1 = m.counts_again = true;
		m.readings = (uint64_t)random() << 20 ^ random();
		sample(&m);
		for (unsigned k = 0; k < 40; k++) {
			octets[k] = 100 * (random() % 50);
			highest = octets[k] > highest ? octets[k] : highest;
		}
		pass_window(&m, octets, 40);
		assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
		assert_true(system_rate(&m, M_OUT_FORW_OCTETS)->highest == (double)highest);
		for (uint32_t i = 2; i <= 3; i++) {
			const struct peak_rate *rates = row_of(&m, i)->rates;

			assert_int_equal(row_of(&m, i)->state, PEAK_COMPLETE);
			assert_true(rates[M_OUT_FORW_OCTETS].highest == (double)highest);
			assert_true(rates[M_OUT_FORW_OCTETS].percentile ==
				    (double)percentile(octets, 40));
			assert_true(rates[M_OUT_FORW_PACKETS].highest == (double)highest / 100);
		}
		end(&m);
	}
}

/* Counters that go down began anew, whether a reading saw it or not: no figure of the row is left,
 * also of those that did not go down. */
static void test_went_down(void **state)
{
	(void)state;
	for (int again = 0; again < 2; again++) {
		struct machine m = begin(10, ROOM, 100);

		m.has_eth1 = true;
		m.counts_again = again;
		m.eth1_octets = 1050;
		sample(&m);
		pass_window(&m, NULL, 4);
		m.eth1_octets = 40; /* 0 packets; octets go down as well */
		pass_window(&m, NULL, 6);
		assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
		assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
		assert_int_equal(row_of(&m, 3)->state, PEAK_DISCONTINUITY);
		assert_int_equal(row_of(&m, 3)->samples, 9);
		assert_int_equal(row_of(&m, 3)->known, 0);
		pass_window(&m, NULL, 10);
		assert_int_equal(row_of(&m, 3)->state, PEAK_COMPLETE);
		end(&m);
	}
}

/* A reading that is no sample, between two of them, finds an interface made anew, or another one.
 */
static void test_reading_between(void **state)
{
	struct machine m = begin(10, ROOM, 100);

	(void)state;
	m.has_eth1 = m.counts_again = true;
	m.eth1_octets = 1000;
	sample(&m);
	pass_window(&m, NULL, 4);
	m.mono_ns += NS_PER_S / 2;
	m.eth1_octets = 200; /* less than in the last reading */
	read_all(&m, false);
	m.mono_ns -= NS_PER_S / 2;
	m.eth1_octets = 100000; /* more than in the last sample */
	pass_window(&m, NULL, 6);
	assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
	assert_int_equal(row_of(&m, 3)->state, PEAK_DISCONTINUITY);
	assert_int_equal(row_of(&m, 3)->known, 0);
	m.has_eth1 = false;
	m.readings = 4;
	pass_window(&m, NULL, 10);
	assert_null(row_of(&m, 3));
	m.has_eth1 = true;
	m.readings = 4;
	pass_window(&m, NULL, 10);
	assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
	assert_int_equal(row_of(&m, 3)->state, PEAK_DISCONTINUITY);
	assert_int_equal(row_of(&m, 3)->samples, 7);
	end(&m);
}

static void test_ends(void **state)
{
	const struct timespec times[] = {{109, 400000000}, {109, 600000000}, {110, 400000000},
					 {110, 600000000}, {-1, 600000000},  {1, 0}};
	const bool ends[] = {false, true, true, false, true, false};
	struct machine m = begin(10, ROOM, 100);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_int_equal(peak_watch_ends(m.watch, &times[i]), ends[i]);
	end(&m);
}

/* A rate is over the measured time, as long as that is about a second. */
static void test_measured(void **state)
{
	struct machine m = begin(10, ROOM, 100);

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 4);
	pass(&m, NS_PER_S + 200 * NS_PER_MS, 1200);
	pass(&m, NS_PER_S - 200 * NS_PER_MS, 880);
	pass_window(&m, NULL, 4);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	assert_true(system_rate(&m, M_OUT_FORW_OCTETS)->highest == 1100);
	assert_int_equal(system_rate(&m, M_OUT_FORW_OCTETS)->at, 5);
	end(&m);
}

static void has_none(const struct machine *m, enum peak_state state, unsigned samples)
{
	assert_int_equal(latest(m)->state, state);
	assert_int_equal(latest(m)->samples, samples);
	assert_int_equal(latest(m)->system[FAMILY_IPV4].state, state);
	assert_int_equal(latest(m)->system[FAMILY_IPV4].known, 0);
	if (row_of(m, 2)) {
		assert_int_equal(row_of(m, 2)->state, state);
		assert_int_equal(row_of(m, 2)->known, 0);
	}
}

static void test_missed(void **state)
{
	struct machine m = begin(10, ROOM, 100);

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 3);
	pass(&m, 2 * NS_PER_S, 1000); /* a second without a sample */
	pass_window(&m, NULL, 5);
	has_none(&m, PEAK_MISSED, 8);
	pass_window(&m, NULL, 10); /* the next window does not know of it */
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	pass_window(&m, NULL, 2);
	pass(&m, NS_PER_S + 300 * NS_PER_MS, 1000); /* too late, and the next too early */
	pass(&m, NS_PER_S - 300 * NS_PER_MS, 1000);
	pass_window(&m, NULL, 6);
	has_none(&m, PEAK_MISSED, 8);
	pass_window(&m, NULL, 9);
	pass(&m, 3 * NS_PER_S, 1000); /* over the window's end */
	has_none(&m, PEAK_MISSED, 9);
	pass_window(&m, NULL, 8); /* and the one that it fell into */
	has_none(&m, PEAK_MISSED, 8);
	pass_window(&m, NULL, 10);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	end(&m);
}

/* The first window is whole only if there is a sample of the second that it begins with. */
static void test_starting(void **state)
{
	struct machine m = begin(10, ROOM, 103);

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 7);
	has_none(&m, PEAK_STARTING, 7);
	pass_window(&m, NULL, 9);
	has_none(&m, PEAK_STARTING, 7); /* still the last one that ended */
	pass_window(&m, NULL, 1);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	end(&m);
	m = begin(10, ROOM, 101); /* the sample before the window's first one is missing */
	sample(&m);
	pass_window(&m, NULL, 9);
	has_none(&m, PEAK_STARTING, 9);
	end(&m);
}

static void test_clock(void **state)
{
	static const int64_t steps[] = {-3600, -40, -2, -1, 1, 2, 15, 3600};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct machine m = begin(10, ROOM, 10000);

		sample(&m);
		pass_window(&m, NULL, 4);
		m.wall_ns += steps[i] * (int64_t)NS_PER_S;
		for (int n = 0; latest(&m)->state == PEAK_STARTING; n++) {
			assert_true(n < 15);
			pass(&m, NS_PER_S, 100);
		}
		assert_int_equal(latest(&m)->state, PEAK_CLOCK);
		assert_int_equal(latest(&m)->system[FAMILY_IPV4].known, 0);
		for (int n = 0; latest(&m)->state != PEAK_COMPLETE; n++) {
			assert_true(n < 30);
			pass(&m, NS_PER_S, 100);
		}
		assert_int_equal(latest(&m)->end.wall.tv_sec % 10, 0);
		end(&m);
	}
}

/* Clocks that begin with 1970, and a machine whose clock is before that. */
static void test_epoch(void **state)
{
	struct machine m = begin(10, ROOM, -20);

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 10);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	pass_window(&m, NULL, 25);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	assert_int_equal(latest(&m)->end.wall.tv_sec, 10);
	end(&m);
}

static void test_failed(void **state)
{
	struct machine m = begin(10, ROOM, 100);

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 3);
	peak_watch_miss(m.watch, PEAK_FAILED);
	pass(&m, 2 * NS_PER_S, 200);
	pass_window(&m, NULL, 5);
	has_none(&m, PEAK_FAILED, 8);
	peak_watch_stop(m.watch, PEAK_COSTLY);
	assert_int_equal(latest(&m)->state, PEAK_COSTLY);
	assert_null(row_of(&m, 2));
	pass_window(&m, NULL, 10);
	has_none(&m, PEAK_STARTING, 9);
	pass_window(&m, NULL, 10);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	end(&m);
}

/* Counters that restart, of one row; interfaces that come and go. */
static void test_rows(void **state)
{
	struct machine m = begin(10, ROOM, 100);

	(void)state;
	m.has_eth1 = true;
	m.eth1_octets = 100000;
	sample(&m);
	pass_window(&m, NULL, 4);
	m.eth1_octets = 0; /* it restarted */
	pass_window(&m, NULL, 6);
	assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
	assert_true(peak_rate(row_of(&m, 2), M_OUT_FORW_OCTETS)->highest == 100);
	assert_int_equal(row_of(&m, 3)->state, PEAK_DISCONTINUITY);
	assert_int_equal(row_of(&m, 3)->samples, 9);
	assert_int_equal(row_of(&m, 3)->known, 0);
	pass_window(&m, NULL, 10);
	assert_int_equal(row_of(&m, 3)->state, PEAK_COMPLETE);
	m.has_eth1 = false;
	pass_window(&m, NULL, 2);
	m.has_eth1 = true;
	pass_window(&m, NULL, 8);
	assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
	assert_int_equal(row_of(&m, 3)->state, PEAK_DISCONTINUITY);
	assert_int_equal(row_of(&m, 3)->samples, 7);
	m.has_eth1 = false;
	pass_window(&m, NULL, 10);
	assert_int_equal(latest(&m)->n_ifs, 1);
	end(&m);
}

/* A reading between two samples, in which a row began anew, is not a sample and is not missed. */
static void test_between(void **state)
{
	struct machine m = begin(10, ROOM, 100);
	struct snapshot *between;

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 3);
	between = snapshot_copy(m.latest);
	assert_non_null(between);
	between->mono_ns += NS_PER_S / 2;
	between->system[FAMILY_IPV4].figures.value[M_OUT_FORW_OCTETS] = 0;
	continuity_follow(m.latest, between);
	assert_true(between->system[FAMILY_IPV4].continuity.fresh);
	snapshot_free(m.latest);
	m.latest = between;
	pass_window(&m, NULL, 7);
	assert_int_equal(latest(&m)->state, PEAK_COMPLETE);
	assert_int_equal(latest(&m)->system[FAMILY_IPV4].state, PEAK_DISCONTINUITY);
	assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
	end(&m);
}

/* A figure that was absent at one second, or is a difference, has no peak; the others have. */
static void test_figures(void **state)
{
	struct machine m = begin(10, ROOM, 100);

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 9);
	m.octets_unknown = true;
	pass(&m, NS_PER_S, 100);
	m.octets_unknown = false;
	assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
	assert_false(is_known(row_of(&m, 2), M_OUT_FORW_OCTETS));
	assert_true(is_known(row_of(&m, 2), M_OUT_FORW_PACKETS));
	pass_window(&m, NULL, 10); /* there is no counter to begin with */
	assert_false(is_known(row_of(&m, 2), M_OUT_FORW_OCTETS));
	pass_window(&m, NULL, 10);
	assert_true(is_known(row_of(&m, 2), M_OUT_FORW_OCTETS));
	assert_int_equal(peak_quality(row_of(&m, 2)), QUALITY_EXACT);
	m.bypassed = true; /* in one reading is enough */
	pass(&m, NS_PER_S, 100);
	m.bypassed = false;
	pass_window(&m, NULL, 9);
	assert_int_equal(peak_quality(row_of(&m, 2)), QUALITY_BYPASSED);
	m.difference = true;
	pass_window(&m, NULL, 20);
	assert_int_equal(peak_quality(row_of(&m, 2)), QUALITY_EXACT);
	assert_false(is_known(row_of(&m, 2), M_OUT_FORW_OCTETS));
	assert_true(is_known(row_of(&m, 2), M_OUT_FORW_PACKETS));
	end(&m);
}

/* Where the memory does not do, percentiles are absent, and peaks are not; idle rows need none. */
static void test_memory(void **state)
{
	struct machine m = begin(20, 2 * 2 * sizeof(double), 100); /* two figures with two rates */

	(void)state;
	m.has_eth1 = true;
	sample(&m);
	for (int round = 0; round < 2; round++) {
		pass_window(&m, NULL, 20);
		assert_int_equal(latest(&m)->system[FAMILY_IPV4].state, PEAK_COMPLETE);
		assert_int_equal(row_of(&m, 2)->state, PEAK_NO_ROOM);
		assert_true(peak_rate(row_of(&m, 2), M_OUT_FORW_OCTETS)->highest == 100);
		assert_int_equal(row_of(&m, 2)->ranked, 0);
	}
	for (unsigned i = 0; i < 20; i++)
		pass(&m, NS_PER_S, 0);
	assert_int_equal(row_of(&m, 2)->state, PEAK_COMPLETE);
	assert_true(row_of(&m, 2)->ranked >> M_OUT_FORW_OCTETS & 1);
	assert_true(peak_rate(row_of(&m, 2), M_OUT_FORW_OCTETS)->percentile == 0);
	end(&m);
}

/* A copy of a reading keeps its peaks, and they outlive the watch. */
static void test_shared(void **state)
{
	struct machine m = begin(10, ROOM, 100);
	struct snapshot *copy;

	(void)state;
	sample(&m);
	pass_window(&m, NULL, 10);
	snapshot_set_peaks(m.latest, peak_watch_latest(m.watch));
	copy = snapshot_copy(m.latest);
	assert_non_null(copy);
	end(&m);
	assert_int_equal(copy->peaks->samples, 10);
	snapshot_set_peaks(copy, NULL);
	assert_null(copy->peaks);
	snapshot_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst),     cmocka_unit_test(test_percentile),
		cmocka_unit_test(test_measured),  cmocka_unit_test(test_missed),
		cmocka_unit_test(test_starting),  cmocka_unit_test(test_clock),
		cmocka_unit_test(test_epoch),     cmocka_unit_test(test_failed),
		cmocka_unit_test(test_rows),      cmocka_unit_test(test_between),
		cmocka_unit_test(test_figures),   cmocka_unit_test(test_memory),
		cmocka_unit_test(test_shared),    cmocka_unit_test(test_counted_again),
		cmocka_unit_test(test_went_down), cmocka_unit_test(test_reading_between),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
