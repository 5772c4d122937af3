/* SPDX-License-Identifier: MIT */
/*
 * A PDU of the master's, through net-snmp's parser, into the direct answers. A response is compared
 * with the naive reference, then encoded and parsed again. The first two bytes are how much of the
 * input makes the view that is asked.
 */
#include "agentx/library.h"

#include "../unit/mib_reference.h"
#include "agentx/answer.h"
#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AGENTX_VERSION_1 0xc1
enum { GET = 5, GETNEXT = 6, RESPONSE = 18 };

struct agentx_library agentx_library;

/* Exported by the library; its headers do not declare them. */
static int (*parse)(netsnmp_session *, netsnmp_pdu *, u_char *, size_t);
static int (*build)(netsnmp_session *, netsnmp_pdu *, u_char **, size_t *, size_t *);

static netsnmp_pdu *sent;

static int take(netsnmp_session *session, netsnmp_pdu *pdu)
{
	(void)session;
	if (sent)
		abort();
	sent = pdu;
	return 1;
}

static void load(void)
{
	void *library;

	if (agentx_library_load(&agentx_library))
		abort();
	library = dlopen(SNMP_AGENT_SONAME, RTLD_NOW | RTLD_LOCAL);
	parse = (__typeof__(parse))dlsym(library, "agentx_parse");
	build = (__typeof__(build))dlsym(library, "agentx_realloc_build");
	if (!parse || !build)
		abort();
	agentx_library.snmp_send = take;
}

static bool same_name(const netsnmp_variable_list *v, const uint32_t *id, size_t len)
{
	if (v->name_length != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((uint32_t)v->name[i] != id[i]) /* the library extends a sign there */
			return false;
	return true;
}

static bool is_value(const netsnmp_variable_list *v, const struct mib_value *value)
{
	switch (value->type) {
	case MIB_STRING:
		return v->type == ASN_OCTET_STR && v->val_len == strlen(value->string) &&
		       !memcmp(v->val.string, value->string, v->val_len);
	case MIB_COUNTER64:
		return v->type == ASN_COUNTER64 && v->val.counter64->high == value->number >> 32 &&
		       v->val.counter64->low == (value->number & UINT32_MAX);
	case MIB_INTEGER:
		return v->type == ASN_INTEGER && *v->val.integer == (long)value->number;
	case MIB_GAUGE32:
		return v->type == ASN_GAUGE && *v->val.integer == (long)value->number;
	case MIB_TIMETICKS:
		return v->type == ASN_TIMETICKS && *v->val.integer == (long)value->number;
	}
	return false;
}

/* The answer to one variable. */
static void check(bool get, const struct instances *tree, const netsnmp_variable_list *asked,
		  const netsnmp_variable_list *got)
{
	const struct instance *same, *after, *wanted;
	uint32_t id[512], end[512];
	size_t end_len = asked->val_len / sizeof(oid);

	for (size_t i = 0; i < asked->name_length; i++)
		id[i] = asked->name[i];
	for (size_t i = 0; i < end_len; i++)
		end[i] = asked->val.objid[i];
	if (end_len == 2 && !end[0] && !end[1])
		end_len = 0; /* the null OID */
	instances_find(tree, id, asked->name_length, &same, &after);
	wanted = get || (same && asked->type == ASN_PRIV_INCL_RANGE) ? same : after;
	if (!get && wanted && end_len &&
	    compare_oids(wanted->oid.id, wanted->oid.len, end, end_len) >= 0)
		wanted = NULL;
	if (wanted) {
		if (!same_name(got, wanted->oid.id, wanted->oid.len) ||
		    !is_value(got, &wanted->value))
			abort();
	} else {
		if (!same_name(got, id, asked->name_length))
			abort();
		if (get ? got->type != SNMP_NOSUCHINSTANCE && got->type != SNMP_NOSUCHOBJECT
			: got->type != SNMP_ENDOFMIBVIEW)
			abort();
	}
}

static void answer(netsnmp_session *session, netsnmp_pdu *pdu, struct mib_context *ctx)
{
	struct instances tree = all_instances(ctx);
	const netsnmp_variable_list *got;
	netsnmp_pdu *again = agentx_library.snmp_pdu_create(0);
	netsnmp_pdu *asked =
		agentx_library.snmp_clone_pdu(pdu); /* the answer takes its variables */
	u_char *packet = NULL;
	size_t room = 0, len = 0;

	agentx_answer(session, pdu, ctx);
	if (!sent || sent->command != RESPONSE || sent->errstat || sent->sessid != pdu->sessid ||
	    sent->transid != pdu->transid || sent->reqid != pdu->reqid)
		abort();
	got = sent->variables;
	for (const netsnmp_variable_list *v = asked->variables; v; v = v->next_variable) {
		if (!got)
			abort();
		check(pdu->command == GET, &tree, v, got);
		got = got->next_variable;
	}
	if (got || build(session, sent, &packet, &room, &len) != 0)
		abort();
	again->flags = 0;
	if (len <= 65536 && parse(session, again, packet, len) != 0)
		abort();
	free(packet);
	agentx_library.snmp_free_pdu(again);
	agentx_library.snmp_free_pdu(asked);
	free(tree.list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	netsnmp_session session = {.version = AGENTX_VERSION_1};
	struct mib_context ctx = {.now_ns = FUZZ_MONO_NS + 5, .master_start_ns = 1};
	struct mib_view *view;
	struct bytes b;
	netsnmp_pdu *pdu;
	u_char *packet;
	size_t n;

	if (!parse)
		load();
	if (size < 2)
		return 0;
	n = data[0] | data[1] << 8;
	n = 2 + (n < size - 2 ? n : size - 2);
	b = (struct bytes){data + 2, data + n};
	packet = malloc(size - n + 1);
	view = calloc(1, sizeof(*view));
	pdu = agentx_library.snmp_pdu_create(0);
	if (!packet || !view || !pdu)
		abort();
	memcpy(packet, data + n, size - n);
	pdu->flags = 0;
	if (parse(&session, pdu, packet, size - n) == 0 && !agentx_answer_refuse(&session, pdu) &&
	    agentx_answer_can(pdu)) {
		view->status = 1;
		view->snapshot = bytes_snapshot(&b);
		mib_context_init(&ctx, view);
		answer(&session, pdu, &ctx);
	}
	if (sent)
		agentx_library.snmp_free_pdu(sent);
	sent = NULL;
	agentx_library.snmp_free_pdu(pdu);
	mib_view_free(view);
	free(packet);
	return 0;
}
