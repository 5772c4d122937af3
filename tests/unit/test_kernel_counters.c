/* SPDX-License-Identifier: MIT */
/* kernel_counters: which kernel counter means what, epoch by epoch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sources/kernel_counters.h"

#define EPOCH(a, b) ((struct kernel_epoch){(a), (b)})

static const struct kernel_epoch unknown_epoch;

/* Every column known, with values that tell each other apart. */
static struct kernel_counters old_kernel(void)
{
	struct kernel_counters k = {0};

	kernel_set(&k, K_IN_RECEIVES, 1000);
	kernel_set(&k, K_IN_OCTETS, 500000);
	kernel_set(&k, K_OUT_OCTETS, 700000);
	kernel_set(&k, K_IN_NO_ECT, 1100);
	kernel_set(&k, K_IN_ECT1, 20);
	kernel_set(&k, K_IN_ECT0, 3);
	kernel_set(&k, K_IN_CE, 400);
	kernel_set(&k, K_FORW_DATAGRAMS, 600);
	kernel_set(&k, K_OUT_REQUESTS, 900);
	kernel_set(&k, K_NO_ROUTES, 11);
	kernel_set(&k, K_HDR_ERRORS, 12);
	kernel_set(&k, K_DISCARDS, 13);
	kernel_set(&k, K_TOO_BIG, 14);
	kernel_set(&k, K_RP_FILTER, 15);
	kernel_set(&k, K_ADDR_ERRORS, 16);
	kernel_set(&k, K_OUT_DISCARDS, 17);
	kernel_set(&k, K_OUT_NO_ROUTES, 18);
	kernel_set(&k, K_REASM_FAILS, 19);
	kernel_set(&k, K_FORWARDING, 1);
	return k;
}

static struct kernel_counters new_kernel(void)
{
	struct kernel_counters k = old_kernel();

	kernel_set(&k, K_OUT_TRANSMITS, 1450);
	return k;
}

static struct figures figures_of(const struct kernel_counters *k, enum family family,
				 struct kernel_epoch epoch, bool per_if)
{
	struct figures f = {0};

	kernel_figures(k, family, epoch, per_if, &f);
	return f;
}

static void is_absent(const struct figures *f, enum metric_id m)
{
	if (figures_known(f, m))
		fail_msg("metric %d is %llu and should be absent", m,
			 (unsigned long long)f->value[m]);
}

static void is_exact(const struct figures *f, enum metric_id m, uint64_t value)
{
	assert_true(figures_known(f, m));
	assert_false(f->derived >> m & 1);
	assert_int_equal(f->value[m], value);
}

static void is_derived(const struct figures *f, enum metric_id m, uint64_t value)
{
	assert_true(figures_known(f, m));
	assert_true(f->derived >> m & 1);
	assert_int_equal(f->value[m], value);
}

