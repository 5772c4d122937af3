/* SPDX-License-Identifier: MIT */
/* check: ranges, what is said of two readings, and readings as lines. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/check_verdict.h"
#include "options/file.h"
#include "output/plain.h"

static void test_ranges(void **state)
{
	static const struct {
		const char *text;
		double min, max;
		bool inside;
		const char *printed;
	} rows[] = {
		{"10", 0, 10, false, "10"},
		{"0", 0, 0, false, "0"},
		{"10:", 10, INFINITY, false, "10:"},
		{"0:", 0, INFINITY, false, "0:"},
		{"~:10", -INFINITY, 10, false, "~:10"},
		{"~:", -INFINITY, INFINITY, false, "~:"},
		{"10:20", 10, 20, false, "10:20"},
		{"10:10", 10, 10, false, "10:10"},
		{"0:20", 0, 20, false, "20"},
		{"@10:20", 10, 20, true, "@10:20"},
		{"@10", 0, 10, true, "@10"},
		{"-10:-5", -10, -5, false, "-10:-5"},
		{"1.5k:2M", 1500, 2e6, false, "1500:2000000"},
		{"10G", 0, 1e10, false, "10000000000"},
		{"9000000G", 0, 9e15, false, "9000000000000000"},
		{"0.5", 0, 0.5, false, "0.500000"},
		{"@~:1k", -INFINITY, 1000, true, "@~:1000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct check_level level = {.n_ifs = 0};
		const struct range *r = &level.ranges[CHECK_REFUSED];
		char text[64], printed[64] = "";
		struct why why;
		FILE *f = fmemopen(printed, sizeof(printed), "w");

		snprintf(text, sizeof(text), "refused-percent=%s", rows[i].text);
		assert_int_equal(range_set(&level, "warn", text, &why), 0);
		assert_true(r->set && r->min == rows[i].min && r->max == rows[i].max);
		assert_int_equal(r->inside, rows[i].inside);
		assert_false(level.ranges[CHECK_IPV4_BPS].set);
		range_print(f, r);
		fclose(f);
		assert_string_equal(printed, rows[i].printed);
	}
}

static void test_bad_ranges(void **state)
{
	static const char *const bad[] = {
		"",
		"ipv4-bps",
		"ipv4-bps=",
		"ipv4-bps=x",
		"ipv4-bps=:10",
		"ipv4-bps=10x",
		"ipv4-bps=1e3",
		"ipv4-bps=0x10",
		"ipv4-bps=inf",
		"ipv4-bps=nan",
		"ipv4-bps=20:10",
		"ipv4-bps=10:20:30",
		"ipv4-bps=~",
		"ipv4-bps=~10",
		"ipv4-bps=@",
		"ipv4-bps=@@1",
		"ipv4-bps= 10",
		"ipv4-bps=10 ",
		"ipv4-bps=1-2",
		"ipv4-bps=-",
		"ipv4-bps=1.2.3",
		"ipv4-bps=.",
		"ipv4-bps=10:~",
		"ipv4-bps=10kk",
		"ipv4-bps=10m",
		"ipv4-bp=10",
		"ipv4-bpss=10",
		"IPV4-BPS=10",
		"=10",
		"ipv4-bps==10",
		"ipv4-bps=111111111111111111111111111111111111111111111111111111111111111111111",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct check_level level = {.n_ifs = 0};
		struct why why = {""};

		assert_true(range_set(&level, "crit", bad[i], &why) < 0);
		assert_memory_equal(why.text, "crit '", 6);
		for (int key = 0; key < CHECK_KEYS; key++)
			assert_false(level.ranges[key].set);
	}
}

static void test_unknown_key(void **state)
{
	struct check_level level = {.n_ifs = 0};
	struct why why = {""};

	(void)state;
	assert_true(range_set(&level, "warn", "bps=1", &why) < 0);
	for (int key = 0; key < CHECK_KEYS; key++)
		assert_non_null(strstr(why.text, range_keys[key]));
}

static void test_alerts(void **state)
{
	static const struct {
		struct range r;
		double value;
		bool alerts;
	} rows[] = {
		{{true, false, 0, 10}, 10, false},        {{true, false, 0, 10}, 10.001, true},
		{{true, false, 0, 10}, -0.1, true},       {{true, false, 10, INFINITY}, 9.9, true},
		{{true, false, 10, INFINITY}, 10, false}, {{true, false, -INFINITY, 10}, -5, false},
		{{true, true, 10, 20}, 10, true},         {{true, true, 10, 20}, 20, true},
		{{true, true, 10, 20}, 9.9, false},       {{true, true, 10, 20}, 20.1, false},
		{{false, false, 0, 10}, 11, false},       {{false, true, 0, 10}, 5, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(range_alerts(&rows[i].r, rows[i].value), rows[i].alerts);
}

/* A router that forwarded 250 of 1000 IPv4 packets in 2 s, by eBPF; there is no IPv6. */
static struct snapshot now;
static struct rates rates;
static struct check_config config;

