/* SPDX-License-Identifier: MIT */
/* procfs: every parser on captured forms of five kernels, and on bad files. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "sources/procfs.h"
#include "sources/procfs_parse.h"

static const char *fixture(const char *path)
{
	static char full[512];
	const char *srcdir = getenv("srcdir");

	snprintf(full, sizeof(full), "%s/tests/fixtures/%s", srcdir ? srcdir : ".", path);
	return full;
}

/* Of the fixture that was read last. */
static struct procfs_text text;

static struct procfs_text *text_at(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		fail_msg("cannot open %s", path);
	assert_int_equal(procfs_text_read(&text, fd), 0);
	close(fd);
	return &text;
}

static struct procfs_text *text_of(const char *path)
{
	return text_at(fixture(path));
}

static int pairs(const char *path, struct kernel_counters *k)
{
	return procfs_parse_pairs(text_of(path), k);
}

static void is(const struct kernel_counters *k, enum kernel_column c, uint64_t value)
{
	assert_true(kernel_known(k, c));
	assert_int_equal(k->value[c], value);
}

static const struct {
	const char *kernel;
	unsigned major, minor;
	size_t n_ifs;
	uint64_t forw4, in_octets4, in_packets4, forw6, requests6, no_ect6_eth0, rx_eth0;
	bool transmits;
} kernels[] = {
	{"4.19", 4, 19, 1, 23030, 19409027, 23233, 8520, 84, 7347, 32002, false},
	{"5.10", 5, 10, 2, 161078, 136144208, 164550, 59580, 1546, 31617, 136351, false},
	{"6.1", 6, 1, 2, 713270, 602924264, 910717, 263820, 6802, 194603, 767384, false},
	{"6.6", 6, 6, 2, 2599926, 2197756122, 3319570, 961640, 24760, 709325, 2796497, false},
	{"6.18", 6, 18, 2, 229458806, 193966562462, 292969395, 84870240, 2184100, 62601413,
	 246787137, true},
};

#define N_KERNELS (sizeof(kernels) / sizeof(kernels[0]))

struct dev_rows {
	size_t n;
	char last[32];
	struct kernel_device eth0;
	int result;
};

static int count_row(void *arg, const char *name, const struct kernel_device *dev)
{
	struct dev_rows *rows = arg;

	rows->n++;
	snprintf(rows->last, sizeof(rows->last), "%s", name);
	if (strcmp(name, "eth0") == 0)
		rows->eth0 = *dev;
	return rows->result;
}

static void test_parsers(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KERNELS; i++) {
		char path[64];
		struct kernel_counters k = {0}, k6 = {0};
		struct dev_rows rows = {0};
		uint32_t ifindex = 0;

		snprintf(path, sizeof(path), "%s/proc/net/snmp", kernels[i].kernel);
		assert_int_equal(pairs(path, &k), 0);
		snprintf(path, sizeof(path), "%s/proc/net/netstat", kernels[i].kernel);
		assert_int_equal(pairs(path, &k), 0);
		is(&k, K_FORWARDING, 1);
		is(&k, K_FORW_DATAGRAMS, kernels[i].forw4);
		is(&k, K_IN_OCTETS, kernels[i].in_octets4);
		is(&k, K_NO_ROUTES, 12);
		is(&k, K_TOO_BIG, 7);
		is(&k, K_HDR_ERRORS, 29);
		is(&k, K_RP_FILTER, 9);
		is(&k, K_ADDR_ERRORS, 3);
		is(&k, K_OUT_DISCARDS, 4);
		is(&k, K_OUT_NO_ROUTES, 6);
		is(&k, K_REASM_FAILS, 1);
		assert_int_equal(kernel_known(&k, K_OUT_TRANSMITS), kernels[i].transmits);

		snprintf(path, sizeof(path), "%s/proc/net/dev_snmp6/eth0", kernels[i].kernel);
		assert_int_equal(procfs_parse_snmp6(text_of(path), &k6, &ifindex), 0);
		assert_int_equal(ifindex, 2);
		is(&k6, K_IN_NO_ECT, kernels[i].no_ect6_eth0);
		is(&k6, K_TOO_BIG, 3);
		is(&k6, K_ADDR_ERRORS, 0);
		is(&k6, K_REASM_FAILS, 0);
		assert_false(kernel_known(&k6, K_RP_FILTER));
		assert_int_equal(kernel_known(&k6, K_OUT_TRANSMITS), kernels[i].transmits);

		snprintf(path, sizeof(path), "%s/proc/net/dev", kernels[i].kernel);
		assert_int_equal(procfs_parse_dev(text_of(path), count_row, &rows), 0);
		assert_int_equal(rows.n, kernels[i].n_ifs + 1);
		assert_int_equal(rows.eth0.rx_packets, kernels[i].rx_eth0);
	}
}

