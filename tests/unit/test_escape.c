/* SPDX-License-Identifier: MIT */
/* name: hostile interface names made safe to print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/escape.h"
#include "base/why.h"

#define N_FORMS 3 /* of names: no two look alike */

static void expect(const char *name, const char *utf8, const char *text, const char *ascii)
{
	const char *want[N_FORMS] = {utf8, text, ascii};

	for (int form = 0; form < N_FORMS; form++) {
		char dst[ESCAPE_NAME_MAX];

		assert_ptr_equal(escape_name(dst, sizeof(dst), name, (enum escape_form)form), dst);
		assert_string_equal(dst, want[form]);
	}
}

static void expect_same(const char *name)
{
	expect(name, name, name, name);
}

static void test_plain(void **state)
{
	(void)state;
	expect_same("");
	expect_same("eth0");
	expect_same("eth0.10@bond0");
	expect_same("a\"b'<&>$`;");
	expect_same("back\\slash");
	expect_same("\\");
	expect_same("123456789012345");
}

static void test_backslash_x(void **state)
{
	(void)state;
	expect("\\x41", "\\x5cx41", "\\x5cx41", "\\x5cx41");
	expect("\\x", "\\x5cx", "\\x5cx", "\\x5cx");
	expect("\\\\x", "\\\\x5cx", "\\\\x5cx", "\\\\x5cx");
}

static void test_controls(void **state)
{
	(void)state;
	expect("\x01z", "\x01z", "\\x01z", "\\x01z");
	expect("\x1b[31m", "\x1b[31m", "\\x1b[31m", "\\x1b[31m");
	expect("a\x7f", "a\x7f", "a\\x7f", "a\\x7f");
	/* the C1 controls are two bytes in UTF-8 */
	expect("\xc2\x9b", "\xc2\x9b", "\\xc2\\x9b", "\\xc2\\x9b");
}

static void test_utf8(void **state)
{
	(void)state;
	expect("\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9",
	       "\\xc3\\xa9t\\xc3\\xa9");
	expect("\xe2\x82\xac", "\xe2\x82\xac", "\xe2\x82\xac", "\\xe2\\x82\\xac");
	expect("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", "\\xf0\\x9f\\x98\\x80");
	expect("\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd", "\\xf4\\x8f\\xbf\\xbd");
}

/* Names and aliases go through lines of text and come back. */
static void test_undo(void **state)
{
	static const char *const names[] = {"",
					    "eth0",
					    "\\x41",
					    "\\\\x",
					    "\\x5cx41",
					    "a\nb\t\x7f",
					    "\xff\xc3\xa9\xc3",
					    "\xe2\x80\xae",
					    "x\\"};
	static const char *const none[] = {"\\", "\\x", "\\x4", "\\x 4", "\\xg0", "\\y41"};

	(void)state;
	for (int form = 0; form < N_FORMS; form++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			char dst[ESCAPE_NAME_MAX];

			escape_name(dst, sizeof(dst), names[i], (enum escape_form)form);
			assert_ptr_equal(escape_undo(dst), dst);
			assert_string_equal(dst, names[i]);
		}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		char copy[16];

		strcpy(copy, none[i]);
		assert_string_equal(escape_undo(copy), none[i]);
	}
}