static void add(enum family f, enum metric_id m, uint64_t delta)
{
	figures_set(&now.system[f].figures, m, 5000 + delta);
	rates.system[f].value[m] = delta;
	rates.system[f].known |= 1u << m;
}

static int set_up(void **state)
{
	(void)state;
	memset(&now, 0, sizeof(now));
	memset(&rates, 0, sizeof(rates));
	config = (struct check_config){.wants_ebpf = true};
	now.source = SOURCE_EBPF;
	now.system[FAMILY_IPV4].forwarding_known = now.system[FAMILY_IPV4].forwarding = true;
	rates.interval_ns = 2000000000;
	add(FAMILY_IPV4, M_IN_FORW_PACKETS, 1000);
	add(FAMILY_IPV4, M_OUT_FORW_PACKETS, 250);
	add(FAMILY_IPV4, M_OUT_FORW_OCTETS, 25000);
	for (int m = M_NO_ROUTES; m < M_COUNT; m++)
		add(FAMILY_IPV4, m, m == M_TOO_BIG ? 12 : METRICS_OUTPUT >> m & 1 ? 1000 : 0);
	return 0;
}

static void expect(int status, const char *line, const char *note)
{
	struct output_document d;
	char *text;

	assert_int_equal(check_verdict(&d, &config, &now, &rates, note), status);
	text = strndup(d.text, d.size);
	if (line[0] == '*')
		assert_non_null(strstr(text, line + 1));
	else
		assert_string_equal(text, line);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
	free(d.text);
}

static void limit(struct check_level *level, const char *text)
{
	struct why why;

	assert_int_equal(range_set(level, "warn", text, &why), 0);
}

static void test_ok(void **state)
{
	(void)state;
	limit(&config.limits.warn, "ipv4-bps=1M");
	limit(&config.limits.crit, "refused-percent=75");
	expect(CHECK_OK,
	       "IPFW OK - forwarded ipv4 125 packets/s 100 kbit/s, ipv6 not known | "
	       "'ipv4-bps'=100000.000;1000000;;0; 'ipv4-pps'=125.000;;;0; "
	       "'refused-percent'=75.000%;;75;0;100 'not-routed-pps'=6.000;;;0;\n",
	       "");
}

static void test_limits(void **state)
{
	(void)state;
	limit(&config.limits.warn, "refused-percent=10");
	expect(CHECK_WARNING, "*IPFW WARNING - refused-percent is 75.000% (limit 10) | ", "");
	limit(&config.limits.crit, "ipv4-pps=1k:");
	expect(CHECK_CRITICAL,
	       "*IPFW CRITICAL - ipv4-pps is 125 (limit 1000:), refused-percent is 75.000%", "");
	limit(&config.limits.crit, "ipv4-pps=@100:200");
	expect(CHECK_CRITICAL, "*ipv4-pps is 125 (limit @100:200)", "");
	limit(&config.limits.crit, "ipv4-pps=125");
	expect(CHECK_WARNING, "*'ipv4-pps'=125.000;;125;0;", "");
	limit(&config.limits.crit, "ipv4-bps=50k");
	expect(CHECK_CRITICAL, "*ipv4-bps is 100 k (limit 50000)", "");
}

