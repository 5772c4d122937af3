/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/units.h"
#include "output/output.h"
#include "output/plain.h"

const struct out_form out_forms[] = {
	[OUT_TEXT] = {"text", out_text, out_text_activity, out_text_attachment, NULL},
	[OUT_JSON] = {"json", out_json, out_json_activity, out_json_attachment, NULL},
	[OUT_PROMETHEUS] = {"prometheus", out_prometheus, NULL, NULL, NULL},
	[OUT_OPENMETRICS] = {"openmetrics", out_openmetrics, NULL, NULL, NULL},
	[OUT_LIBRENMS] = {"librenms", out_librenms, NULL, NULL, out_librenms_failure},
	[OUT_SYSTEM] = {"system", system_lines_make, NULL, NULL, NULL},
};

static_assert(ARRAY_SIZE(out_forms) == OUT_FORMATS, "one row per form");

FILE *out_begin(struct out_document *d)
{
	*d = (struct out_document){NULL, 0};
	return open_memstream(&d->text, &d->size);
}

int out_end(struct out_document *d, FILE *f)
{
	bool failed = ferror(f);

	if (!fclose(f) && !failed)
		return 0;
	free(d->text);
	*d = (struct out_document){NULL, 0};
	return -ENOMEM;
}

int out_document(const struct out_document *d)
{
	return fwrite(d->text, 1, d->size, stdout) != d->size || fflush(stdout) ? -errno : 0;
}
