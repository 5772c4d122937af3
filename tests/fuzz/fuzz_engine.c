/* SPDX-License-Identifier: MIT */
/* GET and GETNEXT of any OIDs on any view, against the naive reference. */
#include "../unit/mib_reference.h"
#include "bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An instance's OID, changed somewhere, or any other. */
static size_t any_oid(struct bytes *b, const struct instances *tree, uint32_t *oid, size_t room)
{
	static const uint32_t objects[] = {MIB_OBJECTS};
	const struct mib_oid *o = tree->n ? &tree->list[byte(b) % tree->n].oid : NULL;
	size_t len = 0, less;

	if (o)
		memcpy(oid, o->id, (len = o->len) * sizeof(*oid));
	else
		memcpy(oid, objects, (len = sizeof(objects) / sizeof(*oid)) * sizeof(*oid));
	less = byte(b) % 8;
	len -= less < len ? less : 0;
	for (uint32_t more = byte(b) % 8; more && len < room; more--)
		oid[len++] = bytes_number(b);
	if (byte(b) % 2 && len)
		oid[byte(b) % len] += byte(b) % 2 ? 1 : UINT32_MAX;
	return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {data, data + size};
	struct mib_view *view = calloc(1, sizeof(*view));
	static struct mib_gaps gaps;
	struct mib_context ctx = {.now_ns = FUZZ_MONO_NS + 5, .gaps = &gaps};
	struct instances tree;

	if (!view)
		abort();
	view->status = 1;
	view->snapshot = bytes_snapshot(&b);
	view->ip_mib = view->snapshot->system[FAMILY_IPV4].forwarding_known;
	ctx.master_start_ns = (int64_t)FUZZ_MONO_NS - (int64_t)bytes_number(&b);
	if (byte(&b) % 2) {
		struct snapshot *before = bytes_snapshot(&b);
		struct interval *first;

		before->mono_ns -= 5;
		first = interval_end(NULL, before);
		view->interval = interval_end(first, view->snapshot);
		interval_free(first);
		snapshot_free(before);
	}
	mib_context_init(&ctx, view);
	tree = all_instances(&ctx);
	for (size_t i = 0; i < 16 && b.at < b.end; i++) {
		uint32_t oid[64];
		size_t len = any_oid(&b, &tree, oid, 64);
		const char *why = instances_check(&ctx, &tree, oid, len);

		if (why) {
			fprintf(stderr, "%s\n", why);
			abort();
		}
	}
	free(tree.list);
	mib_view_free(view);
	return 0;
}
