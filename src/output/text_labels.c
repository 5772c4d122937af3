/* SPDX-License-Identifier: MIT */
#include "output/text_labels.h"

#include "base/columns.h"
#include "base/escape.h"

#define ALIAS_WIDTH 30 /* in columns */

void text_labels_put_titles(struct grid *g, const struct snapshot *s)
{
	bool has_vrf = false, has_alias = false;

	for (size_t i = 0; i < s->n_ifs; i++) {
		has_vrf |= s->ifs[i].vrf[0] != '\0';
		has_alias |= s->ifs[i].alias != 0;
	}
	grid_put(g, "%s", has_vrf ? "vrf" : "");
	grid_put(g, "%s", has_alias ? "alias" : "");
}

void text_labels_put(struct grid *g, const struct snapshot *s, const struct snapshot_if *row,
		     bool whole)
{
	char text[ESCAPE_ALIAS_MAX];
	size_t n;

	grid_put(g, "%s", escape_name(text, sizeof(text), row->vrf, ESCAPE_TEXT));
	escape_name(text, sizeof(text), snapshot_alias(s, row), ESCAPE_TEXT);
	n = columns_prefix(text, ALIAS_WIDTH);
	if (text[n] && !whole)
		grid_put(g, "%.*s~", (int)columns_prefix(text, ALIAS_WIDTH - 1), text);
	else
		grid_put(g, "%s", text);
}