static void test_idle(void **state)
{
	(void)state;
	add(FAMILY_IPV4, M_IN_FORW_PACKETS, 0);
	add(FAMILY_IPV4, M_OUT_FORW_PACKETS, 0);
	expect(CHECK_OK, "*'refused-percent'=0.000%", "");
	add(FAMILY_IPV4, M_OUT_FORW_PACKETS, 1); /* it was on its way */
	expect(CHECK_OK, "*'refused-percent'=0.000%", "");
}

/* What was counted as refused goes before the difference, which packets on their way make wrong. */
static void test_refused(void **state)
{
	(void)state;
	add(FAMILY_IPV4, M_REFUSED_PACKETS, 500);
	expect(CHECK_OK, "*'refused-percent'=50.000%", "");
	rates.system[FAMILY_IPV4].known &= ~(1u << M_OUT_FORW_PACKETS);
	expect(CHECK_OK, "*'refused-percent'=50.000%", "");
	add(FAMILY_IPV4, M_REFUSED_PACKETS, 1001); /* one was in a queue */
	expect(CHECK_OK, "*'refused-percent'=100.000%", "");
	add(FAMILY_IPV4, M_IN_FORW_PACKETS, 0);
	expect(CHECK_OK, "*'refused-percent'=100.000%", "");
	add(FAMILY_IPV4, M_REFUSED_PACKETS, 0);
	expect(CHECK_OK, "*'refused-percent'=0.000%", "");
}

static void test_dropped(void **state)
{
	(void)state;
	limit(&config.limits.warn, "drop-pps=20");
	expect(CHECK_UNKNOWN, "*drop-pps is not known", "");
	add(FAMILY_IPV4, M_DROPPED_PACKETS, 40);
	expect(CHECK_OK, "*'not-routed-pps'=6.000;;;0; 'drop-pps'=20.000;20;;0;\n", "");
	add(FAMILY_IPV6, M_DROPPED_PACKETS, 20);
	expect(CHECK_WARNING, "*drop-pps is 30.0 (limit 20)", "");
	rates.system[FAMILY_IPV6].known = 0;
	expect(CHECK_UNKNOWN, "*drop-pps is not known", "");
}

