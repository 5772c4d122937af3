/* SPDX-License-Identifier: MIT */
/* top, but for its terminal: keys, the order of rows, trails, pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "model/continuity.h"
#include "top/boards.h"
#include "top/controls.h"
#include "top/page.h"
#include "top/steady.h"
#include "top/trail.h"

static void type(struct controls *c, const char *keys)
{
	for (; *keys; keys++)
		assert_true(controls_key(c, (unsigned char)*keys));
}

static void test_choices(void **state)
{
	struct controls c = {.table = TOP_INTERFACES};

	(void)state;
	type(&c, "p4b ");
	assert_int_equal(c.table, TOP_PATHS);
	assert_int_equal(c.family, FAMILY_IPV4);
	assert_int_equal(c.unit, TOP_BYTES);
	assert_true(c.paused);
	type(&c, "d6bb ");
	assert_int_equal(c.table, TOP_DROPS);
	assert_int_equal(c.family, FAMILY_IPV6);
	assert_int_equal(c.unit, TOP_BITS);
	assert_false(c.paused);
	type(&c, "iax");
	assert_int_equal(c.table, TOP_INTERFACES);
	assert_int_equal(c.family, FAMILY_TOTAL);
	type(&c, "?p");
	assert_false(c.help);
	assert_int_equal(c.table, TOP_INTERFACES); /* the key only left the help */
	assert_false(controls_key(&c, 'q'));
	type(&c, "?");
	assert_false(controls_key(&c, 'q'));
}

static void test_filter(void **state)
{
	struct controls c = {.first = 3, .rows = 9, .fit = 2};

	(void)state;
	type(&c, "/qj4 ");
	assert_string_equal(c.filter, "qj4 ");
	assert_int_equal(c.family, FAMILY_TOTAL);
	assert_int_equal(c.first, 0);
	type(&c, "\001\177\303\251");
	assert_string_equal(c.filter, "qj4 \303\251");
	assert_true(controls_key(&c, TOP_KEY_BACKSPACE));
	assert_string_equal(c.filter, "qj4 ");
	assert_true(controls_key(&c, TOP_KEY_DOWN)); /* scrolls while editing too */
	assert_int_equal(c.first, 1);
	assert_true(controls_key(&c, TOP_KEY_ENTER));
	assert_false(c.editing);
	assert_string_equal(c.filter, "qj4 ");
	assert_true(controls_key(&c, TOP_KEY_ESCAPE));
	assert_string_equal(c.filter, "");
	type(&c, "/");
	for (int i = 0; i < 100; i++)
		type(&c, "x");
	assert_int_equal(strlen(c.filter), TOP_FILTER_MAX - 1);
	assert_true(controls_key(&c, TOP_KEY_ESCAPE));
	assert_false(c.editing);
	assert_string_equal(c.filter, "");
	type(&c, "/");
	assert_true(controls_key(&c, TOP_KEY_BACKSPACE));
	assert_string_equal(c.filter, "");
}

static void test_scrolling(void **state)
{
	static const struct {
		int key;
		size_t first;
	} rows[] = {
		{TOP_KEY_UP, 0},
		{'j', 1},
		{TOP_KEY_DOWN, 2},
		{'k', 1},
		{TOP_KEY_PAGE_DOWN, 10},
		{TOP_KEY_END, 90},
		{'j', 90},
		{TOP_KEY_PAGE_DOWN, 90},
		{TOP_KEY_PAGE_UP, 81},
		{TOP_KEY_HOME, 0},
		{TOP_KEY_PAGE_UP, 0},
	};
	struct controls c = {.table = TOP_INTERFACES};

	(void)state;
	controls_fit(&c, 100, 10);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(controls_key(&c, rows[i].key));
		assert_int_equal(c.first, rows[i].first);
	}
	assert_true(controls_key(&c, TOP_KEY_END));
	controls_fit(&c, 50, 20);
	assert_int_equal(c.first, 30);
	controls_fit(&c, 5, 20);
	assert_int_equal(c.first, 0);
	assert_true(controls_key(&c, TOP_KEY_END));
	assert_int_equal(c.first, 0);
}

