/* SPDX-License-Identifier: MIT */
/* answer: requests of a master against a naive reference, octet by octet; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "agentx/answer.h"
#include "base/units.h"
#include "full_view.h"
#include "mib_reference.h"

#define SESSION 4711
#define ROOM    65536

static uint64_t seed;
static struct mib_context ctx;
static unsigned asked; /* so many times for a context */

static uint32_t below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % n;
}

#define NAMED "a\xc3\xa4" /* a context beside the default one */

static const char *context_name = "";

static struct mib_context *context(const char *name)
{
	asked++;
	return strcmp(name, context_name) ? NULL : &ctx;
}

static const struct answer_session session = {.open = true, .id = SESSION, .context = context};

/* A PDU that is written or compared, number by number. */
struct octets {
	uint8_t at[1 << 18];
	size_t n;
	bool big;
};

static void put(struct octets *o, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		o->at[o->n + i] = (uint8_t)(number >> 8 * (o->big ? size - 1 - i : i));
	o->n += size;
}

/* An octet string (5.3). */
static void put_string(struct octets *o, const char *string, size_t len)
{
	put(o, len, 4);
	for (size_t c = 0; c < (len + 3) / 4 * 4; c++)
		put(o, c < len ? (uint8_t)string[c] : 0, 1);
}

/* In a context: the name follows the header. */
static void put_context(struct octets *o, const char *name, size_t len)
{
	o->at[2] |= AGENTX_NON_DEFAULT_CONTEXT;
	put_string(o, name, len);
}

static void put_header(struct octets *o, uint8_t type, uint32_t number, bool big)
{
	o->n = 0;
	o->big = big;
	put(o, 1, 1);
	put(o, type, 1);
	put(o, big ? AGENTX_NETWORK_BYTE_ORDER : 0, 1);
	put(o, 0, 1);
	put(o, SESSION, 4);
	put(o, number + 1, 4);
	put(o, number, 4);
	put(o, 0, 4); /* see end() */
}

static void end(struct octets *o)
{
	size_t n = o->n;

	o->n = 16;
	put(o, n - 20, 4);
	o->n = n;
}

static void put_oid(struct octets *o, const uint32_t *id, size_t len, bool include)
{
	static const uint32_t internet[] = {1, 3, 6, 1};
	bool prefix = len > 4 && !memcmp(id, internet, sizeof(internet)) && id[4] && id[4] < 256;

	put(o, prefix ? len - 5 : len, 1);
	put(o, prefix ? id[4] : 0, 1);
	put(o, include, 1);
	put(o, 0, 1);
	for (size_t i = prefix ? 5 : 0; i < len; i++)
		put(o, id[i], 4);
}

static void put_none(struct octets *o, uint16_t type, const uint32_t *id, size_t len)
{
	put(o, type, 2);
	put(o, 0, 2);
	put_oid(o, id, len, false);
}

static void put_instance(struct octets *o, const struct instance *i)
{
	static const uint16_t types[] = {
		[MIB_INTEGER] = 2,  [MIB_STRING] = 4,     [MIB_COUNTER32] = 65,
		[MIB_GAUGE32] = 66, [MIB_TIMETICKS] = 67, [MIB_COUNTER64] = 70};
	const char *s = i->value.string;

	put_none(o, types[i->value.type], i->oid.id, i->oid.len);
	if (i->value.type != MIB_STRING) {
		put(o, i->value.number, i->value.type == MIB_COUNTER64 ? 8 : 4);
		return;
	}
	put_string(o, s, strlen(s));
}

struct range {
	uint32_t start[160], end[160];
	size_t len, end_len;
	bool include;
};

static size_t somewhere(const struct instances *tree, uint32_t *id)
{
	const struct mib_oid *o = &tree->list[below((uint32_t)tree->n)].oid;
	size_t len = o->len;

	memcpy(id, o->id, len * sizeof(id[0]));
	switch (below(6)) {
	case 0:
		return below((uint32_t)len + 1);
	case 1:
		id[below((uint32_t)len)] += 1;
		break;
	case 2:
		id[len - 1 - below(4)] = UINT32_MAX >> below(2);
		break;
	case 3:
		for (unsigned more = below(130); more; more--)
			id[len++] = below(3);
		break;
	default:
		break;
	}
	return len;
}