static void test_tree(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_KERNELS; i++) {
		struct snapshot *s = snapshot_new();
		struct procfs p;
		char root[512];

		snprintf(root, sizeof(root), "%s", fixture(kernels[i].kernel));
		procfs_open(&p, root);
		assert_int_equal(p.epoch.major, kernels[i].major);
		assert_int_equal(p.epoch.minor, kernels[i].minor);
		procfs_read_system(&p, s);
		procfs_read_ifs(&p, s);
		snapshot_sort(s);
		if (s->troubles)
			fail_msg("%s: %s", kernels[i].kernel, s->trouble);
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
			assert_true(s->system[f].forwarding_known);
			/* 6.6: the IPv6 switch for all is off, that of eth1 on */
			assert_int_equal(s->system[f].forwarding,
					 f == FAMILY_IPV4 || kernels[i].minor != 6);
			assert_int_equal(procfs_any_forwarding(&p, (enum family)f), 1);
		}
		assert_int_equal(s->system[FAMILY_IPV4].figures.value[M_IN_PACKETS],
				 kernels[i].in_packets4);
		assert_int_equal(s->n_ifs, kernels[i].n_ifs + 1); /* and lo */
		assert_non_null(snapshot_find_if(s, 2));
		assert_string_equal(snapshot_find_if(s, 2)->name, "eth0");
		snapshot_free(s);
		procfs_close(&p);
	}
}

static void test_no_ipv6(void **state)
{
	struct snapshot *s = snapshot_new();
	struct kernel_counters k = {0};
	struct procfs p;
	char root[512];

	(void)state;
	snprintf(root, sizeof(root), "%s", fixture("noipv6"));
	procfs_open(&p, root);
	assert_int_equal(procfs_read_ip6(&p, "eth0", &k, NULL), -ENOENT);
	procfs_read_system(&p, s);
	procfs_read_ifs(&p, s);
	snapshot_sort(s);
	assert_int_equal(s->system[FAMILY_IPV6].figures.known, 0);
	assert_int_equal(s->system[FAMILY_IPV4].figures.value[M_OUT_FORW_PACKETS], 713270);
	assert_int_equal(s->n_ifs, 3);
	for (size_t i = 0; i < s->n_ifs; i++)
		assert_int_equal(s->ifs[i].figures[FAMILY_IPV6].known, 0);
	snapshot_free(s);
	procfs_close(&p);
}

static void test_bad_pairs(void **state)
{
	struct kernel_counters k = {0};

	(void)state;
	assert_int_equal(pairs("bad/snmp-truncated", &k), -EBADMSG);
	assert_int_equal(k.known, 0); /* the line that was cut is left out whole */
	assert_int_equal(pairs("bad/snmp-header-only", &k), -EBADMSG);
	assert_int_equal(k.known, 0);
	assert_int_equal(pairs("bad/garbled", &k), -EBADMSG);
	assert_int_equal(k.known, 0);
	assert_int_equal(pairs("bad/empty", &k), -EBADMSG);
	assert_int_equal(k.known, 0);
	assert_int_equal(pairs("bad/huge", &k), -EBADMSG);
	assert_false(kernel_known(&k, K_HDR_ERRORS));
	assert_false(kernel_known(&k, K_FORW_DATAGRAMS));
	memset(&k, 0, sizeof(k));
	assert_int_equal(pairs("bad/crlf", &k), 0);
	is(&k, K_FORW_DATAGRAMS, 713270);
	is(&k, K_OUT_OCTETS, 7890); /* the last column, before the CR */
	memset(&k, 0, sizeof(k));
	assert_int_equal(pairs("bad/missing-columns", &k), 0);
	is(&k, K_OUT_REQUESTS, 900);
	is(&k, K_IN_CE, 6);
	assert_false(kernel_known(&k, K_IN_ECT0));
	assert_false(kernel_known(&k, K_FORW_DATAGRAMS));
	memset(&k, 0, sizeof(k));
	assert_int_equal(pairs("bad/unknown-columns", &k), 0);
	is(&k, K_IN_RECEIVES, 1000);
	is(&k, K_FORW_DATAGRAMS, 600);
	is(&k, K_IN_OCTETS, 64000);
}

static void test_bad_others(void **state)
{
	struct dev_rows rows = {0};
	struct kernel_counters k = {0};

	(void)state;
	assert_int_equal(procfs_parse_snmp6(text_of("bad/snmp6-cut"), &k, NULL), -EBADMSG);
	is(&k, K_IN_RECEIVES, 271174);
	is(&k, K_NO_ROUTES, 33);
	assert_false(kernel_known(&k, K_DISCARDS));
	assert_int_equal(procfs_parse_snmp6(text_of("bad/empty"), &k, NULL), -EBADMSG);

	assert_int_equal(procfs_parse_dev(text_of("bad/dev-cut"), count_row, &rows), -EBADMSG);
	assert_int_equal(rows.n, 1);
	assert_string_equal(rows.last, "lo");
	rows = (struct dev_rows){.result = -7};
	assert_int_equal(procfs_parse_dev(text_of("6.1/proc/net/dev"), count_row, &rows), -7);
	assert_int_equal(rows.n, 1);
}

