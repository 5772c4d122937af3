/* SPDX-License-Identifier: MIT */
#include "model/bypass.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"

const char *const bypass_kind_names[BYPASS_KINDS] = {
	[BYPASS_FLOWTABLE] = "flowtable",
	[BYPASS_FLOWTABLE_OFFLOAD] = "flowtable-offload",
	[BYPASS_TC_REDIRECT] = "tc-redirect",
	[BYPASS_NFT_FWD] = "nft-fwd",
	[BYPASS_MPLS] = "mpls",
	[BYPASS_XDP] = "xdp",
	[BYPASS_TC_BPF] = "tc-bpf",
};

bool bypass_is_certain(enum bypass_kind kind)
{
	return kind != BYPASS_XDP && kind != BYPASS_TC_BPF;
}

char *bypass_text(const struct bypass *b, char *text, size_t size)
{
	char name[ESCAPE_NAME_MAX];

	escape_name(name, sizeof(name), b->name, ESCAPE_TEXT);
	snprintf(text, size, "%s%s%s%s%s%s", name, name[0] ? ": " : "", bypass_kind_names[b->kind],
		 b->detail[0] ? " (" : "", b->detail, b->detail[0] ? ")" : "");
	return text;
}

int bypass_order(const void *a, const void *b)
{
	const struct bypass *x = a, *y = b;

	if (x->ifindex != y->ifindex)
		return x->ifindex < y->ifindex ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->detail, y->detail);
}
