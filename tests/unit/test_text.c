/* SPDX-License-Identifier: MIT */
/* Text: scaled numbers, tables that fit, frames of a terminal, the order of rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/columns.h"
#include "base/scale.h"
#include "output/grid.h"
#include "output/order.h"
#include "output/screen.h"

static void test_scale(void **state)
{
	char text[SCALE_MAX];

	(void)state;
	assert_string_equal(scale_rate(text, 0), "0.0");
	assert_string_equal(scale_rate(text, 99.94), "99.9");
	assert_string_equal(scale_rate(text, 999), "999");
	assert_string_equal(scale_rate(text, 1000), "1.0 k");
	assert_string_equal(scale_rate(text, 3.2e9), "3.2 G");
	assert_string_equal(scale_rate(text, 5e18), "5000 P");
	assert_string_equal(scale_count(text, 999), "999");
	assert_string_equal(scale_count(text, 1000), "1.0 k");
	assert_string_equal(scale_octets(text, 1023), "1023");
	assert_string_equal(scale_octets(text, 1024), "1.0 KiB");
	assert_string_equal(scale_octets(text, UINT64_MAX), "16.0 EiB");
}

/* The table as text, with that width; free it. */
static char *table(unsigned width)
{
	struct grid g = {.columns = 4, .left = 1, .width = width, .drop = {0, 1, 2, 0}};
	static const char *const cells[] = {"caf\303\251", "222", "33333", "4", "a", "", "3", "44"};
	struct output_document d;
	FILE *f = output_begin(&d);

	assert_non_null(f);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		grid_put(&g, "%s", cells[i]);
	grid_print(f, &g);
	assert_int_equal(output_end(&d, f), 0);
	return d.text;
}

static void test_grid(void **state)
{
	static const struct {
		unsigned width;
		const char *text;
	} rows[] = {
		{0, "caf\303\251  222  33333   4\na              3  44\n"},
		{20, "caf\303\251  222  33333   4\na              3  44\n"},
		{19, "caf\303\251  222   4\na          44\n"},
		{13, "caf\303\251  222   4\na          44\n"},
		{12, "caf\303\251   4\na     44\n"},
		{3, "caf\303\251   4\na     44\n"}, /* no other may go */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = table(rows[i].width);

		assert_string_equal(text, rows[i].text);
		free(text);
	}
}

/* The last columns stand left as well, and a column without text is not there. */
static void test_grid_tail(void **state)
{
	static const char *const cells[] = {"eth0", "", "1",    "", "up link", "eth1", "", "20",
					    "",     "", "eth2", "", "3",       "",     "x"};
	struct grid g = {.columns = 5, .left = 1, .tail = 2, .width = 17, .drop = {0, 0, 0, 1, 1}};
	struct output_document d;
	FILE *f = output_begin(&d);

	(void)state;
	assert_non_null(f);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		grid_put(&g, "%s", cells[i]);
	grid_print(f, &g);
	assert_int_equal(output_end(&d, f), 0);
	assert_string_equal(d.text, "eth0   1  up link\neth1  20\neth2   3  x\n");
	free(d.text);
}