/* A limit on one interface is judged by that one's figures, and only there. */
static void test_interfaces(void **state)
{
	struct snapshot_if row = {.ifindex = 2, .name = "a:n'0"};
	struct delta deltas[1][FAMILY_COUNT] = {{{{0}, 0}}};
	struct delta *v6 = &deltas[0][FAMILY_IPV6];

	(void)state;
	figures_set(&row.figures[FAMILY_IPV6], M_OUT_FORW_OCTETS, 1);
	v6->value[M_OUT_FORW_OCTETS] = 5000;
	v6->known = 1u << M_OUT_FORW_OCTETS;
	now.ifs = &row;
	now.n_ifs = 1;
	rates.ifs = deltas;
	limit(&config.limits.warn, "a:n'0:ipv6-bps=10k");
	expect(CHECK_WARNING,
	       "IPFW WARNING - a:n'0:ipv6-bps is 20.0 k (limit 10000) | 'ipv4-bps'=100000.000;;;0; "
	       "'ipv4-pps'=125.000;;;0; 'refused-percent'=75.000%;;;0;100 "
	       "'not-routed-pps'=6.000;;;0; 'a:n''0:ipv6-bps'=20000.000;10000;;0;\n",
	       "");
	limit(&config.limits.crit, "a:n'0:ipv6-bps=15k");
	expect(CHECK_CRITICAL, "*'a:n''0:ipv6-bps'=20000.000;10000;15000;0;\n", "");
	limit(&config.limits.crit, "a:n'0:ipv6-bps=25k");
	expect(CHECK_WARNING, "*a:n'0:ipv6-bps is 20.0 k (limit 10000) | ", "");
	/* What it hands over leaves by others: without a count of its own nothing is known. */
	figures_set(&row.figures[FAMILY_IPV6], M_IN_FORW_PACKETS, 1);
	v6->value[M_IN_FORW_PACKETS] = 100;
	v6->known |= 1u << M_IN_FORW_PACKETS | 1u << M_OUT_FORW_PACKETS;
	limit(&config.limits.warn, "a:n'0:refused-percent=50");
	expect(CHECK_UNKNOWN, "*a:n'0:refused-percent is not known: eBPF does not count it", "");
	v6->value[M_REFUSED_PACKETS] = 20;
	v6->known |= 1u << M_REFUSED_PACKETS;
	expect(CHECK_WARNING, "*'a:n''0:refused-percent'=20.000%;50;;0;100\n", "");
	limit(&config.limits.crit, "gone0:drop-pps=1");
	expect(CHECK_UNKNOWN, "*gone0:drop-pps is not known: there is no such interface", "");
}

static void test_interface_limits(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{":ipv4-bps=1", "crit ':ipv4-bps=1': no interface has such a name"},
		{"a-name-too-long-:ipv4-bps=1",
		 "crit 'a-name-too-long-:ipv4-bps=1': no interface has such a name"},
		{"eth0:not-routed-pps=1",
		 "crit 'eth0:not-routed-pps=1': the kernel counts that for the system only"},
		{"eth0:bps=1", "crit 'eth0:bps=1': want one of ipv4-bps"},
		{"eth0:ipv4-bps", "crit 'eth0:ipv4-bps': want ipv4-bps=RANGE"},
		{"eth0:ipv4-bps=1:2:3", "crit 'eth0:ipv4-bps=1:2:3': want ipv4-bps=RANGE"},
	};
	struct check_level level = {.n_ifs = 0};
	struct why why;
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(range_set(&level, "crit", rows[i].text, &why), -EINVAL);
		assert_memory_equal(why.text, rows[i].why, strlen(rows[i].why));
	}
	assert_int_equal(level.n_ifs, 0);
	assert_int_equal(range_set(&level, "crit", "fifteen-octets-:drop-pps=10:20", &why), 0);
	assert_int_equal(level.n_ifs, 1);
	assert_true(range_of_if(&level, "fifteen-octets-", CHECK_DROP)->max == 20);
	assert_null(range_of_if(&level, "fifteen-octets-", CHECK_IPV4_BPS));
	for (int i = 1; i < CHECK_IF_LIMITS; i++) {
		snprintf(text, sizeof(text), "eth%d:drop-pps=1", i);
		assert_int_equal(range_set(&level, "crit", text, &why), 0);
	}
	assert_int_equal(range_set(&level, "crit", "eth1:drop-pps=7", &why), 0); /* again */
	assert_true(range_of_if(&level, "eth1", CHECK_DROP)->max == 7);
	assert_int_equal(range_set(&level, "crit", "one:drop-pps=1", &why), -EINVAL);
}