static void random_range(const struct instances *tree, struct range *r)
{
	r->len = somewhere(tree, r->start);
	r->end_len = below(2) ? 0 : somewhere(tree, r->end);
	r->include = below(2);
}

static void expect(const struct octets *asking, const struct octets *wanted)
{
	static uint8_t out[ROOM];
	size_t n = answer_request(&session, asking->at, out, sizeof(out));

	assert_int_equal(n, wanted->n);
	assert_memory_equal(out, wanted->at, n);
}

static void begin_response(struct octets *o, uint32_t number, bool big, uint16_t error,
			   uint16_t index)
{
	put_header(o, AGENTX_RESPONSE, number, big);
	put(o, 0, 4);
	put(o, error, 2);
	put(o, index, 2);
}

static void want_get(struct octets *wanted, const struct instances *tree, const struct range *r)
{
	const struct instance *same, *after;
	struct mib_value value;

	instances_find(tree, r->start, r->len, &same, &after);
	if (same)
		put_instance(wanted, same);
	else /* which of the two, the engine's own test knows */
		put_none(wanted,
			 mib_get(&ctx, r->start, r->len, &value) == MIB_NO_INSTANCE
				 ? AGENTX_NO_SUCH_INSTANCE
				 : AGENTX_NO_SUCH_OBJECT,
			 r->start, r->len);
}

/* Returns whether something was found; the range goes on behind it. */
static bool want_next(struct octets *wanted, const struct instances *tree, struct range *r)
{
	const struct instance *next =
		instances_next(tree, r->start, r->len, r->include, r->end, r->end_len);

	if (!next) {
		put_none(wanted, AGENTX_END_OF_MIB_VIEW, r->start, r->len);
		return false;
	}
	put_instance(wanted, next);
	memcpy(r->start, next->oid.id, next->oid.len * sizeof(r->start[0]));
	r->len = next->oid.len;
	r->include = false;
	return true;
}

static void ask(const struct instances *tree, uint8_t type, uint32_t number)
{
	static struct octets asking, wanted;
	struct range ranges[6];
	unsigned n = below(ARRAY_SIZE(ranges) + 1), once = n, times = 0;
	bool big = below(2), found = true;

	put_header(&asking, type, number, big);
	begin_response(&wanted, number, big, 0, 0);
	context_name = below(2) ? "" : NAMED;
	if (*context_name || below(2))
		put_context(&asking, context_name, strlen(context_name));
	if (type == AGENTX_GETBULK) {
		once = below(n + 2);
		times = below(3) ? below(12) : UINT16_MAX;
		put(&asking, once, 2);
		put(&asking, times, 2);
	}
	for (unsigned i = 0; i < n; i++) {
		random_range(tree, &ranges[i]);
		put_oid(&asking, ranges[i].start, ranges[i].len, ranges[i].include);
		put_oid(&asking, ranges[i].end, ranges[i].end_len, below(2));
	}
	end(&asking);
	for (unsigned i = 0; i < n && i < once; i++) {
		if (type == AGENTX_GET)
			want_get(&wanted, tree, &ranges[i]);
		else
			want_next(&wanted, tree, &ranges[i]);
	}
	for (unsigned t = 0; t < times && found && once < n; t++) {
		size_t before = wanted.n;

		found = false;
		for (unsigned i = once; i < n; i++)
			found |= want_next(&wanted, tree, &ranges[i]);
		if (wanted.n > ROOM) {
			wanted.n = before;
			break;
		}
	}
	end(&wanted);
	expect(&asking, &wanted);
}

