/* SPDX-License-Identifier: MIT */
/* The proc parsers; the first byte chooses one. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/procfs.h"
#include "sources/procfs_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int row(void *arg, const char *name, const struct kernel_device *dev)
{
	*(uint64_t *)arg += strlen(name) + dev->rx_packets;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_counters k = {0};
	uint32_t ifindex = 0;
	uint64_t sum = 0;
	FILE *f;

	if (size < 2)
		return 0;
	f = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
	if (!f)
		return 0;
	if (data[0] % 3 == 0)
		procfs_parse_pairs(f, &k);
	else if (data[0] % 3 == 1)
		procfs_parse_snmp6(f, &k, &ifindex);
	else
		procfs_parse_dev(f, row, &sum);
	fclose(f);
	if (k.known >> K_COUNT)
		abort();
	return 0;
}
