/* SPDX-License-Identifier: MIT */
#include "agentx/answer.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* From a name to one that is not searched any more (5.2). */
struct range {
	struct pdu_oid start, end; /* a null end is none */
};

/* The PDU that is answered, behind its header, and the answer. */
struct request {
	const struct agentx_header *h;
	struct pdu_reader r;
	struct pdu_writer w;
	struct mib_context *ctx;
};

static void read_range(struct pdu_reader *r, struct range *range)
{
	pdu_read_oid(r, &range->start);
	pdu_read_oid(r, &range->end);
}

/* How many ranges there are; *bad: something else than ranges. */
static size_t count_ranges(struct pdu_reader r, bool *bad)
{
	struct range range;
	size_t n = 0;

	for (; r.at < r.end && !r.bad; n++)
		read_range(&r, &range);
	*bad = r.bad;
	return n;
}

static bool is_before(const struct mib_oid *id, const struct pdu_oid *end)
{
	for (size_t i = 0; i < id->len && i < end->len; i++)
		if (id->id[i] != end->id[i])
			return id->id[i] < end->id[i];
	return id->len < end->len;
}

/* 7.2.3.1 */
static void answer_get(struct request *q, const struct range *range)
{
	const struct pdu_oid *name = &range->start;
	struct mib_value value;
	struct mib_oid found;

	switch (mib_get(q->ctx, name->id, name->len, &value)) {
	case MIB_FOUND:
		memcpy(found.id, name->id, name->len * sizeof(name->id[0]));
		found.len = name->len;
		pdu_write_value(&q->w, &found, &value);
		break;
	case MIB_NO_INSTANCE:
		pdu_write_read_name(&q->w, AGENTX_NO_SUCH_INSTANCE, name);
		break;
	default:
		pdu_write_read_name(&q->w, AGENTX_NO_SUCH_OBJECT, name);
	}
}

/*
 * 7.2.3.2: the first instance of the range after `at`, which it becomes; while `at` is the null
 * OID, after the start, or from there on if that is included. Returns whether there is one.
 */
static bool answer_next(struct request *q, const struct range *range, struct mib_oid *at)
{
	const struct pdu_oid *start = &range->start;
	struct mib_oid found = {.len = 0};
	struct mib_value value;

	if (at->len) {
		if (mib_getnext(q->ctx, at->id, at->len, &found, &value) != MIB_FOUND)
			found.len = 0;
	} else if (start->include && mib_get(q->ctx, start->id, start->len, &value) == MIB_FOUND) {
		memcpy(found.id, start->id, start->len * sizeof(start->id[0]));
		found.len = start->len;
	} else if (mib_getnext(q->ctx, start->id, start->len, &found, &value) != MIB_FOUND) {
		found.len = 0;
	}
	if (found.len && (!range->end.len || is_before(&found, &range->end))) {
		*at = found;
		pdu_write_value(&q->w, at, &value);
		return true;
	}
	if (at->len)
		pdu_write_own_name(&q->w, AGENTX_END_OF_MIB_VIEW, at);
	else
		pdu_write_read_name(&q->w, AGENTX_END_OF_MIB_VIEW, start);
	return false;
}

static void answer_ranges(struct request *q, size_t n)
{
	struct mib_oid at;
	struct range range;

	while (n--) {
		read_range(&q->r, &range);
		at.len = 0;
		if (q->h->type == AGENTX_GET)
			answer_get(q, &range);
		else
			answer_next(q, &range, &at);
	}
}

/*
 * 7.2.3.3: the ranges that are left, again and again, each from where it was found last. It ends
 * when nothing is found any more; or when there is no room for all of them once more, since a
 * master takes fewer repetitions than it asked for.
 */
static void repeat_ranges(struct request *q, size_t n, unsigned times)
{
	const struct pdu_reader first = q->r;
	struct mib_oid *at = calloc(n, sizeof(*at));
	bool found = true;

	if (!at)
		q->w.full = true;
	for (unsigned i = 0; i < times && found && !q->w.full; i++) {
		struct pdu_writer before = q->w;
		struct range range;

		found = false;
		q->r = first;
		for (size_t s = 0; s < n; s++) {
			read_range(&q->r, &range);
			found |= answer_next(q, &range, &at[s]);
		}
		if (q->w.full && i > 0) {
			q->w = before;
			break;
		}
	}
	free(at);
}

