/* SPDX-License-Identifier: MIT */
/* GET and GETNEXT of any OID; a walk always goes forward. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snmp_engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mib_context ctx;
	static struct mib_view view;
	uint32_t oid[64] = {MIB_OBJECTS};
	struct mib_value value;
	struct mib_oid next;
	size_t len = data && size ? data[0] % 12 : 0;

	if (!view.snapshot) {
		view.snapshot = snapshot_new();
		if (!view.snapshot || !snapshot_add_if(view.snapshot, 2, "eth0"))
			abort();
		figures_set(&view.snapshot->ifs[0].figures[FAMILY_IPV6], M_IN_PACKETS, 5);
	}
	mib_context_init(&ctx, &view);
	for (size_t i = 1; i + 1 < size && len < 64; i += 2)
		oid[len++] = data[i] == 255 ? UINT32_MAX - data[i + 1] : data[i + 1];
	mib_get(&ctx, oid, len, &value);
	if (mib_getnext(&ctx, oid, len, &next, &value) == MIB_FOUND) {
		size_t i = 0;

		while (i < len && i < next.len && oid[i] == next.id[i])
			i++;
		if (i == next.len || (i < len && next.id[i] < oid[i]))
			abort();
		if (mib_get(&ctx, next.id, next.len, &value) != MIB_FOUND)
			abort();
	}
	return 0;
}