static void test_steady(void **state)
{
	static const struct {
		double moved[5];
		const char *order;
	} rounds[] = {
		{{0, 5, 0, 100, 7}, "34102"},
		{{0, 5, 0, 100, 7}, "34102"},
		{{0, 5, 0, 100, 112}, "34102"}, /* by no more than an eighth */
		{{0, 5, 0, 100, 113}, "43102"}, /* by more */
		{{0, 5, 0, 100, 90}, "43102"},  /* back to where it was: not yet */
		{{0, 5, 0, 100, 80}, "34102"},
		{{0, 5, 300, 100, 80}, "23410"}, /* past all that it exceeds */
		{{0, 0, 0, 0, 0}, "23410"},      /* at rest nothing moves */
	};
	size_t place[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		place[i] = SIZE_MAX;
	for (size_t r = 0; r < ARRAY_SIZE(rounds); r++) {
		struct steady rows[5];

		for (size_t i = 0; i < 5; i++)
			rows[i] = (struct steady){rounds[r].moved[i], place[i], i};
		steady_order(rows, 5);
		for (size_t i = 0; i < 5; i++) {
			assert_int_equal(rows[i].number, rounds[r].order[i] - '0');
			place[rows[i].number] = i;
		}
	}
}

/* Whatever the figures: none is before one that exceeds it by more than an eighth. */
static void test_steady_at_random(void **state)
{
	enum { N = 60 };
	struct steady rows[N], again[N];

	(void)state;
	srand(1);
	for (size_t i = 0; i < N; i++)
		rows[i] = (struct steady){0, i, i};
	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < N; i++) {
			rows[i].moved = rand() % 4 ? rand() % 100 : 0;
			rows[i].place = rand() % 50 ? i : SIZE_MAX;
		}
		steady_order(rows, N);
		for (size_t i = 0; i < N; i++)
			for (size_t k = i + 1; k < N; k++)
				assert_true(rows[k].moved <= rows[i].moved * 1.125);
		for (size_t i = 0; i < N; i++)
			rows[i].place = i;
		memcpy(again, rows, sizeof(rows));
		steady_order(again, N);
		assert_memory_equal(again, rows, sizeof(rows));
	}
}

static void test_trail(void **state)
{
	struct trail *t = trail_new();
	char text[TRAIL_LINE_MAX];
	uint64_t slots = 0;

	(void)state;
	assert_int_equal(trail_width(0), 0);
	assert_int_equal(trail_width(10), 10);
	assert_int_equal(trail_width(100), 90); /* two slots each */
	assert_int_equal(trail_width(179), 90);
	assert_int_equal(trail_width(180), 180);
	assert_int_equal(trail_width(500), 180);
	assert_string_equal(trail_line(text, t, UNIT_PACKETS, 0, 3, false), "   ");

	/* A bar each: 7 levels above 0, and nothing for what is not known. */
	for (int i = 0; i <= 9; i++)
		trail_set(t, UNIT_PACKETS, slots++, i != 9, i);
	trail_line(text, t, UNIT_PACKETS, slots, 200, false);
	assert_int_equal(strlen(text), 180);
	assert_string_equal(text + 170, "_.:-=+*## ");
	trail_line(text, t, UNIT_PACKETS, slots, 200, true);
	assert_string_equal(text + 170, "▁▂▃▄▅▆▇██ ");
	assert_int_equal(trail_lately(t, UNIT_PACKETS, slots), 5); /* of 2 to 8 */
	assert_int_equal(trail_lately(t, UNIT_OCTETS, slots), 0);

	/* Ten slots to a bar: full ones stay while the newest fills, then all move on. */
	for (; slots < 200; slots++)
		trail_set(t, UNIT_PACKETS, slots, true, slots < 190 ? 70 : 10);
	assert_string_equal(trail_line(text, t, UNIT_PACKETS, slots, 18, false),
			    "#################.");
	trail_set(t, UNIT_PACKETS, slots++, true, 70);
	assert_string_equal(trail_line(text, t, UNIT_PACKETS, slots, 18, false),
			    "################.#");
	free(t);
}