static void test_epoch_parse(void **state)
{
	static const struct {
		const char *release;
		unsigned major, minor;
	} cases[] = {
		{"6.1.0-13-amd64", 6, 1},
		{"4.19.0", 4, 19},
		{"5.10", 5, 10},
		{"6.18.9-200.fc43.x86_64\n", 6, 18},
		{"6.18-rc3", 6, 18},
		{"10.0.1", 10, 0},
		{"", 0, 0},
		{"6", 0, 0},
		{"6.", 0, 0},
		{".1", 0, 0},
		{"linux", 0, 0},
		{"-6.1", 0, 0},
		{"6.-1", 0, 0},
		{"v6.1", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kernel_epoch e = kernel_epoch_parse(cases[i].release);

		if (e.major != cases[i].major || e.minor != cases[i].minor)
			fail_msg("\"%s\" gave %u.%u", cases[i].release, e.major, e.minor);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(kernel_names[K_FORW_DATAGRAMS].ip4_group, "Ip");
	assert_string_equal(kernel_names[K_FORW_DATAGRAMS].ip4, "ForwDatagrams");
	assert_string_equal(kernel_names[K_FORW_DATAGRAMS].ip6, "Ip6OutForwDatagrams");
	assert_string_equal(kernel_names[K_FORW_DATAGRAMS].btf, "IPSTATS_MIB_OUTFORWDATAGRAMS");
	assert_string_equal(kernel_names[K_NO_ROUTES].ip4_group, "IpExt");
	assert_string_equal(kernel_names[K_NO_ROUTES].ip4, "InNoRoutes");
	assert_string_equal(kernel_names[K_NO_ROUTES].ip6, "Ip6InNoRoutes");
	assert_string_equal(kernel_names[K_TOO_BIG].ip4_group, "Ip");
	assert_string_equal(kernel_names[K_TOO_BIG].ip4, "FragFails");
	assert_string_equal(kernel_names[K_TOO_BIG].ip6, "Ip6InTooBigErrors");
	assert_string_equal(kernel_names[K_RP_FILTER].ip4_group, "TcpExt");
	assert_string_equal(kernel_names[K_RP_FILTER].ip4, "IPReversePathFilter");
	assert_string_equal(kernel_names[K_ADDR_ERRORS].ip4, "InAddrErrors");
	assert_string_equal(kernel_names[K_ADDR_ERRORS].ip6, "Ip6InAddrErrors");
	assert_string_equal(kernel_names[K_OUT_DISCARDS].ip6, "Ip6OutDiscards");
	assert_string_equal(kernel_names[K_OUT_NO_ROUTES].ip6, "Ip6OutNoRoutes");
	assert_string_equal(kernel_names[K_REASM_FAILS].ip6, "Ip6ReasmFails");
	assert_string_equal(kernel_names[K_OUT_TRANSMITS].ip4, "OutTransmits");
	assert_string_equal(kernel_names[K_OUT_TRANSMITS].ip6, "Ip6OutTransmits");
	assert_string_equal(kernel_names[K_IN_CE].ip4, "InCEPkts");
	assert_null(kernel_names[K_FORWARDING].ip6);
	for (int c = 0; c < K_COUNT; c++)
		assert_int_equal(kernel_names[c].ip4 != NULL, kernel_names[c].ip4_group != NULL);
}

static void test_forwarded_old(void **state)
{
	static const enum family families[] = {FAMILY_IPV4, FAMILY_IPV6};
	struct kernel_counters k = old_kernel();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct figures f = figures_of(&k, families[i], EPOCH(6, 1), false);

		is_exact(&f, M_OUT_FORW_PACKETS, 600);
		is_absent(&f, M_IN_FORW_PACKETS);
		is_absent(&f, M_IN_FORW_OCTETS);
		is_absent(&f, M_OUT_FORW_OCTETS);
	}
	struct figures f = figures_of(&k, FAMILY_IPV6, EPOCH(6, 1), true);

	is_exact(&f, M_OUT_FORW_PACKETS, 600);
	is_absent(&f, M_IN_FORW_PACKETS);
}

static void test_forwarded_new(void **state)
{
	static const enum family families[] = {FAMILY_IPV4, FAMILY_IPV6};
	struct kernel_counters k = new_kernel();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct figures f = figures_of(&k, families[i], EPOCH(6, 18), false);

		is_derived(&f, M_IN_FORW_PACKETS, 600);
		is_derived(&f, M_OUT_FORW_PACKETS, 1450 - 900);
		is_absent(&f, M_IN_FORW_OCTETS);
		is_absent(&f, M_OUT_FORW_OCTETS);
	}
	/* the kernel books ForwDatagrams on the output device: nothing is known of the input */
	struct figures f = figures_of(&k, FAMILY_IPV6, EPOCH(6, 18), true);

	is_absent(&f, M_IN_FORW_PACKETS);
	is_derived(&f, M_OUT_FORW_PACKETS, 550);

	kernel_set(&k, K_OUT_REQUESTS, 1450);
	f = figures_of(&k, FAMILY_IPV4, EPOCH(6, 18), false);
	is_derived(&f, M_OUT_FORW_PACKETS, 0);
	kernel_set(&k, K_OUT_REQUESTS, 1451);
	f = figures_of(&k, FAMILY_IPV4, EPOCH(6, 18), false);
	is_absent(&f, M_OUT_FORW_PACKETS);
}

