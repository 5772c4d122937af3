/* SPDX-License-Identifier: MIT */
/* request_parse on any bytes; what it accepts can be written and parsed again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "output/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[REQUEST_MAX + 1], again[2 * REQUEST_MAX], third[sizeof(again)];
	struct request r, s;
	struct why why = {""};
	int n;

	if (size > REQUEST_MAX)
		return 0;
	if (size)
		memcpy(line, data, size);
	if (request_parse(&r, line, size, &why)) {
		if (!why.text[0])
			abort();
		request_clear(&r);
		return 0;
	}
	n = request_format(again, sizeof(again), &r);
	if (n < 2 || again[n - 1] != '\n')
		abort();
	memcpy(third, again, n);
	if (request_parse(&s, third, n - 1, &why))
		abort();
	if (r.format != s.format || r.pretty != s.pretty || r.verbose != s.verbose ||
	    r.netns != s.netns || r.filter.include.n != s.filter.include.n ||
	    r.filter.exclude.n != s.filter.exclude.n)
		abort();
	if (filter_passes(&r.filter, "eth0") != filter_passes(&s.filter, "eth0"))
		abort();
	request_clear(&r);
	request_clear(&s);
	return 0;
}