/* One reading a second: an interface, a path and a drop for each of `n` names. */
static struct snapshot *reading(uint64_t second, const char *const *names, size_t n,
				const uint64_t *packets)
{
	struct snapshot *s = snapshot_new();

	assert_non_null(s);
	s->mono_ns = second * NS_PER_S;
	s->wall.tv_sec = 1700000000 + second;
	s->source = SOURCE_EBPF;
	s->hooks = HOOKS_NETFILTER;
	s->paths_known = s->drops_known = true;
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++) {
		s->system[f].forwarding_known = s->system[f].forwarding = f == FAMILY_IPV4;
		for (int m = 0; m <= M_DROPPED_OCTETS; m++)
			figures_set(&s->system[f].figures, m, 1000 * second * f);
	}
	for (size_t i = 0; i < n; i++) {
		struct snapshot_if *row = snapshot_add_if(s, 10 + i, names[i]);
		struct snapshot_path *p = snapshot_add_path(s);
		struct snapshot_drop *d = snapshot_add_drop(s);

		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			for (int m = 0; m <= M_DROPPED_OCTETS; m++)
				figures_set(&row->figures[f], m,
					    packets[i] * f * (m % 2 ? 125 : 1));
		*p = (struct snapshot_path){.family = i % 2 ? FAMILY_IPV6 : FAMILY_IPV4,
					    .in_ifindex = 10 + i,
					    .out_ifindex = 10};
		snprintf(p->in_name, sizeof(p->in_name), "%s", names[i]);
		snprintf(p->out_name, sizeof(p->out_name), "%s", names[0]);
		d->path = *p;
		d->path.out_ifindex = 0;
		d->stage = DROP_FORWARD;
		strcpy(d->reason, "NETFILTER_DROP");
		figures_set(&p->figures, M_OUT_FORW_PACKETS, packets[i]);
		figures_set(&p->figures, M_OUT_FORW_OCTETS, packets[i] * 125);
		figures_set(&d->path.figures, M_DROPPED_PACKETS, packets[i] / 10);
		figures_set(&d->path.figures, M_DROPPED_OCTETS, packets[i] * 125 / 10);
	}
	snapshot_sort(s);
	return s;
}

static void take(struct board *b, struct snapshot *s)
{
	continuity_follow(b->now, s);
	board_take(b, s);
}

static struct board new_board(void)
{
	return (struct board){.interval_ns = NS_PER_S};
}

/* Of one network namespace. */
static struct boards boards_of(struct board *b, bool utf8)
{
	struct boards all = {.interval_ns = NS_PER_S, .names = utf8 ? ESCAPE_TEXT : ESCAPE_ASCII};

	boards_set(&all, &b, b->now != NULL);
	return all;
}

static const struct output_options options = {.hostname = "router", .note = ""};

/* The page's lines, each without the blanks at its end, down to the last that is not empty. */
static char *page_of(struct page *p, const struct boards *b, struct controls *c, const char *said)
{
	char *text = calloc(p->rows + 1, 4 * p->columns + 2), *end = text;

	assert_non_null(text);
	page_make(p, b, c, &options, said);
	assert_true(p->n <= p->rows);
	for (size_t i = 0; i < p->n; i++) {
		size_t n = strlen(p->lines[i].text);

		while (n && p->lines[i].text[n - 1] == ' ')
			n--;
		end += sprintf(end, "%.*s\n", (int)n, p->lines[i].text);
	}
	return text;
}

static char *page_text(struct page *p, struct board *b, struct controls *c, const char *said)
{
	struct boards all = boards_of(b, p->utf8);
	char *text = page_of(p, &all, c, said);

	boards_clear(&all);
	return text;
}