/* The column decides, not the release: vendors backport. */
static void test_epoch_by_column(void **state)
{
	struct kernel_counters old = old_kernel(), new = new_kernel();
	struct figures f = figures_of(&new, FAMILY_IPV4, EPOCH(5, 14), false);

	(void)state;
	is_derived(&f, M_IN_FORW_PACKETS, 600);
	is_derived(&f, M_OUT_FORW_PACKETS, 550);
	is_derived(&f, M_OUT_OCTETS, 700000);
	f = figures_of(&new, FAMILY_IPV6, unknown_epoch, false);
	is_derived(&f, M_OUT_FORW_PACKETS, 550);
	f = figures_of(&old, FAMILY_IPV4, unknown_epoch, false);
	is_exact(&f, M_OUT_FORW_PACKETS, 600);
}

static void test_in(void **state)
{
	static const enum kernel_column ect[] = {K_IN_NO_ECT, K_IN_ECT1, K_IN_ECT0, K_IN_CE};
	struct kernel_counters k = old_kernel();
	struct figures f = figures_of(&k, FAMILY_IPV4, EPOCH(6, 1), false);

	(void)state;
	is_exact(&f, M_IN_PACKETS, 1523);
	is_derived(&f, M_IN_OCTETS, 500000);
	f = figures_of(&k, FAMILY_IPV6, EPOCH(6, 1), true);
	is_exact(&f, M_IN_PACKETS, 1523);
	is_derived(&f, M_IN_OCTETS, 500000);
	for (int i = 0; i < 4; i++) {
		struct kernel_counters one_less = k;

		one_less.known &= ~(1u << ect[i]);
		f = figures_of(&one_less, FAMILY_IPV4, EPOCH(6, 1), false);
		is_absent(&f, M_IN_PACKETS);
		is_derived(&f, M_IN_OCTETS, 500000);
	}
	k.known &= ~(1u << K_IN_OCTETS);
	f = figures_of(&k, FAMILY_IPV4, EPOCH(6, 1), false);
	is_absent(&f, M_IN_OCTETS);
	is_exact(&f, M_IN_PACKETS, 1523);
}

static void test_out_packets(void **state)
{
	struct kernel_counters old = old_kernel(), new = new_kernel();
	struct figures f = figures_of(&old, FAMILY_IPV4, EPOCH(6, 1), false);

	(void)state;
	is_derived(&f, M_OUT_PACKETS, 900);
	f = figures_of(&old, FAMILY_IPV6, EPOCH(6, 1), false);
	is_derived(&f, M_OUT_PACKETS, 1500);
	f = figures_of(&old, FAMILY_IPV6, EPOCH(6, 1), true);
	is_derived(&f, M_OUT_PACKETS, 1500);
	f = figures_of(&new, FAMILY_IPV4, EPOCH(6, 18), false);
	is_derived(&f, M_OUT_PACKETS, 1450);
	f = figures_of(&new, FAMILY_IPV6, EPOCH(6, 18), true);
	is_derived(&f, M_OUT_PACKETS, 1450);
	old.known &= ~(1u << K_FORW_DATAGRAMS);
	f = figures_of(&old, FAMILY_IPV6, EPOCH(6, 1), false);
	is_absent(&f, M_OUT_PACKETS);
	is_absent(&f, M_OUT_FORW_PACKETS);
}