/* One row of /proc/net/dev with that name, and what the parser says. */
static int dev_with(const char *name, size_t copies, struct dev_rows *rows)
{
	static const char head[] =
		"Inter-| Receive | Transmit\n face |bytes packets|bytes packets\n";
	FILE *f = tmpfile();

	assert_non_null(f);
	fputs(head, f);
	for (size_t i = 0; i < copies; i++)
		fprintf(f, "%s: 1 2 3 4\n", name);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(procfs_text_read(&text, fileno(f)), 0);
	fclose(f);
	*rows = (struct dev_rows){.n = 0};
	return procfs_parse_dev(&text, count_row, rows);
}

/* What no kernel calls an interface. */
static void test_names(void **state)
{
	static const struct {
		const char *name;
		int rc;
	} names[] = {
		{"eth0", 0},
		{"123456789012345", 0},
		{"a:b", 0},
		{"1234567890123456", -EBADMSG},
		{"../../../etc/x", -EBADMSG},
		{"a/b", -EBADMSG},
		{"..", -EBADMSG},
		{".", -EBADMSG},
		{"", -EBADMSG},
	};
	struct dev_rows rows;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(dev_with(names[i].name, 1, &rows), names[i].rc);
		assert_int_equal(rows.n, !names[i].rc);
	}
}

static int parse_any(int which, FILE *f)
{
	struct kernel_counters k = {0};
	struct dev_rows rows = {0};

	assert_int_equal(fflush(f), 0);
	assert_int_equal(procfs_text_read(&text, fileno(f)), 0);
	return which == 0   ? procfs_parse_pairs(&text, &k)
	       : which == 1 ? procfs_parse_snmp6(&text, &k, NULL)
			    : procfs_parse_dev(&text, count_row, &rows);
}

/* A datagram that IP counts. */
static void send_to_self(void)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(9),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(sendto(fd, "", 1, 0, (const struct sockaddr *)&to, sizeof(to)), 1);
	close(fd);
}

/* Files that are kept open tell what is so when they are read. */
static void test_kept(void **state)
{
	struct procfs p;
	int fds[2][PROCFS_KEPT];

	(void)state;
	procfs_open(&p, NULL);
	procfs_keep(&p);
	for (int i = 0; i < 2; i++) {
		struct snapshot *s = snapshot_new();
		struct kernel_counters now = {0}, later = {0};

		assert_int_equal(procfs_parse_pairs(text_at("/proc/net/snmp"), &now), 0);
		procfs_read_system(&p, s);
		assert_int_equal(procfs_parse_pairs(text_at("/proc/net/snmp"), &later), 0);
		assert_int_equal(s->troubles, 0);
		assert_in_range(s->system[FAMILY_IPV4].ip_counts.value[C_IN_RECEIVES],
				now.value[K_IN_RECEIVES], later.value[K_IN_RECEIVES]);
		memcpy(fds[i], p.kept, sizeof(p.kept));
		send_to_self();
		snapshot_free(s);
	}
	assert_memory_equal(fds[0], fds[1], sizeof(fds[0]));
	assert_true(fds[0][PROCFS_SNMP] >= 0);
	procfs_close(&p);
}

/* Lines and files of any length take little memory and no time. */
static void test_huge(void **state)
{
	struct dev_rows rows;

	(void)state;
	for (int which = 0; which < 3; which++) {
		FILE *f = tmpfile();

		assert_non_null(f);
		assert_int_equal(ftruncate(fileno(f), (off_t)6 << 30), 0); /* NUL bytes */
		assert_int_equal(parse_any(which, f), -EBADMSG);
		assert_int_equal(ftruncate(fileno(f), 0), 0);
		rewind(f);
		for (int i = 0; i < 40000; i++)
			fputs("x ", f);
		fputs("\n", f);
		assert_int_equal(parse_any(which, f), -EFBIG);
		fclose(f);
	}
	assert_int_equal(dev_with("eth0", 100000, &rows), 0);
	assert_int_equal(rows.n, 100000);
	assert_int_equal(dev_with("eth0", 1000000, &rows), -EFBIG);
	assert_true(rows.n < 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parsers),    cmocka_unit_test(test_tree),
		cmocka_unit_test(test_no_ipv6),    cmocka_unit_test(test_bad_pairs),
		cmocka_unit_test(test_bad_others), cmocka_unit_test(test_names),
		cmocka_unit_test(test_huge),       cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