static void test_page(void **state)
{
	static const char *const names[] = {"lan0", "wan0", "idle"};
	static const uint64_t first[] = {1000, 1000, 7}, second[] = {1100, 3000, 7};
	static const char wanted[] =
		"router  2023-11-14 22:13:22 UTC  rates over 1.000 s\n"
		"source: eBPF (netfilter) since 1970-01-01 00:00:00 UTC, exact\n"
		"bit/s  received    sent  to forward  forwarded  delivered  dropped  last 3 min\n"
		"IPv4      8.0 k   8.0 k       8.0 k      8.0 k      8.0 k    8.0 k             #\n"
		"IPv6     16.0 k  16.0 k      16.0 k     16.0 k     16.0 k   16.0 k             #\n"
		"interfaces: 1-3 of 3  IPv4 and IPv6  bit/s\n"
		"interface  received    sent  to forward  forwarded  dropped  last 3 min\n"
		"              bit/s   bit/s       bit/s      bit/s    bit/s\n"
		"wan0          6.0 M   6.0 M       6.0 M      6.0 M    6.0 M                   #\n"
		"lan0          300 k   300 k       300 k      300 k    300 k                   #\n"
		"idle            0.0     0.0         0.0        0.0      0.0                   _\n"
		"\n\n\n\n\n\n\n\n\n\n\n\n"
		"i p d table  4 6 a family  b unit  / name  space pause  ? help  q quit\n";
	struct page p = {.columns = 80, .rows = 24};
	struct controls c = {.table = TOP_INTERFACES};
	struct board b = new_board();
	char *text;

	(void)state;
	take(&b, reading(1, names, 3, first));
	text = page_text(&p, &b, &c, "");
	/* Of one reading no rate is known. */
	assert_non_null(strstr(text, "\nIPv4          -       -           -          -"));
	assert_non_null(
		strstr(text, "\nlan0              -       -           -          -        -\n"));
	assert_null(strstr(text, "0.0"));
	free(text);

	take(&b, reading(2, names, 3, second));
	text = page_text(&p, &b, &c, "");
	assert_string_equal(text, wanted);
	free(text);

	type(&c, "4b");
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "interfaces: 1-3 of 3  IPv4  bytes/s\n"));
	assert_non_null(
		strstr(text, "\nwan0          250 k    250 k       250 k      250 k    250 k"));
	free(text);

	type(&c, "6b");
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(
		text, "\nwan0           4.0 k      4.0 k       4.0 k      4.0 k      4.0 k"));
	free(text);

	type(&c, "abp");
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "paths: 1-3 of 3  IPv4 and IPv6  bit/s\n"
				     "from  to    family  forwarded  forwarded  last 3 min\n"
				     "                        bit/s  packets/s\n"
				     "wan0  lan0  ipv6        2.0 M      2.0 k"));
	free(text);
	type(&c, "4/WAN");
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "paths: none  IPv4  bit/s  names with WAN\n"));
	assert_non_null(strstr(text, "\nnames with: WAN\n"));
	assert_int_equal(p.cursor, strlen("names with: WAN"));
	free(text);
	assert_true(controls_key(&c, TOP_KEY_ENTER));
	type(&c, "ad ");
	text = page_text(&p, &b, &c, "");
	assert_int_equal(p.cursor, -1);
	assert_non_null(strstr(text,
			       "drops: 1-1 of 1  IPv4 and IPv6  bit/s  paused  names with WAN\n"
			       "from  to  family  stage    reason          dropped    dropped"));
	assert_non_null(
		strstr(text, "\nwan0  -   ipv6    forward  NETFILTER_DROP    200 k        200 "));
	free(text);

	page_clear(&p);
	board_clear(&b);
}

