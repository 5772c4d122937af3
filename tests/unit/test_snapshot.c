/* SPDX-License-Identifier: MIT */
/* snapshot: rows, order, quality; and the table of metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "model/snapshot.h"

static void test_empty(void **state)
{
	struct snapshot *s = snapshot_new();

	(void)state;
	assert_non_null(s);
	assert_int_equal(s->n_ifs, 0);
	assert_int_equal(s->n_paths, 0);
	assert_false(s->paths_known);
	assert_int_equal(s->troubles, 0);
	assert_string_equal(s->trouble, "");
	for (int f = 0; f <= FAMILY_IPV6; f++)
		assert_int_equal(s->system[f].figures.known, 0);
	snapshot_sort(s);
	assert_null(snapshot_find_if(s, 1));
	snapshot_free(s);
	snapshot_free(NULL);
}

static void test_ifs(void **state)
{
	struct snapshot *s = snapshot_new();

	(void)state;
	for (uint32_t i = 1000; i > 0; i--) {
		char name[16];
		struct snapshot_if *row;

		snprintf(name, sizeof(name), "if%u", i * 7 % 1009);
		row = snapshot_add_if(s, i * 7 % 1009, name);
		assert_non_null(row);
		assert_int_equal(row->figures[FAMILY_IPV4].known, 0);
		assert_int_equal(row->continuity.since_ns, 0);
		figures_set(&row->figures[FAMILY_IPV4], M_IN_PACKETS, i * 7 % 1009 + 5);
	}
	snapshot_sort(s);
	assert_int_equal(s->n_ifs, 1000);
	for (size_t i = 1; i < s->n_ifs; i++)
		assert_true(s->ifs[i - 1].ifindex < s->ifs[i].ifindex);
	for (uint32_t i = 1; i <= 1000; i++) {
		struct snapshot_if *row = snapshot_find_if(s, i * 7 % 1009);
		char name[16];

		assert_non_null(row);
		snprintf(name, sizeof(name), "if%u", i * 7 % 1009);
		assert_string_equal(row->name, name);
		assert_int_equal(row->figures[FAMILY_IPV4].value[M_IN_PACKETS], row->ifindex + 5);
	}
	assert_null(snapshot_find_if(s, 1009));
	assert_null(snapshot_find_if(s, UINT32_MAX));
	snapshot_free(s);
}

static void test_same_ifindex(void **state)
{
	struct snapshot *s = snapshot_new();

	(void)state;
	snapshot_add_if(s, 0, "b");
	snapshot_add_if(s, 0, "a");
	snapshot_add_if(s, 0, "c");
	snapshot_sort(s);
	assert_string_equal(s->ifs[0].name, "a");
	assert_string_equal(s->ifs[1].name, "b");
	assert_string_equal(s->ifs[2].name, "c");
	snapshot_free(s);
}

static void test_long_name(void **state)
{
	struct snapshot *s = snapshot_new();

	(void)state;
	assert_string_equal(snapshot_add_if(s, 1, "123456789012345")->name, "123456789012345");
	assert_string_equal(snapshot_add_if(s, 2, "1234567890123456")->name, "123456789012345");
	snapshot_free(s);
}

static void test_aliases(void **state)
{
	char longest[SNAPSHOT_ALIAS_MAX + 9] = "";
	struct snapshot *s = snapshot_new(), *copy;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	for (uint32_t i = 200; i > 0; i--) {
		char alias[32];

		snprintf(alias, sizeof(alias), "customer\n%u", i);
		assert_int_equal(snapshot_set_alias(s, snapshot_add_if(s, i, "eth"), alias), 0);
	}
	assert_string_equal(snapshot_alias(s, snapshot_add_if(s, 300, "none")), "");
	assert_int_equal(snapshot_set_alias(s, snapshot_add_if(s, 301, "long"), longest), 0);
	assert_int_equal(snapshot_set_alias(s, snapshot_add_if(s, 302, "empty"), ""), 0);
	snapshot_sort(s);
	copy = snapshot_copy(s);
	assert_non_null(copy);
	/* Another one, and none, for the first two: the copy keeps what it has. */
	assert_int_equal(snapshot_set_alias(s, &s->ifs[0], "renamed"), 0);
	assert_int_equal(snapshot_set_alias(s, &s->ifs[1], ""), 0);
	assert_string_equal(snapshot_alias(s, &s->ifs[0]), "renamed");
	assert_string_equal(snapshot_alias(s, &s->ifs[1]), "");
	assert_non_null(snapshot_same_if(copy, copy->n_ifs, &s->ifs[0]));
	snapshot_free(s);
	assert_string_equal(snapshot_alias(copy, snapshot_find_if(copy, 1)), "customer\n1");
	assert_string_equal(snapshot_alias(copy, snapshot_find_if(copy, 2)), "customer\n2");
	assert_string_equal(snapshot_alias(copy, snapshot_find_if(copy, 200)), "customer\n200");
	assert_string_equal(snapshot_alias(copy, snapshot_find_if(copy, 300)), "");
	longest[SNAPSHOT_ALIAS_MAX - 1] = '\0';
	assert_string_equal(snapshot_alias(copy, snapshot_find_if(copy, 301)), longest);
	assert_string_equal(snapshot_alias(copy, snapshot_find_if(copy, 302)), "");
	snapshot_free(copy);
}

