/* SPDX-License-Identifier: MIT */
/* The forms for monitoring systems: escaping, absent figures, no sample twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "output/output.h"
#include "output/plain.h"

static const struct output_options options = {.hostname = "h", .note = ""};

/* The document as a string; free it. */
static char *make(enum output_format format, const struct snapshot *s)
{
	struct output_document d;
	char *text;

	assert_int_equal(output_forms[format].make(&d, s, NULL, &options), 0);
	text = strndup(d.text, d.size);
	assert_non_null(text);
	assert_int_equal(strlen(text), d.size);
	free(d.text);
	return text;
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what))) {
		n++;
		text += strlen(what);
	}
	return n;
}

static struct snapshot *with_if(const char *name)
{
	struct snapshot *s = snapshot_new();
	struct snapshot_if *row;

	assert_non_null(s);
	row = snapshot_add_if(s, 2, name);
	figures_set(&row->figures[FAMILY_IPV4], M_IN_PACKETS, 7);
	row->labels_known = true;
	assert_int_equal(snapshot_set_alias(s, row, name), 0);
	return s;
}

static void test_escaping(void **state)
{
	static const struct {
		const char *name, *label, *json;
	} rows[] = {
		{"eth0", "\"eth0\"", "\"eth0\""},
		{"a\"b", "\"a\\\"b\"", "\"a\\\"b\""},
		{"a\\b", "\"a\\\\b\"", "\"a\\\\b\""},
		{"a\\nb", "\"a\\\\nb\"", "\"a\\\\nb\""}, /* two letters, no line end */
		{"a\nb", "\"a\\\\x0ab\"", "\"a\\u000ab\""},
		{"a\033b", "\"a\\\\x1bb\"", "\"a\\u001bb\""},
		{"a\377b", "\"a\\\\xffb\"", "\"a\\\\xffb\""},
		{"a\\xffb", "\"a\\\\x5cxffb\"", "\"a\\\\x5cxffb\""},
		{"caf\303\251", "\"caf\303\251\"", "\"caf\303\251\""},
		{"{},=", "\"{},=\"", "\"{},=\""},
		{"a\342\200\256b", "\"a\\\\xe2\\\\x80\\\\xaeb\"", "\"a\\u202eb\""},
		{"a\302\233b", "\"a\\\\xc2\\\\x9bb\"", "\"a\\u009bb\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct snapshot *s = with_if(rows[i].name);
		char want[256], *text;

		snprintf(want, sizeof(want),
			 "\nipfw_interface_receive_packets_total{device=%s,family=\"ipv4\"} 7\n",
			 rows[i].label);
		for (int format = OUTPUT_PROMETHEUS; format <= OUTPUT_OPENMETRICS; format++) {
			text = make(format, s);
			assert_int_equal(times(text, want), 1);
			free(text);
		}
		snprintf(want, sizeof(want),
			 "\nipfw_interface_info{device=%s,vrf=\"\",alias=%s} 1\n", rows[i].label,
			 rows[i].label);
		for (int format = OUTPUT_PROMETHEUS; format <= OUTPUT_OPENMETRICS; format++) {
			text = make(format, s);
			assert_int_equal(times(text, want), 1);
			free(text);
		}
		snprintf(want, sizeof(want),
			 "\"interfaces\":{%s:{\"ifindex\":2,\"vrf\":null,\"alias\":%s,"
			 "\"ipv4\":{\"rx_packets\":7,",
			 rows[i].json, rows[i].json);
		text = make(OUTPUT_JSON, s);
		assert_int_equal(times(text, want), 1);
		free(text);
		snapshot_free(s);
	}
}

/* VRF and alias of each interface in the lines that programs read back: any bytes, all of them. */
static void test_plain_labels(void **state)
{
	char longest[SNAPSHOT_ALIAS_MAX] = "", note[8];
	const struct {
		const char *vrf, *alias;
		bool known;
	} rows[] = {
		{"", "", false},          {"", "", true},
		{"blue", "uplink", true}, {"a\"b", "\nipv4 in_packets 7 exact\n", true},
		{"", longest, true},      {"vrf0", " /a\\x0a\\\t\377caf\303\251 ", true},
	};
	struct snapshot *s = snapshot_new(), *back = snapshot_new();
	struct output_document d;

	(void)state;
	memset(longest, '\377', sizeof(longest) - 1);
	s->mono_ns = 1;
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct snapshot_if *row = snapshot_add_if(s, i + 1, "eth");

		row->labels_known = rows[i].known;
		strcpy(row->vrf, rows[i].vrf);
		assert_int_equal(snapshot_set_alias(s, row, rows[i].alias), 0);
	}
	assert_int_equal(output_forms[OUTPUT_READING].make(&d, s, NULL, &options), 0);
	assert_int_equal(plain_read(&d, back, note, sizeof(note)), 0);
	assert_int_equal(back->n_ifs, s->n_ifs);
	for (size_t i = 0; i < s->n_ifs; i++) {
		assert_int_equal(back->ifs[i].labels_known, rows[i].known);
		assert_string_equal(back->ifs[i].vrf, rows[i].vrf);
		assert_string_equal(snapshot_alias(back, &back->ifs[i]), rows[i].alias);
		assert_int_equal(back->ifs[i].figures[FAMILY_IPV4].known, 0);
	}
	free(d.text);
	snapshot_free(back);
	snapshot_free(s);
}