/* What is wrong is on the page, though not on all of it. */
static void test_head(void **state)
{
	static const char *const names[] = {"lan0"};
	static const uint64_t packets[] = {1};
	struct page p = {.columns = 80, .rows = 24};
	struct controls c = {.table = TOP_INTERFACES};
	struct board b = new_board();
	struct snapshot *s = reading(1, names, 1, packets);
	char *text;

	(void)state;
	s->source = SOURCE_KERNEL;
	s->paths_known = s->drops_known = false;
	for (int i = 0; i < 20; i++) {
		struct bypass *bypass = snapshot_add_bypass(s);

		*bypass = (struct bypass){10, "lan0", BYPASS_XDP, "x"};
	}
	s->n_bypasses = 1;
	take(&b, s);
	text = page_text(&p, &b, &c, "no reading: the agent is gone\n");
	assert_non_null(strstr(text, "\nsource: the kernel's own counters since boot"));
	assert_non_null(strstr(text, "\nperhaps past the IP layer: lan0: "));
	assert_non_null(strstr(text, "\nno reading: the agent is gone\n"));
	assert_int_equal(p.lines[0].style, PAGE_PLAIN);
	assert_int_equal(p.lines[2].style, PAGE_PLAIN); /* the source's second line */
	assert_int_equal(p.lines[3].style, PAGE_WARNING);
	assert_int_equal(p.lines[4].style, PAGE_WARNING);
	free(text);

	s->n_bypasses = 20;
	text = page_text(&p, &b, &c, "");
	assert_int_equal(p.lines[5].style, PAGE_WARNING);
	assert_string_equal(p.lines[5].text, "18 more lines, see ipfwagent monitor");
	assert_int_equal(strncmp(p.lines[6].text, "bit/s", 5), 0);
	free(text);

	type(&c, "p");
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "\npaths are not known: nothing but eBPF counts them\n"));
	free(text);
	type(&c, "d");
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "\ndropped packets are not counted here"));
	free(text);
	page_clear(&p);
	board_clear(&b);
}

/* Every size gives a page of just that size, or says that it is too small. */
static void test_sizes(void **state)
{
	static const char *const names[] = {"a", "interface-15-ch", "caf\303\251\033[2J", "b\377"};
	static const uint64_t first[] = {1, 2, 3, 4}, second[] = {99999999, 5000, 3, 70000};
	struct board b = new_board();

	(void)state;
	take(&b, reading(1, names, 4, first));
	take(&b, reading(2, names, 4, second));
	for (int utf8 = 0; utf8 < 2; utf8++)
		for (unsigned columns = 1; columns < 260; columns += columns < 90 ? 1 : 37)
			for (unsigned rows = 1; rows < 70; rows += rows < 26 ? 1 : 20) {
				struct page p = {.columns = columns, .rows = rows, .utf8 = utf8};
				struct controls c = {.table = (columns + rows) % TOP_TABLES};
				bool fits = columns >= PAGE_COLUMNS && rows >= PAGE_ROWS;

				c.help = rows % 7 == 0;
				struct boards all = boards_of(&b, utf8);

				page_make(&p, &all, &c, &options, "no reading: x\n");
				assert_int_equal(p.n, fits ? rows : 1);
				for (size_t i = 0; i < p.n; i++)
					for (const char *t = p.lines[i].text; *t; t++)
						assert_false((unsigned char)*t < ' ' ||
							     (!utf8 && *t & 0x80));
				page_clear(&p);
				boards_clear(&all);
			}
	board_clear(&b);
}

