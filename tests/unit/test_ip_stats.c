/* SPDX-License-Identifier: MIT */
/* ip_stats: which figure is which object of RFC 4293, and when there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "full_view.h"
#include "model/ip_stats.h"

#define BASE UINT64_C(1000) /* of the newest reading of full_view.h */

struct fixture {
	struct mib_view *view;
	struct snapshot *s;
	struct ip_row rows[4]; /* the system's and eth0's, IPv4 and IPv6 each */
};

enum { SYSTEM4, SYSTEM6, ETH4, ETH6 };

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->view = full_view();
	f->s = f->view->snapshot;
	f->rows[SYSTEM4] = (struct ip_row){f->s, FAMILY_IPV4, NULL};
	f->rows[SYSTEM6] = (struct ip_row){f->s, FAMILY_IPV6, NULL};
	f->rows[ETH4] = (struct ip_row){f->s, FAMILY_IPV4, &f->s->ifs[0]};
	f->rows[ETH6] = (struct ip_row){f->s, FAMILY_IPV6, &f->s->ifs[0]};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	mib_view_free(f->view);
	free(f);
	return 0;
}

static void is(const struct fixture *f, int row, enum ip_object object, uint64_t wanted)
{
	uint64_t value;

	assert_true(ip_stats_get(&f->rows[row], object, &value));
	assert_int_equal(value, wanted);
}

static void is_absent(const struct fixture *f, int row, enum ip_object object)
{
	uint64_t value;

	assert_false(ip_stats_get(&f->rows[row], object, &value));
}

/* A row of drops that came in by eth0, or by another interface. */
static void drop(struct snapshot *s, enum family family, uint32_t in, enum drop_stage stage,
		 const char *reason, uint64_t packets)
{
	struct snapshot_drop *d = snapshot_add_drop(s);

	assert_non_null(d);
	d->path.family = family;
	d->path.in_ifindex = in;
	d->stage = stage;
	snprintf(d->reason, sizeof(d->reason), "%s", reason);
	figures_set(&d->path.figures, M_DROPPED_PACKETS, packets);
	figures_set(&d->path.figures, M_DROPPED_OCTETS, packets * 100);
}

/* Of an interface's IPv4 the errors are what was dropped for them. */
static void test_drops(void **state)
{
	struct fixture *f = *state;
	static const enum family families[] = {FAMILY_IPV4, FAMILY_IPV6};

	for (size_t i = 0; i < 2; i++) {
		drop(f->s, families[i], 2, DROP_LINK, "IP_CSUM", 1);
		drop(f->s, families[i], 2, DROP_LINK, "IP_INHDR", 20);
		drop(f->s, families[i], 2, DROP_LINK, "PKT_TOO_SMALL", 300);
		drop(f->s, families[i], 2, DROP_LINK, "TC_INGRESS", 4000);
		drop(f->s, families[i], 2, DROP_INPUT, "IP_INHDR", 50000);
		drop(f->s, families[i], 2, DROP_INPUT, "IP_INNOROUTES", 600000);
		drop(f->s, families[i], 2, DROP_INPUT, "NETFILTER_DROP", 7000000);
		drop(f->s, families[i], 1, DROP_INPUT, "IP_INHDR", 80000000);
		drop(f->s, families[i], 3, DROP_LINK, "IP_CSUM", 80000000);
	}
	snapshot_sort(f->s);
	is(f, ETH4, IP_IN_RECEIVES, BASE + M_IN_PACKETS + 321);
	is(f, ETH4, IP_IN_OCTETS, BASE + M_IN_OCTETS + 32100);
	is(f, ETH4, IP_IN_HDR_ERRORS, 50021);
	is(f, ETH4, IP_IN_TRUNCATED_PKTS, 300);
	is(f, ETH4, IP_IN_NO_ROUTES, 600000);
	is(f, ETH4, IP_IN_FORW_DATAGRAMS, BASE + M_IN_FORW_PACKETS + 600000);
	/* Of IPv6 the kernel counts them itself, all but those that IP had not received. */
	is(f, ETH6, IP_IN_RECEIVES, BASE + M_IN_PACKETS + 321);
	is(f, ETH6, IP_IN_HDR_ERRORS, BASE + M_HDR_ERRORS);
	is(f, ETH6, IP_IN_FORW_DATAGRAMS, BASE + M_IN_FORW_PACKETS + BASE + M_NO_ROUTES);

	f->s->missed_drop_packets = 1;
	for (int row = ETH4; row <= ETH6; row++) {
		is_absent(f, row, IP_IN_RECEIVES);
		is_absent(f, row, IP_IN_OCTETS);
	}
	is_absent(f, ETH4, IP_IN_HDR_ERRORS);
	is_absent(f, ETH4, IP_IN_FORW_DATAGRAMS);
	is(f, ETH4, IP_OUT_TRANSMITS, BASE + M_OUT_PACKETS);
	is(f, ETH6, IP_IN_HDR_ERRORS, BASE + M_HDR_ERRORS);
	f->s->missed_drop_packets = 0;
	f->s->drops_known = false;
	is_absent(f, ETH4, IP_IN_RECEIVES);
	is_absent(f, ETH4, IP_IN_NO_ROUTES);
}

