/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"
#include "output/output.h"
#include "output/plain.h"

const struct output_form output_forms[] = {
	[OUTPUT_TEXT] = {"text", output_text, output_text_list, output_text_attachment},
	[OUTPUT_JSON] = {"json", output_json, output_json_list, output_json_attachment},
	[OUTPUT_PROMETHEUS] = {"prometheus", output_prometheus, output_prometheus_list, NULL},
	[OUTPUT_OPENMETRICS] = {"openmetrics", output_openmetrics, output_openmetrics_list, NULL},
	[OUTPUT_SYSTEM] = {"system", plain_make_system, NULL, NULL},
	[OUTPUT_READING] = {"reading", plain_make_reading, NULL, NULL},
};

static_assert(ARRAY_SIZE(output_forms) == OUTPUT_FORMATS, "one row per form");

FILE *output_begin(struct output_document *d)
{
	*d = (struct output_document){NULL, 0};
	return open_memstream(&d->text, &d->size);
}

int output_end(struct output_document *d, FILE *f)
{
	bool failed = ferror(f);

	if (!fclose(f) && !failed)
		return 0;
	free(d->text);
	*d = (struct output_document){NULL, 0};
	return -ENOMEM;
}

int output_document(const struct output_document *d)
{
	return fwrite(d->text, 1, d->size, stdout) != d->size || fflush(stdout) ? -errno : 0;
}