static void test_hostile_names(void **state)
{
	static const char *const names[] = {"\033[31mred", "caf\303\251", "q\"\\x07", "\377\200"};
	static const uint64_t first[] = {1, 1, 1, 1}, second[] = {9, 2, 3, 4};
	struct page p = {.columns = 120, .rows = 24};
	struct controls c = {.table = TOP_INTERFACES};
	struct board b = new_board();
	char *text;

	(void)state;
	take(&b, reading(1, names, 4, first));
	take(&b, reading(2, names, 4, second));
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "\n\\x1b[31mred "));
	assert_non_null(strstr(text, "\ncaf\\xc3\\xa9 "));
	assert_non_null(strstr(text, "\nq\"\\x5cx07 "));
	assert_non_null(strstr(text, "\n\\xff\\x80 "));
	free(text);
	type(&c, "/\\x1B");
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "interfaces: 1-1 of 1 "));
	free(text);

	/* Cut, where the page is narrow. */
	assert_true(controls_key(&c, TOP_KEY_ESCAPE));
	p.columns = 80;
	take(&b, reading(3, (const char *const[]){"\001\002\003\004\005"}, 1, second));
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "\n\\x01\\x02\\x03\\x~ "));
	free(text);
	p.columns = 200;
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "\n\\x01\\x02\\x03\\x04\\x05 "));
	free(text);

	p.utf8 = true;
	take(&b, reading(4, names, 4, second));
	text = page_text(&p, &b, &c, "");
	assert_non_null(strstr(text, "\ncaf\303\251 "));
	free(text);
	page_clear(&p);
	board_clear(&b);
}

/* Rows come and go, counters begin anew, readings are missing. */
static void test_board(void **state)
{
	static const char *const three[] = {"a", "b", "c"}, *const two[] = {"a", "c"};
	struct board b = new_board();
	struct controls c = {.table = TOP_INTERFACES};
	struct delta d;
	char text[TRAIL_LINE_MAX];
	struct snapshot *s;
	struct boards all;
	struct boards_row *rows;
	size_t n;

	(void)state;
	take(&b, reading(1, three, 3, (const uint64_t[]){0, 0, 0}));
	take(&b, reading(2, three, 3, (const uint64_t[]){10, 20, 30}));
	take(&b, reading(6, three, 3, (const uint64_t[]){20, 40, 60})); /* three are missing */
	assert_int_equal(b.slots, 5);
	trail_line(text, board_trail(&b, TOP_INTERFACES, 0, FAMILY_TOTAL), UNIT_PACKETS, b.slots,
		   180, false);
	assert_string_equal(text + 174, " #   :");

	/* The system too, and an interface's families. */
	trail_line(text, b.system[FAMILY_IPV6], UNIT_OCTETS, b.slots, 180, false);
	assert_string_equal(text + 174, " #   #");
	board_delta(&b, TOP_INTERFACES, 0, FAMILY_TOTAL, &d);
	assert_int_equal(d.value[M_IN_PACKETS], 30);
	board_delta(&b, TOP_INTERFACES, 0, FAMILY_IPV6, &d);
	assert_int_equal(d.value[M_IN_PACKETS], 20);

	/* b is gone; c has its trail and its place, and a counter that began anew is not known. */
	all = boards_of(&b, false);
	free(boards_rows(&all, &c, &n));
	s = reading(7, two, 2, (const uint64_t[]){30, 1});
	s->ifs[1].ifindex = 12;
	take(&b, s);
	assert_int_equal(b.n_trails[TOP_INTERFACES], 2 * 3);
	trail_line(text, board_trail(&b, TOP_INTERFACES, 1, FAMILY_TOTAL), UNIT_PACKETS, b.slots,
		   180, false);
	assert_string_equal(text + 174, "#   : ");
	board_delta(&b, TOP_INTERFACES, 1, FAMILY_TOTAL, &d);
	assert_int_equal(d.known, 0);
	rows = boards_rows(&all, &c, &n);
	assert_int_equal(n, 2);
	assert_int_equal(rows[0].number, 1);
	free(rows);
	boards_clear(&all);

	/* Without IPv6 an interface's sum is IPv4's, of what its device counts. */
	b.now->ifs[0].ipv4_source = IPV4_IS_DEVICE;
	b.rates->ifs[0][FAMILY_IPV6].known = 0;
	board_delta(&b, TOP_INTERFACES, 0, FAMILY_TOTAL, &d);
	assert_int_equal(d.known, METRICS_DEVICE);
	assert_int_equal(d.value[M_IN_PACKETS], 10);
	b.now->ifs[0].ipv4_source = IPV4_LESS_IPV6;
	board_delta(&b, TOP_INTERFACES, 0, FAMILY_TOTAL, &d);
	assert_int_equal(d.known, 0);
	board_clear(&b);
	assert_int_equal(b.interval_ns, NS_PER_S);
}