/* Merged packets are counted as they were on the wire, unless that is not known. */
static void test_system(void **state)
{
	struct fixture *f = *state;

	is(f, SYSTEM4, IP_IN_RECEIVES, BASE + C_IN_RECEIVES + BASE + C_IN_EXTRA);
	is(f, SYSTEM4, IP_IN_OCTETS, BASE + M_IN_OCTETS);
	is(f, SYSTEM4, IP_IN_FORW_DATAGRAMS, BASE + M_IN_FORW_PACKETS + BASE + M_NO_ROUTES);
	is(f, SYSTEM4, IP_OUT_FRAG_REQDS, BASE + C_FRAG_OKS + BASE + C_FRAG_FAILS);
	is(f, SYSTEM4, IP_OUT_FORW_DATAGRAMS, BASE + M_OUT_FORW_PACKETS);
	is(f, SYSTEM4, IP_IN_ADDR_ERRORS, BASE + M_ADDR_ERRORS);
	is_absent(f, SYSTEM6, IP_IN_ADDR_ERRORS);
	f->s->system[FAMILY_IPV4].ip_counts.known &= ~(1u << C_IN_EXTRA);
	is_absent(f, SYSTEM4, IP_IN_RECEIVES);
	f->s->source = SOURCE_KERNEL;
	is(f, SYSTEM4, IP_IN_RECEIVES, BASE + C_IN_RECEIVES);
	f->s->system[FAMILY_IPV4].ip_counts.known &= ~(1u << C_FRAG_FAILS);
	is_absent(f, SYSTEM4, IP_OUT_FRAG_REQDS);
	f->s->system[FAMILY_IPV4].figures.known &= ~(1u << M_NO_ROUTES);
	is_absent(f, SYSTEM4, IP_IN_FORW_DATAGRAMS);
}

/* What is left of a device's counters after IPv6 is not IPv4; and the kernel counts no IPv4 there.
 */
static void test_kernel_source(void **state)
{
	struct fixture *f = *state;
	struct figures *v4 = &f->s->ifs[0].figures[FAMILY_IPV4];

	f->s->source = SOURCE_KERNEL;
	f->s->drops_known = false;
	*v4 = (struct figures){.known = 0};
	for (int m = 0; METRICS_DEVICE >> m; m++)
		figures_subtract(v4, (enum metric_id)m, 77);
	for (int o = 0; o < IP_OBJECTS; o++)
		is_absent(f, ETH4, (enum ip_object)o);
	assert_false(ip_stats_any(&f->rows[ETH4]));
	assert_true(ip_stats_any(&f->rows[ETH6]));
	is(f, ETH6, IP_IN_RECEIVES, BASE + C_IN_RECEIVES);
	is(f, ETH6, IP_IN_OCTETS, BASE + M_IN_OCTETS);
	is_absent(f, ETH6, IP_OUT_NO_ROUTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_drops, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_system, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_kernel_source, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("ip_stats", tests, NULL, NULL);
}