/* A figure that is not known is never OK for whom asked, and 0 for nobody. */
static void test_absent(void **state)
{
	(void)state;
	rates.system[FAMILY_IPV4].known &= ~(1u << M_OUT_FORW_OCTETS);
	expect(CHECK_OK,
	       "IPFW OK - forwarded ipv4 125 packets/s, ipv6 not known | 'ipv4-pps'=125.000;;;0; "
	       "'refused-percent'=75.000%;;;0;100 'not-routed-pps'=6.000;;;0;\n",
	       "");
	limit(&config.limits.warn, "ipv4-bps=~:");
	expect(CHECK_UNKNOWN, "*IPFW UNKNOWN - ipv4-bps is not known", "");
	limit(&config.limits.warn, "ipv4-pps=1");
	expect(CHECK_UNKNOWN, "*ipv4-pps is 125", "");
	limit(&config.limits.crit, "ipv4-pps=1");
	expect(CHECK_CRITICAL, "*ipv4-bps is not known", "");
	/* IPv6 is there, but not all of it is known: no sum over both */
	add(FAMILY_IPV6, M_OUT_FORW_PACKETS, 1);
	limit(&config.limits.warn, "refused-percent=100");
	expect(CHECK_CRITICAL, "*refused-percent is not known", "");
	limit(&config.limits.warn, "not-routed-pps=100");
	expect(CHECK_CRITICAL, "*not-routed-pps is not known", "");
}

/* The sum over both families lacks nothing that IPv6 cannot have, and has nothing of the output. */
static void test_not_routed(void **state)
{
	(void)state;
	limit(&config.limits.warn, "not-routed-pps=100");
	for (int m = M_NO_ROUTES; m < M_COUNT; m++)
		if (!(METRICS_IPV4_ONLY >> m & 1))
			add(FAMILY_IPV6, m, 20);
	expect(CHECK_OK, "*'not-routed-pps'=66.000;100;;0;\n", "");
	rates.system[FAMILY_IPV6].known &= ~(1u << M_REASM_FAILS);
	expect(CHECK_UNKNOWN, "*not-routed-pps is not known", "");
}

static void test_forwarding(void **state)
{
	(void)state;
	now.system[FAMILY_IPV4].forwarding = false;
	expect(CHECK_CRITICAL, "*IPFW CRITICAL - forwarding is off | ", "");
	now.system[FAMILY_IPV6].forwarding_known = now.system[FAMILY_IPV6].forwarding = true;
	expect(CHECK_OK, "*IPFW OK", "");
	config.limits.require = 1u << REQUIRE_IPV4;
	expect(CHECK_CRITICAL, "*forwarding of ipv4 is off", "");
	config.limits.require = 1u << REQUIRE_IPV4 | 1u << REQUIRE_IPV6;
	expect(CHECK_CRITICAL, "*forwarding of ipv4 is off | ", "");
	config.limits.require = 1u << REQUIRE_NONE;
	expect(CHECK_OK, "*IPFW OK", "");
	config.limits.require = 1u << REQUIRE_IPV6;
	now.system[FAMILY_IPV6].forwarding_known = false;
	expect(CHECK_UNKNOWN, "*whether ipv6 is forwarded is not known", "");
	config.limits.require = 0;
	now.system[FAMILY_IPV4].forwarding_known = false;
	expect(CHECK_UNKNOWN, "*whether anything is forwarded is not known", "");
	/* a /proc that shows no more than processes: neither the switches nor the counters */
	now.system[FAMILY_IPV4].figures.known = now.system[FAMILY_IPV6].figures.known = 0;
	expect(CHECK_UNKNOWN, "*whether anything is forwarded is not known", "");
}

static void test_degraded(void **state)
{
	(void)state;
	now.missed_packets = 7;
	expect(CHECK_WARNING, "*not counted: 7 packets on interfaces, 0 on paths", "");
	now.missed_packets = 0;
	now.source = SOURCE_KERNEL;
	expect(CHECK_WARNING, "*degraded: the kernel's own counters: a\\x7cb\\x0a | ", "a|b\n");
	config.wants_ebpf = false;
	expect(CHECK_OK, "*IPFW OK", "why");
	snapshot_trouble(&now, "no file");
	expect(CHECK_WARNING, "*incomplete: no file", "");
}