/* The host's name is set by whoever may, DHCP included. */
static void test_hostname(void **state)
{
	static const struct {
		const char *name, *text, *json;
	} rows[] = {
		{"r1.example", "r1.example  ", "\"hostname\":\"r1.example\""},
		{"a\033[2Jb\377", "a\\x1b[2Jb\\xff  ", "\"hostname\":\"a\\u001b[2Jb\\\\xff\""},
		{"a\342\200\256b\n", "a\\xe2\\x80\\xaeb\\x0a  ",
		 "\"hostname\":\"a\\u202eb\\u000a\""},
	};
	struct snapshot *s = with_if("eth0");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct output_options o = {.hostname = rows[i].name, .note = ""};
		struct output_document d;

		assert_int_equal(output_text(&d, s, NULL, &o), 0);
		assert_int_equal(strncmp(d.text, rows[i].text, strlen(rows[i].text)), 0);
		free(d.text);
		assert_int_equal(output_json(&d, s, NULL, &o), 0);
		assert_non_null(memmem(d.text, d.size, rows[i].json, strlen(rows[i].json)));
		free(d.text);
	}
	snapshot_free(s);
}

static struct snapshot_path *add_path(struct snapshot *s, uint32_t in, const char *name,
				      uint64_t packets)
{
	struct snapshot_path *p = snapshot_add_path(s);

	assert_non_null(p);
	p->family = FAMILY_IPV4;
	p->in_ifindex = in;
	p->out_ifindex = 9;
	strcpy(p->in_name, name);
	strcpy(p->out_name, "wan");
	figures_set(&p->figures, M_OUT_FORW_PACKETS, packets);
	return p;
}

/* One name, two interfaces one after the other; and two whose name nobody saw. */
static void test_paths(void **state)
{
	static const char *const want[] = {
		"ipfw_path_packets_total{in=\"ppp0\",in_ifindex=\"3\",out=\"wan\",out_ifindex="
		"\"9\","
		"family=\"ipv4\"} 30\n",
		"ipfw_path_packets_total{in=\"ppp0\",in_ifindex=\"4\",out=\"wan\",out_ifindex="
		"\"9\","
		"family=\"ipv4\"} 40\n",
		"ipfw_path_packets_total{in=\"\",in_ifindex=\"5\",out=\"wan\",out_ifindex=\"9\","
		"family=\"ipv4\"} 50\n",
		"ipfw_path_packets_total{in=\"\",in_ifindex=\"6\",out=\"wan\",out_ifindex=\"9\","
		"family=\"ipv4\"} 60\n",
	};
	struct snapshot *s = snapshot_new();
	char *text;

	(void)state;
	s->paths_known = true;
	add_path(s, 3, "ppp0", 30);
	add_path(s, 4, "ppp0", 40);
	add_path(s, 5, "", 50);
	add_path(s, 6, "", 60);
	text = make(OUTPUT_PROMETHEUS, s);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(times(text, want[i]), 1);
	assert_int_equal(times(text, "ipfw_path_packets_total{"), 4);
	assert_int_equal(times(text, "ipfw_path_bytes"), 0);
	free(text);
	snapshot_free(s);
}