/* The name of the request's context. False: no context has such a name. */
static bool read_context(struct request *q, char name[MIB_CONTEXT_MAX + 1])
{
	struct pdu_string string = {.octets = (const uint8_t *)"", .len = 0};

	if (q->h->flags & AGENTX_NON_DEFAULT_CONTEXT)
		pdu_read_string(&q->r, &string);
	if (q->r.bad || string.len > MIB_CONTEXT_MAX || memchr(string.octets, 0, string.len))
		return false;
	memcpy(name, string.octets, string.len);
	name[string.len] = 0;
	return true;
}

/* Answer Get, GetNext or GetBulk. Returns the error. */
static uint16_t answer_question(struct request *q, answer_context *context)
{
	char name[MIB_CONTEXT_MAX + 1];
	const bool named = read_context(q, name);
	size_t once, all;
	unsigned times = 0;
	bool bad;

	once = q->h->type == AGENTX_GETBULK ? pdu_read_u16(&q->r) : SIZE_MAX;
	if (q->h->type == AGENTX_GETBULK)
		times = pdu_read_u16(&q->r);
	all = count_ranges(q->r, &bad);
	if (bad)
		return AGENTX_PARSE_ERROR;
	if (once > all)
		once = all;
	q->ctx = named ? context(name) : NULL;
	if (!q->ctx)
		return AGENTX_UNSUPPORTED_CONTEXT;
	answer_ranges(q, once);
	if (all > once && times)
		repeat_ranges(q, all - once, times);
	return q->w.full ? AGENTX_TOO_BIG : AGENTX_NO_ERROR;
}

static uint16_t answer(struct request *q, const struct answer_session *s)
{
	switch (q->h->type) {
	case AGENTX_GET:
	case AGENTX_GETNEXT:
	case AGENTX_GETBULK:
	case AGENTX_TESTSET:
	case AGENTX_COMMITSET:
	case AGENTX_UNDOSET:
		break;
	default:
		return AGENTX_PARSE_ERROR;
	}
	if (!s->open || q->h->session != s->id)
		return AGENTX_NOT_OPEN;
	switch (q->h->type) {
	case AGENTX_COMMITSET:
		return AGENTX_COMMIT_FAILED;
	case AGENTX_UNDOSET:
		return AGENTX_UNDO_FAILED;
	case AGENTX_TESTSET:
		return AGENTX_NOT_WRITABLE;
	default:
		return answer_question(q, s->context);
	}
}

/* Write all but the variables. Returns the length of the Response. */
static size_t finish(const struct agentx_header *h, uint16_t error, uint8_t *out, size_t variables)
{
	struct agentx_response response = {.header = *h};
	const bool network_order = h->flags & AGENTX_NETWORK_BYTE_ORDER;

	response.header.type = AGENTX_RESPONSE;
	response.header.flags = h->flags & AGENTX_NETWORK_BYTE_ORDER;
	response.header.reserved = 0;
	response.header.length = sizeof(response) - sizeof(response.header) + variables;
	response.error = network_order ? htobe16(error) : htole16(error);
	/* Of which variable, from 1. net-snmp's master makes genErr of an error of none. */
	if (error == AGENTX_NOT_WRITABLE || error == AGENTX_TOO_BIG)
		response.index = network_order ? htobe16(1) : htole16(1);
	memcpy(out, &response, sizeof(response));
	pdu_set_header(out, response.header);
	return sizeof(response) + variables;
}

size_t answer_request(const struct answer_session *session, const uint8_t *pdu, uint8_t *out,
		      size_t room)
{
	const struct agentx_header h = pdu_header(pdu);
	const bool network_order = h.flags & AGENTX_NETWORK_BYTE_ORDER;
	const uint8_t *payload = pdu + sizeof(h);
	struct request q = {
		.h = &h,
		.r = {payload, payload + h.length, network_order, false},
		.w = {out + sizeof(struct agentx_response), out + room, network_order, false},
	};
	uint16_t error;

	if (h.type == AGENTX_CLEANUPSET)
		return 0;
	error = answer(&q, session);
	return finish(&h, error, out, error ? 0 : q.w.at - out - sizeof(struct agentx_response));
}

size_t answer_too_big(const struct agentx_header *h, uint8_t *out)
{
	return h->type == AGENTX_CLEANUPSET ? 0 : finish(h, AGENTX_TOO_BIG, out, 0);
}