/* Readings of three network namespaces, all with the same interfaces. */
static void take_many(struct board *b, const char *const *netns, size_t n, uint64_t second,
		      const uint64_t *packets)
{
	static const char *const names[] = {"lan0", "wan0"};

	for (size_t i = 0; i < n; i++) {
		const uint64_t each[] = {packets[i] * second, packets[i] * second / 2};
		struct snapshot *s = reading(second, names, 2, each);

		snprintf(s->netns, sizeof(s->netns), "%s", netns[i]);
		take(&b[i], s);
	}
}

static void test_many(void **state)
{
	static const char *const netns[] = {"aa", "b\033", "cc"};
	static const uint64_t packets[] = {1000, 3000, 2000};
	static const char wanted[] =
		"router  2023-11-14 22:13:22 UTC  sum of 3 network namespaces\n"
		"source: eBPF, exact\n"
		"bit/s  received    sent  to forward  forwarded  delivered  dropped  last 3 min\n"
		"IPv4     24.0 k  24.0 k      24.0 k     24.0 k     24.0 k   24.0 k             #\n"
		"IPv6     48.0 k  48.0 k      48.0 k     48.0 k     48.0 k   48.0 k             #\n"
		"interfaces: 1-6 of 6  IPv4 and IPv6  bit/s\n"
		"netns  interface  received    sent  to forward  forwarded  dropped  last 3 min\n"
		"                     bit/s   bit/s       bit/s      bit/s    bit/s\n"
		"b\\x1b  lan0          9.0 M   9.0 M       9.0 M      9.0 M    9.0 M             "
		"#\n"
		"cc     lan0          6.0 M   6.0 M       6.0 M      6.0 M    6.0 M             #\n"
		"b\\x1b  wan0          4.5 M   4.5 M       4.5 M      4.5 M    4.5 M             "
		"#\n"
		"aa     lan0          3.0 M   3.0 M       3.0 M      3.0 M    3.0 M             #\n"
		"cc     wan0          3.0 M   3.0 M       3.0 M      3.0 M    3.0 M             #\n"
		"aa     wan0          1.5 M   1.5 M       1.5 M      1.5 M    1.5 M             #\n"
		"\n\n\n\n\n\n\n\n\n"
		"i p d table  4 6 a family  b unit  / name  n netns  space pause  ? help  q quit\n";
	struct board b[] = {new_board(), new_board(), new_board()};
	struct board *all[] = {&b[0], &b[1], &b[2]};
	struct boards boards = {.interval_ns = NS_PER_S, .names = ESCAPE_ASCII, .many = true};
	struct page p = {.columns = 80, .rows = 24};
	struct controls c = {.table = TOP_INTERFACES};
	const struct trail *sum_trail;
	struct speed sum;
	uint64_t slots;
	char *text, line[TRAIL_LINE_MAX];

	(void)state;
	text = page_of(&p, &boards, &c, "x: cannot be entered\n");
	assert_non_null(strstr(text, "no reading\nx: cannot be entered\n"));
	free(text);
	take_many(b, netns, 3, 1, packets);
	boards_set(&boards, all, 3);
	take_many(b, netns, 3, 2, packets);
	boards_add_slot(&boards, NS_PER_S);
	text = page_of(&p, &boards, &c, "");
	assert_string_equal(text, wanted);
	free(text);

	/* Names of paths and of namespaces; what is cut is cut where a page of 80 ends. */
	type(&c, "p/CC");
	text = page_of(&p, &boards, &c, "");
	assert_non_null(strstr(text, "paths: 1-2 of 2  IPv4 and IPv6  bit/s  names with CC\n"
				     "netns  from  to    family  forwarded  forwarded  last"));
	assert_non_null(strstr(text, "\ncc     lan0  lan0  ipv4        2.0 M      2.0 k "));
	free(text);
	assert_true(controls_key(&c, TOP_KEY_ESCAPE));
	type(&c, "d");
	text = page_of(&p, &boards, &c, "");
	assert_non_null(
		strstr(text, "\nb\\x1b  lan0  -   ipv4    forward  NETFILTER_DROP    300 k "));
	free(text);

	/* One after the other, and back; forwards and backwards. */
	type(&c, "in");
	text = page_of(&p, &boards, &c, "");
	assert_int_equal(strncmp(text, "network namespace aa\nrouter  ", 29), 0);
	assert_non_null(strstr(text, "\nIPv4      8.0 k "));
	assert_non_null(strstr(text, "\ninterfaces: 1-2 of 2 "));
	assert_non_null(strstr(text, "\ninterface  received "));
	assert_non_null(strstr(text, "\nlan0          3.0 M "));
	free(text);
	type(&c, "nn");
	free(page_of(&p, &boards, &c, ""));
	assert_string_equal(c.netns, "cc");
	type(&c, "n");
	free(page_of(&p, &boards, &c, ""));
	assert_string_equal(c.netns, "");
	type(&c, "NN");
	free(page_of(&p, &boards, &c, ""));
	assert_string_equal(c.netns, "b\033");
	assert_true(controls_key(&c, TOP_KEY_ESCAPE));
	free(page_of(&p, &boards, &c, ""));
	assert_string_equal(c.netns, "");
	type(&c, "nn");
	free(page_of(&p, &boards, &c, ""));

	/* The one that is seen goes, and its rows with it; another one cannot be read. */
	all[1] = &b[2];
	boards_set(&boards, all, 2);
	board_lose(&b[2]);
	snprintf(b[2].said, sizeof(b[2].said), "no reading: why not\n");
	boards_add_slot(&boards, 4 * NS_PER_S);
	text = page_of(&p, &boards, &c, "");
	assert_string_equal(c.netns, "");
	assert_non_null(strstr(text, "  sum of 1 of 2 network namespaces\n"));
	assert_non_null(strstr(text, "\ncc: no reading: why not\n"));
	assert_non_null(strstr(text, "\nIPv4      8.0 k "));
	assert_non_null(strstr(text, "interfaces: 1-4 of 4 "));
	assert_non_null(strstr(text, "\ncc     lan0              -       - "));
	assert_null(strstr(text, "x1b"));
	free(text);
	sum_trail = boards_system_trail(&boards, FAMILY_IPV4, &slots);
	assert_int_equal(slots, 4);
	trail_line(line, sum_trail, UNIT_OCTETS, slots, 180, false);
	assert_string_equal(line + 175, " #  -");

	/* What one of them does not know, the sum does not either. */
	take_many(b, netns, 1, 3, packets);
	b[0].rates->system[FAMILY_IPV4].known &= ~(1U << M_IN_OCTETS);
	b[2].rates = rate_compute(b[0].now, b[0].now);
	boards_system(&boards, FAMILY_IPV4, &sum);
	assert_false(sum.known >> M_IN_OCTETS & 1);

	/* Half of them use other counters. */
	b[0].now->source = SOURCE_KERNEL;
	b[0].now->system[FAMILY_IPV4].forwarding = false;
	p.columns = 120;
	text = page_of(&p, &boards, &c, "");
	assert_non_null(
		strstr(text, "\nsource: eBPF, exact, in 1; the kernel's own counters in 1\n"));
	assert_non_null(strstr(text, "\nIPv4      on in 1 "));
	free(text);
	page_clear(&p);
	boards_clear(&boards);
	for (size_t i = 0; i < ARRAY_SIZE(b); i++)
		board_clear(&b[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_scrolling),
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_steady_at_random),
		cmocka_unit_test(test_trail),
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_board),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