static void test_against_reference(void **state)
{
	static const uint8_t types[] = {AGENTX_GET, AGENTX_GETNEXT, AGENTX_GETBULK, AGENTX_GETBULK};
	struct mib_view *view = full_view();
	struct instances tree;

	(void)state;
	ctx = (struct mib_context){.now_ns = FULL_NOW_NS};
	mib_context_init(&ctx, view);
	tree = all_instances(&ctx);
	assert_true(tree.n > 50);
	for (uint32_t i = 0; i < 20000; i++)
		ask(&tree, types[below(ARRAY_SIZE(types))], i);
	free(tree.list);
	mib_view_free(view);
	context_name = "";
}

/* The answer is that error and nothing else; so many times it was asked for a context. */
static void refused_asking(struct octets *asking, uint32_t other_session, uint16_t error,
			   uint16_t index, unsigned times)
{
	struct octets *wanted = malloc(sizeof(*wanted));
	struct octets *sent = malloc(sizeof(*sent));

	assert_non_null(wanted);
	assert_non_null(sent);
	begin_response(wanted, 5, asking->big, error, index);
	end(wanted);
	end(asking);
	*sent = *asking;
	sent->n = wanted->n = 4;
	put(sent, SESSION ^ other_session, 4);
	put(wanted, SESSION ^ other_session, 4);
	wanted->n = 28;
	asked = 0;
	expect(sent, wanted);
	assert_int_equal(asked, times);
	free(wanted);
	free(sent);
}

static void refused(struct octets *asking, uint32_t other_session, uint16_t error, uint16_t index)
{
	refused_asking(asking, other_session, error, index, 0);
}

static void test_refusals(void **state)
{
	static const uint8_t questions[] = {AGENTX_GET, AGENTX_GETNEXT, AGENTX_GETBULK};
	static const uint32_t name[] = {MIB_OBJECTS, 1, 1, 0};
	static struct octets o;

	(void)state;
	for (int big = 0; big < 2; big++) {
		for (size_t i = 0; i < ARRAY_SIZE(questions); i++) {
			put_header(&o, questions[i], 5, big);
			refused(&o, 1, AGENTX_NOT_OPEN, 0);
			if (questions[i] == AGENTX_GETBULK)
				refused(&o, 0, AGENTX_PARSE_ERROR, 0); /* without its numbers */
			if (questions[i] == AGENTX_GETBULK)
				put(&o, 1, 4);
			put_oid(&o, name, ARRAY_SIZE(name), false);
			refused(&o, 0, AGENTX_PARSE_ERROR, 0); /* half a range */
			put_oid(&o, name, ARRAY_SIZE(name), false);
			o.n -= 4;
			refused(&o, 0, AGENTX_PARSE_ERROR, 0);
		}
		put_header(&o, AGENTX_TESTSET, 5, big);
		refused(&o, 0, AGENTX_NOT_WRITABLE, 1);
		refused(&o, 1, AGENTX_NOT_OPEN, 0);
		put_header(&o, AGENTX_COMMITSET, 5, big);
		refused(&o, 0, AGENTX_COMMIT_FAILED, 0);
		put_header(&o, AGENTX_UNDOSET, 5, big);
		refused(&o, 0, AGENTX_UNDO_FAILED, 0);
		put_header(&o, 99, 5, big);
		refused(&o, 0, AGENTX_PARSE_ERROR, 0);
		put_header(&o, AGENTX_CLEANUPSET, 5, big);
		end(&o);
		assert_int_equal(answer_request(&session, o.at, o.at + 100, ROOM), 0);
	}
}

static void begin_question(struct octets *o, uint8_t type, bool big)
{
	put_header(o, type, 5, big);
	o->at[2] |= AGENTX_NON_DEFAULT_CONTEXT;
}

static void put_range(struct octets *o, uint8_t type)
{
	static const uint32_t name[] = {MIB_OBJECTS, 1, 2, 0};

	if (type == AGENTX_GETBULK)
		put(o, 0, 4);
	put_oid(o, name, ARRAY_SIZE(name), false);
	put_oid(o, NULL, 0, false);
}