static void test_paths(void **state)
{
	static const struct {
		enum family family;
		uint32_t in, out;
	} rows[] = {
		{FAMILY_IPV6, 1, 1}, {FAMILY_IPV4, 2, 1}, {FAMILY_IPV4, 1, 300},
		{FAMILY_IPV4, 1, 2}, {FAMILY_IPV6, 0, 9}, {FAMILY_IPV4, 300, 1},
	};
	static const int order[] = {3, 2, 1, 5, 4, 0};
	struct snapshot *s = snapshot_new();

	(void)state;
	for (int i = 0; i < 6; i++) {
		struct snapshot_path *p = snapshot_add_path(s);

		assert_non_null(p);
		assert_int_equal(p->figures.known, 0);
		p->family = rows[i].family;
		p->in_ifindex = rows[i].in;
		p->out_ifindex = rows[i].out;
	}
	snapshot_sort(s);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(s->paths[i].family, rows[order[i]].family);
		assert_int_equal(s->paths[i].in_ifindex, rows[order[i]].in);
		assert_int_equal(s->paths[i].out_ifindex, rows[order[i]].out);
	}
	snapshot_free(s);
}

static void test_trouble(void **state)
{
	struct snapshot *s = snapshot_new();
	char longer[600];

	(void)state;
	snapshot_trouble(s, "/proc/net/%s: %d", "snmp", 5);
	assert_string_equal(s->trouble, "/proc/net/snmp: 5");
	snapshot_trouble(s, "another");
	assert_string_equal(s->trouble, "/proc/net/snmp: 5");
	assert_int_equal(s->troubles, 2);
	snapshot_free(s);

	s = snapshot_new();
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	snapshot_trouble(s, "%s", longer);
	assert_int_equal(strlen(s->trouble), sizeof(s->trouble) - 1);
	snapshot_free(s);
}

static void test_quality(void **state)
{
	struct figures f = {0};

	(void)state;
	assert_int_equal(figures_quality(&f, METRICS_IF), QUALITY_UNAVAILABLE);
	figures_set(&f, M_IN_PACKETS, 0);
	assert_int_equal(figures_quality(&f, METRICS_IF), QUALITY_EXACT);
	figures_derive(&f, M_IN_OCTETS, 1);
	assert_int_equal(figures_quality(&f, METRICS_IF), QUALITY_DERIVED);
	assert_int_equal(figures_quality(&f, 1u << M_IN_PACKETS), QUALITY_EXACT);
	assert_int_equal(figures_quality(&f, 1u << M_TOO_BIG), QUALITY_UNAVAILABLE);
	figures_set(&f, M_IN_OCTETS, 1); /* a plain value takes the mark away */
	assert_int_equal(figures_quality(&f, METRICS_IF), QUALITY_EXACT);
	assert_int_equal(figures_quality(&f, 0), QUALITY_UNAVAILABLE);
}

