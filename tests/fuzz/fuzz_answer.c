/* SPDX-License-Identifier: MIT */
/*
 * A PDU of the master's into the answers. net-snmp's parser reads the request and the response:
 * what it can read is compared with the naive reference. The first two bytes are how much of the
 * input makes the view that is asked.
 */
#include "agentx/library.h"

#include "../unit/mib_reference.h"
#include "agentx/answer.h"
#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define AGENTX_VERSION_1 0xc1
#define ROOM             65536

struct agentx_library agentx_library;

/* Exported by the library; its headers do not declare it. */
static int (*parse)(netsnmp_session *, netsnmp_pdu *, u_char *, size_t);

static struct mib_context ctx;

static struct mib_context *context(const char *name)
{
	return name[0] == 'x' ? NULL : &ctx;
}

/* Whether no context has the name that the library has read. */
static bool is_unknown(const netsnmp_pdu *asked)
{
	const char *name = (const char *)asked->community;
	size_t len = asked->flags & AGENTX_NON_DEFAULT_CONTEXT ? asked->community_len : 0;

	return len && (len > MIB_CONTEXT_MAX || memchr(name, 0, len) || name[0] == 'x');
}

static void load(void)
{
	void *library;

	if (agentx_library_load(&agentx_library))
		abort();
	library = dlopen(SNMP_AGENT_SONAME, RTLD_NOW | RTLD_LOCAL);
	parse = (__typeof__(parse))dlsym(library, "agentx_parse");
	if (!parse)
		abort();
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

static bool is_number(const netsnmp_variable_list *v, const struct mib_value *value)
{
	return (uint32_t)*v->val.integer == value->number;
}

static bool is_value(const netsnmp_variable_list *v, const struct mib_value *value)
{
	switch (value->type) {
	case MIB_STRING:
		return v->type == ASN_OCTET_STR && v->val_len == strlen(value->string) &&
		       !memcmp(v->val.string, value->string, v->val_len);
	case MIB_COUNTER64:
		return v->type == ASN_COUNTER64 &&
		       (uint32_t)v->val.counter64->high == value->number >> 32 &&
		       (uint32_t)v->val.counter64->low == (uint32_t)value->number;
	case MIB_INTEGER:
		return v->type == ASN_INTEGER && is_number(v, value);
	case MIB_COUNTER32:
		return v->type == ASN_COUNTER && is_number(v, value);
	case MIB_GAUGE32:
		return v->type == ASN_GAUGE && is_number(v, value);
	case MIB_TIMETICKS:
		return v->type == ASN_TIMETICKS && is_number(v, value);
	}
	return false;
}

struct range {
	uint32_t id[512], end[512];
	size_t len, end_len;
	bool include;
};

static void read_range(struct range *r, const netsnmp_variable_list *v)
{
	r->len = v->name_length;
	r->end_len = v->val_len / sizeof(oid);
	r->include = v->type == ASN_PRIV_INCL_RANGE;
	for (size_t i = 0; i < r->len; i++)
		r->id[i] = v->name[i];
	for (size_t i = 0; i < r->end_len; i++)
		r->end[i] = v->val.objid[i];
	if (r->end_len == 2 && !r->end[0] && !r->end[1])
		r->end_len = 0; /* the null OID */
}

static void check_get(const struct instances *tree, const struct range *r,
		      const netsnmp_variable_list *got)
{
	const struct instance *same, *after;

	instances_find(tree, r->id, r->len, &same, &after);
	if (!got || !same_name(got, r->id, r->len))
		abort();
	if (same ? !is_value(got, &same->value)
		 : got->type != SNMP_NOSUCHINSTANCE && got->type != SNMP_NOSUCHOBJECT)
		abort();
}

/* Returns whether there is a next one, which the range begins behind from now on. */
static bool check_next(const struct instances *tree, struct range *r,
		       const netsnmp_variable_list *got)
{
	const struct instance *next =
		instances_next(tree, r->id, r->len, r->include, r->end, r->end_len);

	if (!got || !same_name(got, next ? next->oid.id : r->id, next ? next->oid.len : r->len))
		abort();
	if (next ? !is_value(got, &next->value) : got->type != SNMP_ENDOFMIBVIEW)
		abort();
	if (!next)
		return false;
	memcpy(r->id, next->oid.id, next->oid.len * sizeof(r->id[0]));
	r->len = next->oid.len;
	r->include = false;
	return true;
}

static const netsnmp_variable_list *check_repetitions(const struct instances *tree,
						      const netsnmp_variable_list *asked, int times,
						      const netsnmp_variable_list *got)
{
	struct range *ranges;
	size_t n = 0;
	bool found = true;

	for (const netsnmp_variable_list *v = asked; v; v = v->next_variable)
		n++;
	ranges = calloc(n + 1, sizeof(*ranges));
	if (!ranges)
		abort();
	for (size_t i = 0; i < n; i++, asked = asked->next_variable)
		read_range(&ranges[i], asked);
	for (int t = 0; n && t < times && found; t++) {
		if (t && !got) /* how many there is room for, the unit test knows */
			break;
		found = false;
		for (size_t i = 0; i < n; i++, got = got->next_variable)
			found |= check_next(tree, &ranges[i], got);
	}
	free(ranges);
	return got;
}

static void check(const netsnmp_pdu *asked, const netsnmp_variable_list *got)
{
	struct instances tree = all_instances(&ctx);
	const netsnmp_variable_list *v = asked->variables;
	bool bulk = asked->command == AGENTX_GETBULK;
	struct range range;

	for (long i = 0; v && (!bulk || i < asked->non_repeaters); i++, v = v->next_variable) {
		read_range(&range, v);
		if (asked->command == AGENTX_GET)
			check_get(&tree, &range, got);
		else
			check_next(&tree, &range, got);
		got = got->next_variable;
	}
	if (bulk)
		got = check_repetitions(&tree, v, asked->max_repetitions, got);
	if (got)
		abort();
	free(tree.list);
}

/*
 * Whether there is an OID 0.0 that is written as such. The library's parser gives the null OID in
 * the same way, which ends no range; so what it reads cannot be compared.
 */
static bool has_zero_oid(const uint8_t *packet, size_t n)
{
	static const uint8_t zeros[8];

	for (size_t i = sizeof(struct agentx_header); i + 12 <= n; i += 4)
		if (packet[i] == 2 && !packet[i + 1] && !memcmp(packet + i + 4, zeros, 8))
			return true;
	return false;
}

static void answer(uint8_t *packet, size_t n)
{
	static uint8_t out[ROOM];
	netsnmp_session net_session = {.version = AGENTX_VERSION_1};
	struct agentx_header h = pdu_header(packet);
	struct answer_session session = {
		.open = h.transaction % 16, .id = h.session, .context = context};
	netsnmp_pdu *asked = agentx_library.snmp_pdu_create(0);
	netsnmp_pdu *got = agentx_library.snmp_pdu_create(0);
	bool question = h.type >= AGENTX_GET && h.type <= AGENTX_GETBULK;
	size_t len;

	if (!asked || !got)
		abort();
	asked->flags = got->flags = 0;
	h.length = n - sizeof(h);
	pdu_set_header(packet, h);
	len = answer_request(&session, packet, out, sizeof(out));
	if (!len != (h.type == AGENTX_CLEANUPSET) || len > sizeof(out))
		abort();
	if (len && (parse(&net_session, got, out, len) || got->command != AGENTX_RESPONSE ||
		    (uint32_t)got->sessid != h.session || (uint32_t)got->transid != h.transaction ||
		    (uint32_t)got->reqid != h.packet))
		abort();
	if (len && got->errstat && got->variables)
		abort();
	if (len && !question && !got->errstat)
		abort();
	if (len && question && session.open && got->errstat != AGENTX_TOO_BIG &&
	    !has_zero_oid(packet, n) && !parse(&net_session, asked, packet, n)) {
		bool unknown = is_unknown(asked);

		if (got->errstat != (unknown ? AGENTX_UNSUPPORTED_CONTEXT : 0))
			abort();
		if (!unknown)
			check(asked, got->variables);
	}
	agentx_library.snmp_free_pdu(asked);
	agentx_library.snmp_free_pdu(got);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mib_view *view;
	struct bytes b;
	uint8_t *packet;
	size_t n;

	if (!parse)
		load();
	if (size < 2)
		return 0;
	n = data[0] | data[1] << 8;
	n = 2 + (n < size - 2 ? n : size - 2);
	if (size - n < sizeof(struct agentx_header))
		return 0;
	b = (struct bytes){data + 2, data + n};
	packet = malloc(size - n);
	view = calloc(1, sizeof(*view));
	if (!packet || !view)
		abort();
	memcpy(packet, data + n, size - n);
	view->status = 1;
	view->snapshot = bytes_snapshot(&b);
	view->ip_mib = view->snapshot->system[FAMILY_IPV4].forwarding_known;
	ctx = (struct mib_context){.now_ns = FUZZ_MONO_NS + 5, .master_start_ns = 1};
	mib_context_init(&ctx, view);
	if (packet[1] != AGENTX_RESPONSE && packet[1] != AGENTX_CLOSE)
		answer(packet, size - n);
	mib_view_free(view);
	free(packet);
	return 0;
}