static void test_contexts(void **state)
{
	static const uint8_t questions[] = {AGENTX_GET, AGENTX_GETNEXT, AGENTX_GETBULK};
	static const struct {
		const char *name;
		size_t len;
		unsigned asks; /* such a one could exist */
	} unknown[] = {
		{"a", 1, 1},
		{NAMED "\xc3\xa4", 5, 1},
		{"12345678901234567890123456789012", 32, 1},
		{"123456789012345678901234567890123", 33, 0},
		{NAMED "\0", 4, 0},
		{"\0", 1, 0},
	};
	static const uint32_t bad_lengths[] = {5, 8, 3 << 24, UINT32_MAX, UINT32_MAX - 2};
	static struct octets o;

	(void)state;
	context_name = NAMED;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(questions); i++) {
		uint8_t type = questions[i / 2];

		for (size_t u = 0; u < ARRAY_SIZE(unknown); u++) {
			begin_question(&o, type, i % 2);
			put_string(&o, unknown[u].name, unknown[u].len);
			put_range(&o, type);
			refused_asking(&o, 0, AGENTX_UNSUPPORTED_CONTEXT, 0, unknown[u].asks);
			refused(&o, 1, AGENTX_NOT_OPEN, 0);
			put(&o, 0, 4); /* half a range */
			refused(&o, 0, AGENTX_PARSE_ERROR, 0);
		}
		begin_question(&o, type, i % 2);
		refused(&o, 0, AGENTX_PARSE_ERROR, 0); /* without a name */
		for (size_t l = 0; l < ARRAY_SIZE(bad_lengths); l++) {
			begin_question(&o, type, i % 2);
			put(&o, bad_lengths[l], 4);
			put(&o, 0, 4); /* four octets for a name */
			refused(&o, 0, AGENTX_PARSE_ERROR, 0);
		}
		begin_question(&o, type, i % 2);
		put_string(&o, NAMED, strlen(NAMED)); /* and no numbers of repetitions */
		if (type == AGENTX_GETBULK)
			refused(&o, 0, AGENTX_PARSE_ERROR, 0);
	}
	context_name = "";
}

/* One name too many for the room is refused; repetitions end with the last whole one. */
static void test_room(void **state)
{
	static const uint32_t name[] = {MIB_OBJECTS, 1, 2, 0}; /* ipfwMibRevision */
	static _Alignas(struct agentx_response) uint8_t out[ROOM];
	static struct octets o;
	struct agentx_response *r = (struct agentx_response *)out;
	size_t n, each = 4 + 4 + 4 * (ARRAY_SIZE(name) - 5) + 4;

	(void)state;
	ctx = (struct mib_context){.now_ns = 1};
	mib_context_init(&ctx, NULL);
	for (size_t more = 0; more < 2; more++) {
		put_header(&o, AGENTX_GET, 5, false);
		for (size_t i = 0; i < 10 + more; i++) {
			put_oid(&o, name, ARRAY_SIZE(name), false);
			put_oid(&o, NULL, 0, false);
		}
		end(&o);
		n = answer_request(&session, o.at, out, sizeof(*r) + 10 * each + each - 1);
		assert_int_equal(n, more ? sizeof(*r) : sizeof(*r) + 10 * each);
		assert_int_equal(le16toh(r->error), more ? AGENTX_TOO_BIG : 0);
	}
	put_header(&o, AGENTX_GETBULK, 5, false);
	put(&o, 0, 2);
	put(&o, UINT16_MAX, 2);
	for (size_t i = 0; i < 2; i++) {
		put_oid(&o, name, ARRAY_SIZE(name), true);
		put_oid(&o, NULL, 0, false);
	}
	end(&o);
	n = answer_request(&session, o.at, out, sizeof(*r) + 3 * each);
	assert_int_equal(n, sizeof(*r) + 2 * each);
	assert_int_equal(r->error, 0);
	n = answer_request(&session, o.at, out, sizeof(*r) + each);
	assert_int_equal(n, sizeof(*r));
	assert_int_equal(le16toh(r->error), AGENTX_TOO_BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_reference),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