/* A family is announced once, and not at all without a sample. */
static void test_families(void **state)
{
	struct snapshot *s = with_if("eth0");
	char *text;

	(void)state;
	figures_set(&snapshot_add_if(s, 3, "eth1")->figures[FAMILY_IPV6], M_IN_PACKETS, 0);
	figures_set(&s->system[FAMILY_IPV6].figures, M_TOO_BIG, UINT64_MAX);
	text = make(OUTPUT_PROMETHEUS, s);
	assert_int_equal(times(text, "# TYPE ipfw_interface_receive_packets_total counter\n"), 1);
	assert_int_equal(times(text, "# HELP ipfw_interface_receive_packets_total "), 1);
	assert_int_equal(times(text, "\nipfw_interface_receive_packets_total{"), 2);
	assert_int_equal(times(text, "device=\"eth1\",family=\"ipv6\"} 0\n"), 1);
	assert_int_equal(times(text, "ipfw_interface_receive_bytes"), 0);
	assert_int_equal(times(text, "ipfw_forwarding_enabled"), 0);
	assert_int_equal(times(text, "ipfw_missed"), 0);
	assert_int_equal(times(text, "ipfw_counting_since"), 0);
	assert_int_equal(times(text, "\nipfw_not_routed_packets_total{"), 1);
	assert_int_equal(times(text, "{family=\"ipv6\",reason=\"too_big\"} 18446744073709551615\n"),
			 1);
	assert_int_equal(times(text, "# UNIT"), 0);
	assert_string_equal(text + strlen(text) - 7, "\n# EOF\n"); /* a comment there */
	assert_int_equal(times(text, "# TYPE ipfw_build_info gauge\n"), 1);
	free(text);
	text = make(OUTPUT_OPENMETRICS, s);
	assert_int_equal(times(text, "# TYPE ipfw_interface_receive_packets counter\n"), 1);
	assert_int_equal(times(text, "# UNIT ipfw_interface_receive_packets packets\n"), 1);
	assert_int_equal(times(text, "\nipfw_interface_receive_packets_total{"), 2);
	assert_int_equal(times(text, "# TYPE ipfw_build info\n"), 1);
	assert_string_equal(text + strlen(text) - 7, "\n# EOF\n");
	free(text);
	snapshot_free(s);
}

/* The document of those, with rates if they are given; free it. */
static char *make_list(enum output_format format, struct snapshot *const *s, size_t n,
		       const struct rates *rates)
{
	struct output_part parts[3];
	struct output_document d;
	char *text;

	for (size_t i = 0; i < n; i++)
		parts[i] = (struct output_part){s[i], rates, ""};
	assert_int_equal(output_forms[format].list(&d, parts, n, &options), 0);
	text = strndup(d.text, d.size);
	assert_non_null(text);
	free(d.text);
	return text;
}

/* The samples of a family, between the two lines before them and the next family's. */
static void assert_samples(const char *text, const char *family, const char *want)
{
	char begin[128], *found, *samples;
	const char *end;

	snprintf(begin, sizeof(begin), "\n# TYPE %s counter\n", family);
	assert_int_equal(times(text, begin), 1);
	found = strstr(text, begin) + strlen(begin);
	end = strstr(found, "# ");
	assert_non_null(end);
	samples = strndup(found, end - found);
	assert_string_equal(samples, want);
	free(samples);
}

/* Each reading has figures that another lacks, so that a family's first sample is in any of them.
 */