/* What a terminal obeys or hides, and its neighbours that it shows. */
static void test_invisible(void **state)
{
	static const struct {
		const char *name, *text;
	} cases[] = {
		{"\xc2\x80", "\\xc2\\x80"},
		{"\xc2\x9f", "\\xc2\\x9f"},
		{"\xc2\xa0", "\xc2\xa0"},
		{"\xc2\xad", "\\xc2\\xad"},
		{"\xd8\x9c", "\\xd8\\x9c"}, /* U+061C */
		{"\xd8\x9d", "\xd8\x9d"},
		{"\xe2\x80\x8a", "\xe2\x80\x8a"},    /* U+200A */
		{"\xe2\x80\x8e", "\\xe2\\x80\\x8e"}, /* U+200E */
		{"\xe2\x80\x8f", "\\xe2\\x80\\x8f"},
		{"\xe2\x80\x90", "\xe2\x80\x90"},
		{"\xe2\x80\xa7", "\xe2\x80\xa7"},    /* U+2027 */
		{"\xe2\x80\xa8", "\\xe2\\x80\\xa8"}, /* U+2028 */
		{"\xe2\x80\xa9", "\\xe2\\x80\\xa9"},
		{"\xe2\x80\xaa", "\\xe2\\x80\\xaa"},
		{"a\xe2\x80\xaez", "a\\xe2\\x80\\xaez"}, /* U+202E */
		{"\xe2\x80\xaf", "\xe2\x80\xaf"},
		{"\xe2\x81\xa6", "\\xe2\\x81\\xa6"}, /* U+2066 */
		{"\xe2\x81\xa9", "\\xe2\\x81\\xa9"},
		{"\xe2\x81\xb0", "\xe2\x81\xb0"},    /* U+2070 */
		{"\xef\xbb\xbf", "\\xef\\xbb\\xbf"}, /* U+FEFF */
		{"\xef\xbb\xbe", "\xef\xbb\xbe"},
		{"\xf0\xa2\x80\xa8", "\xf0\xa2\x80\xa8"}, /* U+22028 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char dst[ESCAPE_NAME_MAX];

		escape_name(dst, sizeof(dst), cases[i].name, ESCAPE_TEXT);
		assert_string_equal(dst, cases[i].text);
		escape_name(dst, sizeof(dst), cases[i].name, ESCAPE_UTF8);
		assert_string_equal(dst, cases[i].name);
	}
}

/* A sentence may be part of another one, and hold names that are escaped. */
static void test_sentence(void **state)
{
	char once[64], twice[64];
	struct why why;

	(void)state;
	escape_name(once, sizeof(once), "\\x1b \x1b[2J\n\xff\xe2\x80\xae\xc3\xa9", ESCAPE_SENTENCE);
	assert_string_equal(once, "\\x1b \\x1b[2J\\x0a\\xff\\xe2\\x80\\xae\xc3\xa9");
	escape_name(twice, sizeof(twice), once, ESCAPE_SENTENCE);
	assert_string_equal(twice, once);
	assert_int_equal(why_set(&why, -5, "%s: %d", "\x1b]0;x\x07", 7), -5);
	assert_string_equal(why.text, "\\x1b]0;x\\x07: 7");
	/* cut at a whole character, wherever that is */
	for (int pad = 250; pad < 260; pad++) {
		why_set(&why, 0, "%*s\xe2\x82\xac\x1b", pad, "");
		assert_true(strlen(why.text) == (size_t)(pad < 255 ? pad : 255) ||
			    !strcmp(why.text + pad, "\xe2\x82\xac") ||
			    !strcmp(why.text + pad, "\xe2\x82\xac\\x1b"));
	}
}

static void test_broken_utf8(void **state)
{
	static const struct {
		const char *name, *escaped;
	} cases[] = {
		{"\xff", "\\xff"},
		{"\x80", "\\x80"},
		{"a\xc3", "a\\xc3"},
		{"\xc3z", "\\xc3z"},
		{"\xe2\x82", "\\xe2\\x82"},
		{"\xc0\xaf", "\\xc0\\xaf"},                   /* overlong */
		{"\xc1\xbf", "\\xc1\\xbf"},                   /* overlong */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},          /* overlong */
		{"\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf"}, /* overlong */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
		{"\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].name, cases[i].escaped, cases[i].escaped, cases[i].escaped);
}

static void test_longest(void **state)
{
	char dst[ESCAPE_NAME_MAX];
	const char *name = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

	(void)state;
	escape_name(dst, sizeof(dst), name, ESCAPE_UTF8);
	assert_int_equal(strlen(dst), ESCAPE_NAME_MAX - 1);
}

/* Each size: a whole-character prefix of the full result, terminated, nothing written behind. */
static void test_truncated(void **state)
{
	const char *name = "a\xc3\xa9\xff\\x\xe2\x82\xac\x1b";

	(void)state;
	for (int form = 0; form < N_FORMS; form++) {
		char full[64], cut[64];
		/* where a character of the result may end */
		bool boundary[64] = {true};

		escape_name(full, sizeof(full), name, (enum escape_form)form);
		for (size_t i = 0; full[i];) {
			if (full[i] == '\\' && full[i + 1] == 'x')
				i += 4;
			else if ((unsigned char)full[i] >= 0xe0)
				i += 3;
			else if ((unsigned char)full[i] >= 0xc0)
				i += 2;
			else
				i++;
			boundary[i] = true;
		}
		for (size_t size = 1; size <= strlen(full) + 1; size++) {
			size_t room = size - 1;

			memset(cut, '#', sizeof(cut));
			escape_name(cut, size, name, (enum escape_form)form);
			while (!boundary[room])
				room--;
			assert_int_equal(strlen(cut), room);
			assert_memory_equal(cut, full, room);
			for (size_t i = size; i < sizeof(cut); i++)
				assert_int_equal(cut[i], '#');
		}
	}
}

struct pair {
	char name[16], escaped[ESCAPE_NAME_MAX];
};

static int by_escaped(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->escaped, ((const struct pair *)b)->escaped);
}

/* No two names look alike, whatever the bytes. */
static void test_injective(void **state)
{
	enum { N = 40000 };
	static const char alphabet[] = "\\x5c0f1\xc3\xa9\xe2\x82\xac\xff\x1b\"";
	static struct pair pairs[N];
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int form = 0; form < N_FORMS; form++) {
		unsigned distinct = 0;

		for (int i = 0; i < N; i++) {
			size_t len;

			memset(&pairs[i], 0, sizeof(pairs[i]));
			seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
			len = 1 + seed % (i % 2 ? 5 : 15);
			for (size_t j = 0; j < len; j++) {
				seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
				pairs[i].name[j] =
					i % 2 ? alphabet[(seed >> 20) % (sizeof(alphabet) - 1)]
					      : (char)(1 + (seed >> 20) % 255);
			}
			escape_name(pairs[i].escaped, sizeof(pairs[i].escaped), pairs[i].name,
				    (enum escape_form)form);
			for (const char *c = pairs[i].escaped; form == ESCAPE_ASCII && *c; c++)
				assert_true(*c >= 0x20 && *c <= 0x7e);
		}
		qsort(pairs, N, sizeof(pairs[0]), by_escaped);
		for (int i = 1; i < N; i++) {
			if (strcmp(pairs[i].escaped, pairs[i - 1].escaped) != 0)
				distinct++;
			else if (strcmp(pairs[i].name, pairs[i - 1].name) != 0)
				fail_msg("two names look like \"%s\"", pairs[i].escaped);
		}
		assert_true(distinct > N / 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),       cmocka_unit_test(test_backslash_x),
		cmocka_unit_test(test_controls),    cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_invisible),   cmocka_unit_test(test_sentence),
		cmocka_unit_test(test_broken_utf8), cmocka_unit_test(test_longest),
		cmocka_unit_test(test_truncated),   cmocka_unit_test(test_injective),
		cmocka_unit_test(test_undo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