static void test_out_octets(void **state)
{
	static const struct {
		bool new, forwarded;
		enum family family;
		unsigned major, minor;
		bool known;
	} cases[] = {
		{true, true, FAMILY_IPV4, 6, 18, true},
		{true, true, FAMILY_IPV6, 6, 18, true},
		{true, true, FAMILY_IPV4, 0, 0, true},
		{true, true, FAMILY_IPV6, 0, 0, true},
		{false, false, FAMILY_IPV4, 5, 10, true},
		{false, false, FAMILY_IPV6, 6, 6, true},
		{false, false, FAMILY_IPV4, 0, 0, true},
		{false, false, FAMILY_IPV6, 0, 0, true},
		/* IPv4 counted forwarded octets twice before 6.6 */
		{false, true, FAMILY_IPV4, 4, 19, false},
		{false, true, FAMILY_IPV4, 6, 5, false},
		{false, true, FAMILY_IPV4, 6, 6, true},
		{false, true, FAMILY_IPV4, 0, 0, false},
		/* early 6.6.y forgot them for IPv6 */
		{false, true, FAMILY_IPV6, 4, 19, true},
		{false, true, FAMILY_IPV6, 6, 5, true},
		{false, true, FAMILY_IPV6, 6, 6, false},
		{false, true, FAMILY_IPV6, 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kernel_counters k = cases[i].new ? new_kernel() : old_kernel();
		struct figures f;

		if (!cases[i].forwarded)
			kernel_set(&k, K_FORW_DATAGRAMS, 0);
		f = figures_of(&k, cases[i].family, EPOCH(cases[i].major, cases[i].minor), false);
		if (figures_known(&f, M_OUT_OCTETS) != cases[i].known)
			fail_msg("row %zu: octets sent should %sbe known", i,
				 cases[i].known ? "" : "not ");
		if (cases[i].known)
			is_derived(&f, M_OUT_OCTETS, 700000);
	}
	struct kernel_counters k = old_kernel();
	struct figures f = figures_of(&k, FAMILY_IPV6, EPOCH(6, 6), true);

	is_absent(&f, M_OUT_OCTETS);
	kernel_set(&k, K_FORW_DATAGRAMS, 0);
	f = figures_of(&k, FAMILY_IPV6, EPOCH(6, 6), true);
	is_derived(&f, M_OUT_OCTETS, 700000);
}

static void test_not_routed(void **state)
{
	static const enum family families[] = {FAMILY_IPV4, FAMILY_IPV6};
	struct kernel_counters k = old_kernel();
	struct figures f;

	(void)state;
	for (int i = 0; i < 2; i++) {
		f = figures_of(&k, families[i], EPOCH(6, 1), false);
		is_exact(&f, M_NO_ROUTES, 11);
		is_exact(&f, M_HDR_ERRORS, 12);
		is_exact(&f, M_FORW_DISCARDS, 13);
		is_exact(&f, M_TOO_BIG, 14);
		is_exact(&f, M_RP_FILTER, 15);
		is_exact(&f, M_ADDR_ERRORS, 16);
		is_exact(&f, M_OUT_DISCARDS, 17);
		is_exact(&f, M_OUT_NO_ROUTES, 18);
		is_exact(&f, M_REASM_FAILS, 19);
	}
	f = figures_of(&k, FAMILY_IPV6, EPOCH(6, 1), true);
	is_exact(&f, M_NO_ROUTES, 11);
	is_exact(&f, M_REASM_FAILS, 19);
}

/*
 * A kernel with all columns says all reasons that it has for the family, and each column has its
 * own.
 */
static void test_every_reason_has_a_rule(void **state)
{
	uint32_t reasons = metrics_of_group(GROUP_NOT_ROUTED);
	struct figures f = {0}, f6;
	struct kernel_counters k = {0}, k6 = {0};

	(void)state;
	for (int column = 0; column < K_COUNT; column++) {
		kernel_set(&k, column, 1000 + column);
		if (kernel_names[column].ip6)
			kernel_set(&k6, column, 1000 + column);
	}
	f = figures_of(&k, FAMILY_IPV4, EPOCH(6, 12), false);
	assert_int_equal(f.known & reasons, reasons);
	f6 = figures_of(&k6, FAMILY_IPV6, EPOCH(6, 12), false);
	assert_int_equal(f6.known & reasons, reasons & ~METRICS_IPV4_ONLY);
	f6 = figures_of(&k6, FAMILY_IPV6, EPOCH(6, 12), true);
	assert_int_equal(f6.known & reasons, METRICS_IF_IPV6);
	for (int a = M_IF_COUNT; a < M_COUNT; a++)
		for (int b = a + 1; b < M_COUNT; b++)
			assert_true(f.value[a] != f.value[b]);
}

/* What else RFC 4293's tables show: each has its own column, and only where it means just this. */
static void test_ip_counts(void **state)
{
	const uint32_t only_ipv4 = 1u << C_IN_BCAST_PACKETS | 1u << C_OUT_BCAST_PACKETS;
	const uint32_t of_kernel = ((1u << C_COUNT) - 1) & ~(1u << C_IN_EXTRA);
	struct kernel_counters k = {0}, k6 = {0}, old;
	struct ip_counts c = {0}, c6 = {0};

	(void)state;
	for (int column = 0; column < K_COUNT; column++) {
		if (kernel_names[column].ip4)
			kernel_set(&k, column, 1000 + column);
		if (kernel_names[column].ip6)
			kernel_set(&k6, column, 2000 + column);
	}
	kernel_ip_counts(&k, FAMILY_IPV4, &c);
	kernel_ip_counts(&k6, FAMILY_IPV6, &c6);
	assert_int_equal(c.known, of_kernel);
	assert_int_equal(c6.known, of_kernel & ~only_ipv4);
	for (int a = 0; a < C_COUNT; a++)
		for (int b = a + 1; b < C_COUNT; b++)
			assert_true(c.value[a] != c.value[b] || !c.value[a]);
	assert_true(c.value[C_FRAG_FAILS] == 1000 + K_TOO_BIG);
	assert_true(c6.value[C_FRAG_FAILS] == 2000 + K_FRAG_FAILS);
	assert_true(c6.value[C_IN_RECEIVES] == 2000 + K_IN_RECEIVES);

	/* Up to 6.6 OutRequests of IPv4 holds forwarded packets. */
	old = old_kernel();
	c = c6 = (struct ip_counts){.known = 0};
	kernel_ip_counts(&old, FAMILY_IPV4, &c);
	kernel_ip_counts(&old, FAMILY_IPV6, &c6);
	assert_false(ip_counts_known(&c, C_OUT_REQUESTS));
	assert_true(ip_counts_known(&c6, C_OUT_REQUESTS));
}

/* No column, no figure; a figure that is there already stays. */
static void test_nothing_known(void **state)
{
	struct kernel_counters k = {0};
	struct figures f = figures_of(&k, FAMILY_IPV4, EPOCH(6, 1), false);

	(void)state;
	assert_int_equal(f.known, 0);
	figures_set(&f, M_OUT_FORW_OCTETS, 77);
	kernel_figures(&k, FAMILY_IPV4, EPOCH(6, 18), false, &f);
	is_exact(&f, M_OUT_FORW_OCTETS, 77);
}

static const struct kernel_device device = {
	.rx_packets = 5000,
	.rx_octets = 3000000,
	.tx_packets = 4000,
	.tx_octets = 2500000,
	.rx_header = 14,
	.tx_header = 14,
};

static void test_derive_ipv4(void **state)
{
	struct kernel_counters ip6 = new_kernel();
	struct figures f6 = figures_of(&ip6, FAMILY_IPV6, EPOCH(6, 18), true), f = {0};

	(void)state;
	kernel_derive_ipv4(&device, true, &ip6, &f6, &f);
	is_derived(&f, M_IN_PACKETS, 5000 - 1000); /* InReceives, in the device's unit */
	is_derived(&f, M_OUT_PACKETS, 4000 - 1450);
	is_derived(&f, M_IN_OCTETS, 3000000 - 14 * 5000 - 500000);
	is_derived(&f, M_OUT_OCTETS, 2500000 - 14 * 4000 - 700000);
	is_absent(&f, M_IN_FORW_PACKETS);
	is_absent(&f, M_OUT_FORW_PACKETS);
	is_absent(&f, M_IN_FORW_OCTETS);
	is_absent(&f, M_OUT_FORW_OCTETS);
}

/* The rest of a file that was cut may have had OutTransmits, beside which others mean something
 * else. */
static void test_cut_off(void **state)
{
	struct kernel_counters cut = old_kernel(), whole = new_kernel();
	struct figures f;

	(void)state;
	kernel_forget_unclear(&cut);
	f = figures_of(&cut, FAMILY_IPV6, EPOCH(6, 18), false);
	is_absent(&f, M_OUT_PACKETS);
	is_absent(&f, M_OUT_OCTETS);
	is_absent(&f, M_IN_FORW_PACKETS);
	is_absent(&f, M_OUT_FORW_PACKETS);
	is_exact(&f, M_IN_PACKETS, 1523);
	is_derived(&f, M_IN_OCTETS, 500000);
	is_exact(&f, M_NO_ROUTES, 11);

	kernel_forget_unclear(&whole);
	assert_int_equal(whole.known, new_kernel().known);
}

static void test_derive_without_ipv6(void **state)
{
	struct kernel_counters ip6 = {0};
	struct figures f6 = {0}, f = {0};

	(void)state;
	kernel_derive_ipv4(&device, false, &ip6, &f6, &f);
	is_derived(&f, M_IN_PACKETS, 5000);
	is_derived(&f, M_OUT_PACKETS, 4000);
	is_derived(&f, M_IN_OCTETS, 3000000 - 14 * 5000);
	is_derived(&f, M_OUT_OCTETS, 2500000 - 14 * 4000);

	/* IPv6 is there, but its counters are not known */
	memset(&f, 0, sizeof(f));
	kernel_derive_ipv4(&device, true, &ip6, &f6, &f);
	assert_int_equal(f.known, 0);
}

static void test_derive_headers(void **state)
{
	struct kernel_device dev = device;
	struct kernel_counters ip6 = {0};
	struct figures f6 = {0}, f = {0};

	(void)state;
	dev.rx_header = -1;
	dev.tx_header = 0;
	kernel_derive_ipv4(&dev, false, &ip6, &f6, &f);
	is_derived(&f, M_IN_PACKETS, 5000);
	is_absent(&f, M_IN_OCTETS);
	is_derived(&f, M_OUT_OCTETS, 2500000);
}

static void test_derive_negative(void **state)
{
	struct kernel_counters ip6 = new_kernel();
	struct figures f6 = figures_of(&ip6, FAMILY_IPV6, EPOCH(6, 18), true), f = {0};
	struct kernel_device dev = device;

	(void)state;
	dev.rx_packets = 999;
	dev.tx_packets = 1449;
	dev.rx_octets = 14 * 999 + 499999;
	dev.tx_octets = 14 * 1449 + 699999;
	kernel_derive_ipv4(&dev, true, &ip6, &f6, &f);
	assert_int_equal(f.known, 0);

	dev.rx_packets++;
	dev.tx_packets++;
	dev.rx_octets += 15;
	dev.tx_octets += 15;
	kernel_derive_ipv4(&dev, true, &ip6, &f6, &f);
	is_derived(&f, M_IN_PACKETS, 0);
	is_derived(&f, M_OUT_PACKETS, 0);
	is_derived(&f, M_IN_OCTETS, 0);
	is_derived(&f, M_OUT_OCTETS, 0);

	/* headers alone are more than the octets: nothing may wrap around */
	memset(&f, 0, sizeof(f));
	dev.rx_packets = UINT64_MAX / 2;
	dev.rx_octets = 10;
	kernel_derive_ipv4(&dev, false, &ip6, &f6, &f);
	is_absent(&f, M_IN_OCTETS);
}

static void test_derive_ipv6_octets_absent(void **state)
{
	struct kernel_counters ip6 = old_kernel();
	struct figures f6 = figures_of(&ip6, FAMILY_IPV6, EPOCH(6, 6), true), f = {0};

	(void)state;
	kernel_derive_ipv4(&device, true, &ip6, &f6, &f);
	is_absent(&f, M_OUT_OCTETS);
	is_derived(&f, M_OUT_PACKETS, 4000 - 1500);
	is_derived(&f, M_IN_OCTETS, 3000000 - 14 * 5000 - 500000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_epoch_parse),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_forwarded_old),
		cmocka_unit_test(test_forwarded_new),
		cmocka_unit_test(test_epoch_by_column),
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_out_packets),
		cmocka_unit_test(test_out_octets),
		cmocka_unit_test(test_not_routed),
		cmocka_unit_test(test_every_reason_has_a_rule),
		cmocka_unit_test(test_ip_counts),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_derive_ipv4),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_derive_without_ipv6),
		cmocka_unit_test(test_derive_headers),
		cmocka_unit_test(test_derive_negative),
		cmocka_unit_test(test_derive_ipv6_octets_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