static void test_namespaces(void **state)
{
	struct snapshot *s[] = {with_if("eth0"), with_if("eth0"), with_if("wan")};
	char *text;

	(void)state;
	strcpy(s[0]->netns, "blue");
	strcpy(s[1]->netns, "a \"b\"\n\377\303\251");
	figures_set(&s[0]->system[FAMILY_IPV6].figures, M_TOO_BIG, 1);
	figures_set(&s[1]->system[FAMILY_IPV4].figures, M_IN_PACKETS, 2);
	figures_set(&s[2]->system[FAMILY_IPV4].figures, M_IN_PACKETS, 3);
	figures_set(&s[2]->ifs[0].figures[FAMILY_IPV6], M_TOO_BIG, 4);
	text = make_list(OUTPUT_PROMETHEUS, s, 3, NULL);
	assert_samples(text, "ipfw_interface_receive_packets_total",
		       "ipfw_interface_receive_packets_total{netns=\"blue\",device=\"eth0\","
		       "family=\"ipv4\"} 7\n"
		       "ipfw_interface_receive_packets_total{netns=\"a \\\"b\\\"\\\\x0a\\\\xff"
		       "\303\251\",device=\"eth0\",family=\"ipv4\"} 7\n"
		       "ipfw_interface_receive_packets_total{device=\"wan\",family=\"ipv4\"} 7\n");
	assert_samples(text, "ipfw_receive_packets_total",
		       "ipfw_receive_packets_total{netns=\"a \\\"b\\\"\\\\x0a\\\\xff\303\251\","
		       "family=\"ipv4\"} 2\n"
		       "ipfw_receive_packets_total{family=\"ipv4\"} 3\n");
	assert_samples(text, "ipfw_not_routed_packets_total",
		       "ipfw_not_routed_packets_total{netns=\"blue\",family=\"ipv6\","
		       "reason=\"too_big\"} 1\n");
	assert_int_equal(times(text, "\nipfw_troubles{netns=\"blue\"} 0\n"), 1);
	assert_int_equal(times(text, "\nipfw_troubles 0\n"), 1);
	assert_int_equal(times(text, "# EOF\n"), 1);
	assert_string_equal(text + strlen(text) - 7, "\n# EOF\n");
	free(text);
	text = make_list(OUTPUT_OPENMETRICS, s, 2, NULL);
	assert_int_equal(times(text, "# TYPE ipfw_interface_receive_packets counter\n"), 1);
	assert_string_equal(text + strlen(text) - 7, "\n# EOF\n");
	free(text);
	text = make_list(OUTPUT_TEXT, s, 2, NULL);
	assert_int_equal(strncmp(text, "network namespace blue\nh ", 25), 0);
	assert_int_equal(times(text, "\n\nnetwork namespace a \"b\"\\x0a\\xff\303\251\nh "), 1);
	free(text);
	for (size_t i = 0; i < 3; i++)
		snapshot_free(s[i]);
}

/* An array, also of one or none; with rates a line each. A single reading has no such member. */
static void test_namespaces_json(void **state)
{
	struct snapshot *s[] = {with_if("eth0"), with_if("eth0")};
	struct rates *rates;
	char *text;

	(void)state;
	s[1]->mono_ns = 1;
	rates = rate_compute(s[0], s[1]);
	assert_non_null(rates);
	text = make(OUTPUT_JSON, s[0]);
	assert_int_equal(times(text, "netns"), 0);
	free(text);
	strcpy(s[0]->netns, "blue");
	strcpy(s[1]->netns, "a \"b\"\n\377");
	text = make_list(OUTPUT_JSON, s, 2, NULL);
	assert_int_equal(strncmp(text, "[{\"timestamp\":", 14), 0);
	assert_int_equal(times(text, "\"hostname\":\"h\",\"netns\":\"blue\",\"source\":"), 1);
	assert_int_equal(
		times(text, "},{\"timestamp\":\"1970-01-01T00:00:00.000000Z\",\"schema\":"), 1);
	assert_int_equal(times(text, "\"netns\":\"a \\\"b\\\"\\u000a\\\\xff\","), 1);
	assert_string_equal(text + strlen(text) - 3, "}]\n");
	assert_int_equal(times(text, "\n"), 1);
	free(text);
	text = make_list(OUTPUT_JSON, s, 1, NULL);
	assert_int_equal(strncmp(text, "[{", 2), 0);
	free(text);
	text = make_list(OUTPUT_JSON, s, 0, NULL);
	assert_string_equal(text, "[]\n");
	free(text);
	text = make_list(OUTPUT_JSON, s, 2, rates);
	assert_int_equal(times(text, "\n"), 2);
	assert_int_equal(times(text, "}\n{\"timestamp\":"), 1);
	assert_int_equal(times(text, "\"netns\":\"blue\",\"interval_seconds\":"), 1);
	free(text);
	rates_free(rates);
	snapshot_free(s[0]);
	snapshot_free(s[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escaping),     cmocka_unit_test(test_hostname),
		cmocka_unit_test(test_paths),        cmocka_unit_test(test_families),
		cmocka_unit_test(test_namespaces),   cmocka_unit_test(test_namespaces_json),
		cmocka_unit_test(test_plain_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