/* Characters of two columns, of one, and of none. */
static void test_columns(void **state)
{
	static const struct {
		const char *text;
		unsigned columns, prefix[4]; /* of 0, 3, 4, 5 columns */
	} rows[] = {
		{"caf\303\251s", 5, {0, 3, 5, 6}},
		{"\346\227\245\346\234\254x", 5, {0, 3, 6, 7}},        /* two of Chinese */
		{"cafe\314\201s", 5, {0, 3, 6, 7}},                    /* its accent apart */
		{"\360\237\232\200\360\237\232\200", 4, {0, 4, 8, 8}}, /* beyond 16 bits */
		{"\377\346\227x", 4, {0, 3, 4, 4}},                    /* no UTF-8 */
		{"", 0, {0, 0, 0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(columns_of(rows[i].text), rows[i].columns);
		for (unsigned k = 0; k < 4; k++)
			assert_int_equal(columns_prefix(rows[i].text, k ? k + 2 : 0),
					 rows[i].prefix[k]);
	}
}

static void test_wide(void **state)
{
	static const char *const cells[] = {"name", "\346\227\245\346\234\254", "1", "20"};
	struct grid g = {.columns = 2, .left = 1};
	struct output_document d;
	struct screen_piece piece;
	FILE *f = output_begin(&d);
	const char *rest;

	(void)state;
	assert_non_null(f);
	grid_put(&g, "%s", cells[0]);
	grid_put(&g, "%s", cells[2]);
	grid_put(&g, "%s", cells[1]);
	grid_put(&g, "%s", cells[3]);
	grid_print(f, &g);
	assert_int_equal(output_end(&d, f), 0);
	assert_string_equal(d.text, "name   1\n\346\227\245\346\234\254  20\n");

	/* A character that would begin in the last column begins the next line. */
	rest = d.text + 9;
	assert_true(screen_next(&piece, &rest, d.text + d.size, 3));
	assert_int_equal(piece.size, 3);
	assert_int_equal(piece.width, 2);
	assert_true(screen_next(&piece, &rest, d.text + d.size, 3));
	assert_int_equal(strncmp(piece.text, "\346\234\254 ", 4), 0);
	free(d.text);
}

static void test_screen(void **state)
{
	static const struct {
		unsigned columns, rows;
		const char *text, *frame;
	} rows[] = {
		{0, 0, "one two\n", "\033[Hone two\033[K\n\033[J"},
		{10, 24, "one two\n\nthree", "\033[Hone two\033[K\n\033[K\nthree\033[K\n\033[J"},
		{7, 24, "one two\n", "\033[Hone two\n\033[J"},
		{6, 24, "one two\n", "\033[Hone\033[K\ntwo\033[K\n\033[J"},
		{3, 24, "one two\n", "\033[Hone\ntwo\n\033[J"},
		{2, 24, "one  \nx", "\033[Hon\ne \nx\033[K\n\033[J"},
		{4, 24, "caf\303\251 1\n", "\033[Hcaf\303\251\n1\033[K\n\033[J"},
		{5, 24, "1.0  22.5\n", "\033[H1.0 \033[K\n22.5\033[K\n\033[J"},
		{9, 4, "1\n2\n3\n", "\033[H1\033[K\n2\033[K\n3\033[K\n\033[J"},
		{9, 4, "1\n2\n3\n4\n", "\033[H1\033[K\n2\033[K\n2 more lines\033[K\n\033[J"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct output_document d = {strdup(rows[i].text), strlen(rows[i].text)};

		assert_int_equal(screen_frame(&d, rows[i].columns, rows[i].rows), 0);
		assert_string_equal(d.text, rows[i].frame);
		assert_int_equal(d.size, strlen(rows[i].frame));
		free(d.text);
	}
}

static void test_order(void **state)
{
	static const struct {
		const char *name;
		uint64_t packets, octets; /* 0: not known */
	} ifs[] = {{"eth10", 5, 900}, {"eth2", 0, 0}, {"wan", 7, 600}, {"eth1", 0, 0}};
	static const struct {
		enum output_sort sort;
		bool refresh;
		const char *order;
	} rows[] = {
		{SORT_AUTO, false, "0123"},   {SORT_AUTO, true, "0213"},
		{SORT_INDEX, true, "0123"},   {SORT_NAME, false, "3102"},
		{SORT_PACKETS, true, "2013"}, {SORT_BYTES, false, "0213"},
	};
	struct snapshot *s = snapshot_new();

	(void)state;
	for (uint32_t i = 0; i < sizeof(ifs) / sizeof(ifs[0]); i++) {
		struct figures *f = snapshot_add_if(s, i + 1, ifs[i].name)->figures;
		struct snapshot_path *p = snapshot_add_path(s);

		*p = (struct snapshot_path){.family = FAMILY_IPV4, .in_ifindex = i + 1};
		strcpy(p->in_name, "lan");
		strcpy(p->out_name, ifs[i].name);
		if (!ifs[i].packets)
			continue;
		figures_set(&f[FAMILY_TOTAL], M_IN_PACKETS, ifs[i].packets);
		figures_set(&f[FAMILY_TOTAL], M_OUT_OCTETS, ifs[i].octets);
		figures_set(&p->figures, M_OUT_FORW_PACKETS, ifs[i].packets);
		figures_set(&p->figures, M_OUT_FORW_OCTETS, ifs[i].octets);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct output_options options = {.sort = rows[i].sort,
						       .refresh = rows[i].refresh};
		size_t *of_ifs = order_ifs(s, NULL, &options),
		       *of_paths = order_paths(s, NULL, &options);

		for (size_t k = 0; k < s->n_ifs; k++) {
			assert_int_equal(of_ifs[k], rows[i].order[k] - '0');
			assert_int_equal(of_paths[k], rows[i].order[k] - '0');
		}
		free(of_ifs);
		free(of_paths);
	}
	snapshot_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale),     cmocka_unit_test(test_columns),
		cmocka_unit_test(test_wide),      cmocka_unit_test(test_grid),
		cmocka_unit_test(test_grid_tail), cmocka_unit_test(test_screen),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