static void test_lines(void **state)
{
	static const struct output_options options = {.hostname = "h", .note = "because of this"};
	struct snapshot *s = snapshot_new(), *again = snapshot_new();
	struct output_document d;
	char note[64];

	(void)state;
	s->mono_ns = UINT64_MAX;
	s->source = SOURCE_EBPF;
	s->hooks = HOOKS_FENTRY;
	s->missed_packets = 3;
	s->missed_path_packets = 4;
	s->system[FAMILY_IPV4].forwarding_known = s->system[FAMILY_IPV4].forwarding = true;
	s->system[FAMILY_IPV6].forwarding_known = true;
	s->system[FAMILY_IPV6].continuity.since_ns = 12345;
	for (int m = 0; m < M_COUNT; m++) {
		if (m % 3)
			figures_set(&s->system[FAMILY_IPV4].figures, m, m);
		if (m % 4)
			figures_derive(&s->system[FAMILY_IPV6].figures, m, UINT64_MAX - m);
	}
	assert_int_equal(plain_make_system(&d, s, NULL, &options), 0);
	assert_int_equal(plain_read(&d, again, note, sizeof(note)), 0);
	assert_string_equal(note, "because of this");
	assert_true(again->mono_ns == s->mono_ns && again->source == s->source);
	assert_true(again->hooks == s->hooks && again->missed_packets == 3);
	assert_int_equal(again->missed_path_packets, 4);
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		assert_memory_equal(&again->system[f], &s->system[f], sizeof(s->system[f]));
	free(d.text);
	snapshot_free(s);
	snapshot_free(again);
}

/* The whole reading, with the names that nobody saw and those that look like something else. */
static void test_reading(void **state)
{
	static const struct output_options options = {.hostname = "h", .note = ""};
	static const char *const names[] = {"eth0", "path", "a\"b\\x01", "caf\303\251", "0 1"};
	struct snapshot *s = snapshot_new(), *again = snapshot_new();
	struct output_document d;
	char note[64];

	(void)state;
	s->mono_ns = 5;
	s->wall = (struct timespec){1764400000, 7};
	s->since = (struct timespec){1764300000, 999999999};
	s->since_known = s->paths_known = s->drops_known = true;
	s->missed_drop_packets = 77;
	s->duration_ns = 12345;
	s->captured = true;
	strcpy(s->captured_host, "an archive's");
	s->source = SOURCE_EBPF;
	s->hooks = HOOKS_NETFILTER;
	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct snapshot_if *row = snapshot_add_if(s, i, names[i]);
		struct snapshot_path *path;
		struct snapshot_drop *drop;

		row->continuity.since_ns = 100 + i;
		for (int f = 0; f < FAMILY_COUNT; f++)
			for (int m = 0; m < M_COUNT; m += i + 1)
				(f % 2 ? figures_set : figures_derive)(&row->figures[f], m,
								       UINT64_MAX - m);
		path = snapshot_add_path(s);
		*path = (struct snapshot_path){
			.family = FAMILY_IPV4 + i % 2, .in_ifindex = i, .out_ifindex = UINT32_MAX};
		strcpy(i % 2 ? path->in_name : path->out_name, names[i]);
		path->continuity.since_ns = UINT64_MAX - i;
		figures_set(&path->figures, M_OUT_FORW_PACKETS, i);
		if (i % 2) /* those of an interface made anew are not known at first */
			figures_set(&path->figures, M_OUT_FORW_OCTETS, UINT64_MAX);
		drop = snapshot_add_drop(s);
		drop->path = *path;
		drop->path.figures = (struct figures){.known = 0};
		figures_set(&drop->path.figures, M_DROPPED_PACKETS, i + 1);
		drop->stage = (enum drop_stage)(i % DROP_STAGES);
		strcpy(drop->reason, "NETFILTER_DROP");
	}
	snapshot_sort(s);
	assert_int_equal(plain_make_reading(&d, s, NULL, &options), 0);
	assert_int_equal(plain_read(&d, again, note, sizeof(note)), 0);
	assert_string_equal(note, "");
	assert_memory_equal(&again->wall, &s->wall, sizeof(s->wall));
	assert_true(again->captured && !again->wall_unknown);
	assert_string_equal(again->captured_host, "an archive's");
	assert_memory_equal(&again->since, &s->since, sizeof(s->since));
	assert_true(again->since_known && again->paths_known && again->duration_ns == 12345);
	assert_int_equal(again->n_ifs, s->n_ifs);
	for (size_t i = 0; i < s->n_ifs; i++) {
		assert_int_equal(again->ifs[i].ifindex, s->ifs[i].ifindex);
		assert_string_equal(again->ifs[i].name, s->ifs[i].name);
		assert_memory_equal(again->ifs[i].figures, s->ifs[i].figures,
				    sizeof(s->ifs[i].figures));
		assert_memory_equal(&again->ifs[i].continuity, &s->ifs[i].continuity,
				    sizeof(s->ifs[i].continuity));
	}
	assert_int_equal(again->n_paths, s->n_paths);
	assert_memory_equal(again->paths, s->paths, s->n_paths * sizeof(*s->paths));
	assert_true(again->drops_known && again->missed_drop_packets == 77);
	assert_int_equal(again->n_drops, s->n_drops);
	assert_memory_equal(again->drops, s->drops, s->n_drops * sizeof(*s->drops));
	free(d.text);
	snapshot_free(s);
	snapshot_free(again);
}

