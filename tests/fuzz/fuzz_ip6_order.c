/* SPDX-License-Identifier: MIT */
/* ip6_order_parse on any bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "sources/ip6_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ip6_order n;

	if (ip6_order_parse(data, size, &n) != 0)
		return 0;
	for (int c = 0; c < K_COUNT; c++)
		if (n.index[c] < -1 || n.index[c] >= (int)n.count)
			abort();
	return 0;
}
