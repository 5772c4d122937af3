/* SPDX-License-Identifier: MIT */
/* The eBPF source of a program that was built without it. */
#include <errno.h>
#include <stdio.h>

#include "bpf/counters.h"

static int not_built(char *why, size_t why_size)
{
	snprintf(why, why_size, "this ipfwagent was built without eBPF");
	return -EOPNOTSUPP;
}

int src_bpf_open(struct src_bpf **out, enum hooks_id hooks, enum bpf_attach attach, char *why,
		 size_t why_size)
{
	(void)hooks;
	(void)attach;
	*out = NULL;
	return not_built(why, why_size);
}

void src_bpf_close(struct src_bpf *b)
{
	(void)b;
}

int src_bpf_sample(struct src_bpf *b, char *why, size_t why_size)
{
	(void)b;
	return not_built(why, why_size);
}

int src_bpf_fill(struct src_bpf *b, struct snapshot *s, char *why, size_t why_size)
{
	(void)b;
	(void)s;
	return not_built(why, why_size);
}

int64_t src_bpf_memo(const struct src_bpf *b)
{
	(void)b;
	return 0;
}

int src_bpf_set_memo(struct src_bpf *b, int64_t memo)
{
	(void)b;
	(void)memo;
	return -EOPNOTSUPP;
}

void src_bpf_drop(struct src_bpf *b)
{
	(void)b;
}

int src_bpf_detach(bool all, char *why, size_t why_size)
{
	(void)all;
	return not_built(why, why_size);
}

void src_bpf_probe(char verdicts[HOOKS_FENTRY + 1][256])
{
	for (int id = HOOKS_NETFILTER; id <= HOOKS_FENTRY; id++)
		not_built(verdicts[id], sizeof(verdicts[id]));
}
