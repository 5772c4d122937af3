/* SPDX-License-Identifier: MIT */
/* The eBPF source of a program that was built without it. */
#include <errno.h>
#include <stdio.h>

#include "src_bpf.h"

static int not_built(char *why, size_t why_size)
{
	snprintf(why, why_size, "this ipfwagent was built without eBPF");
	return -EOPNOTSUPP;
}

int src_bpf_open(struct src_bpf **out, enum hooks_id hooks, bool may_attach, char *why,
		 size_t why_size)
{
	(void)hooks;
	(void)may_attach;
	*out = NULL;
	return not_built(why, why_size);
}

void src_bpf_close(struct src_bpf *b)
{
	(void)b;
}

int src_bpf_read(struct src_bpf *b, struct snapshot *s, char *why, size_t why_size)
{
	(void)b;
	(void)s;
	return not_built(why, why_size);
}

int src_bpf_attach(enum hooks_id hooks, char *why, size_t why_size)
{
	(void)hooks;
	return not_built(why, why_size);
}

int src_bpf_detach(char *why, size_t why_size)
{
	return not_built(why, why_size);
}

int src_bpf_status(char *why, size_t why_size)
{
	return not_built(why, why_size);
}