static void test_other_lines(void **state)
{
	static const struct {
		const char *text;
		int result;
	} rows[] = {
		{"", -EPROTO},
		{"\n\n", -EPROTO},
		{"{\"json\": 1}\n", -EPROTO},
		{"mono_ns 5\n", -EPROTO},
		{"source ebpf netfilter\n", -EPROTO},
		{"mono_ns 5\nsource alien none\n", -EPROTO},
		{"mono_ns x\nsource ebpf netfilter\n", -EPROTO},
		{"mono_ns 5\nsource ebpf alien\nfuture 1 2 3\nipv4 future 7 exact\nipv7 no_route 1 "
		 "exact\nipv4 no_route 1 alien\ntotal no_route 1 exact\nnote",
		 0},
		{"mono_ns 5\nsource ebpf none\ninterface\ninterface x\ninterface 1 y z\npath\npath "
		 "ipv4 1 2 3 4 5\npath ipv4 1 2 3 4 5 a\npath total 1 2 3 4 5 a/b\nwall\nsince x",
		 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct snapshot *s = snapshot_new();
		char text[256], note[16];
		const struct output_document d = {text, strlen(rows[i].text)};

		strcpy(text, rows[i].text);
		assert_int_equal(plain_read(&d, s, note, sizeof(note)), rows[i].result);
		for (int f = 0; f <= FAMILY_IPV6; f++)
			assert_int_equal(s->system[f].figures.known, 0);
		assert_int_equal(s->n_ifs + s->n_paths + s->since_known, 0);
		snapshot_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_bad_ranges),
		cmocka_unit_test(test_interface_limits),
		cmocka_unit_test(test_unknown_key),
		cmocka_unit_test(test_alerts),
		cmocka_unit_test_setup(test_ok, set_up),
		cmocka_unit_test_setup(test_limits, set_up),
		cmocka_unit_test_setup(test_idle, set_up),
		cmocka_unit_test_setup(test_refused, set_up),
		cmocka_unit_test_setup(test_dropped, set_up),
		cmocka_unit_test_setup(test_interfaces, set_up),
		cmocka_unit_test_setup(test_absent, set_up),
		cmocka_unit_test_setup(test_not_routed, set_up),
		cmocka_unit_test_setup(test_forwarding, set_up),
		cmocka_unit_test_setup(test_degraded, set_up),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_other_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
