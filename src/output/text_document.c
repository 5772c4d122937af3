/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "output/screen.h"
#include "output/text.h"

/* An empty line stands between readings, also where the one before was another document. */
int output_text_list(struct output_document *d, const struct output_part *parts, size_t n,
		     const struct output_options *options)
{
	struct output_options own = *options;
	FILE *f = output_begin(d);
	int r;

	if (!f)
		return -errno;
	for (size_t i = 0; i < n; i++) {
		if (i || (options->again && !options->refresh))
			fputc('\n', f);
		own.note = parts[i].note;
		text_print(f, parts[i].s, parts[i].rates, &own);
	}
	r = output_end(d, f);
	if (!r && options->refresh)
		r = screen_frame(d, options->columns, options->rows);
	return r;
}

int output_text(struct output_document *d, const struct snapshot *s, const struct rates *rates,
		const struct output_options *options)
{
	const struct output_part part = {s, rates, options->note};

	return output_text_list(d, &part, 1, options);
}
