/* SPDX-License-Identifier: MIT */
/* The proc parsers; the first byte chooses one. */
#include <stdint.h>
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
	struct procfs_text text = {.n = size - 1};

	if (size < 2)
		return 0;
	text.octets = malloc(size); /* with the NUL that a text has */
	if (!text.octets)
		return 0;
	memcpy(text.octets, data + 1, size - 1);
	text.octets[size - 1] = '\0';
	if (data[0] % 3 == 0)
		procfs_parse_pairs(&text, &k);
	else if (data[0] % 3 == 1)
		procfs_parse_snmp6(&text, &k, &ifindex);
	else
		procfs_parse_dev(&text, row, &sum);
	procfs_text_clear(&text);
	if (k.known >> K_COUNT)
		abort();
	return 0;
}