/* By family, interfaces, stage and reason; the same one is found if the names are. */
static void test_drops(void **state)
{
	static const struct {
		uint32_t in, out;
		enum drop_stage stage;
		const char *reason;
	} rows[] = {
		{2, 3, DROP_OUTPUT, "NEIGH_FAILED"}, {2, 0, DROP_INPUT, "IP_INHDR"},
		{0, 3, DROP_OUTPUT, "NEIGH_FAILED"}, {2, 0, DROP_INPUT, "IP"},
		{2, 0, DROP_LINK, "IP_INHDR"},
	};
	static const int sorted[] = {2, 4, 3, 1, 0};
	struct snapshot *s = snapshot_new(), *copy;
	struct snapshot_drop other;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct snapshot_drop *d = snapshot_add_drop(s);

		d->path.family = FAMILY_IPV4;
		d->path.in_ifindex = rows[i].in;
		d->path.out_ifindex = rows[i].out;
		d->stage = rows[i].stage;
		snprintf(d->reason, sizeof(d->reason), "%s", rows[i].reason);
	}
	snapshot_sort(s);
	copy = snapshot_copy(s);
	assert_non_null(copy);
	assert_int_equal(copy->n_drops, ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_string_equal(s->drops[i].reason, rows[sorted[i]].reason);
		assert_int_equal(s->drops[i].stage, rows[sorted[i]].stage);
		assert_ptr_equal(snapshot_same_drop(copy, &s->drops[i]), &copy->drops[i]);
	}
	other = s->drops[1];
	snprintf(other.path.in_name, sizeof(other.path.in_name), "eth1");
	assert_null(snapshot_same_drop(copy, &other));
	snapshot_free(copy);
	snapshot_free(s);
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(snapshot_family_names[FAMILY_IPV4], "ipv4");
	assert_string_equal(snapshot_family_names[FAMILY_IPV6], "ipv6");
	assert_string_equal(snapshot_quality_names[QUALITY_UNAVAILABLE], "unavailable");
	assert_string_equal(snapshot_quality_names[QUALITY_EXACT], "exact");
	assert_string_equal(snapshot_quality_names[QUALITY_DERIVED], "derived");
	assert_string_equal(snapshot_source_names[SOURCE_KERNEL], "kernel");
	assert_string_equal(snapshot_source_names[SOURCE_EBPF], "ebpf");
	assert_string_equal(snapshot_hooks_names[HOOKS_NETFILTER], "netfilter");
	assert_string_equal(snapshot_hooks_names[HOOKS_FENTRY], "fentry");
}

/* The table is whole: every metric in one group, keys unique, MIB columns unique. */
static void test_metrics(void **state)
{
	uint32_t all = 0;

	(void)state;
	for (int g = 0; g < GROUP_COUNT; g++) {
		uint32_t mask = metrics_of_group((enum metric_group)g);

		assert_true(mask != 0);
		assert_int_equal(all & mask, 0);
		all |= mask;
		for (int m = 0; m < M_COUNT; m++)
			assert_int_equal(mask >> m & 1, metrics[m].group == (enum metric_group)g);
	}
	assert_int_equal(all, (1u << M_COUNT) - 1);
	for (int m = 0; m < M_COUNT; m++) {
		bool of_if = snapshot_if_metrics(FAMILY_IPV6) >> m & 1;

		assert_non_null(metrics[m].label);
		assert_int_equal(metrics[m].if_key != NULL, of_if);
		assert_int_equal(metrics[m].if_column != 0, of_if);
		assert_int_equal(snapshot_if_metrics(FAMILY_IPV4) >> m & 1, m < M_IF_COUNT);
		assert_int_equal(metrics[m].rate_column != 0, m < METRICS_RATES);
		assert_int_equal(metrics[m].delta_column != 0, m < METRICS_RATES);
		for (int n = 0; n < m; n++) {
			assert_string_not_equal(metrics[m].sys_key, metrics[n].sys_key);
			assert_int_not_equal(metrics[m].sys_column, metrics[n].sys_column);
			if (of_if && metrics[n].if_key) {
				assert_string_not_equal(metrics[m].if_key, metrics[n].if_key);
				assert_int_not_equal(metrics[m].if_column, metrics[n].if_column);
			}
			if (m < METRICS_RATES) {
				assert_int_not_equal(metrics[m].rate_column,
						     metrics[n].rate_column);
				assert_int_not_equal(metrics[m].delta_column,
						     metrics[n].delta_column);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),        cmocka_unit_test(test_ifs),
		cmocka_unit_test(test_same_ifindex), cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_paths),        cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_trouble),      cmocka_unit_test(test_quality),
		cmocka_unit_test(test_words),        cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_drops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
