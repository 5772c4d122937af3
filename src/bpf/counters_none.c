/* SPDX-License-Identifier: MIT */
/* The eBPF source of a program that was built without it. */
#include <errno.h>

#include "bpf/counters.h"

static int not_built(struct why *why)
{
	return why_set(why, -EOPNOTSUPP, "this ipfwagent was built without eBPF");
}

int src_bpf_open(struct src_bpf **out, enum hooks_id hooks, enum bpf_attach attach, struct why *why)
{
	(void)hooks;
	(void)attach;
	*out = NULL;
	return not_built(why);
}

void src_bpf_close(struct src_bpf *b)
{
	(void)b;
}

int src_bpf_sample(struct src_bpf *b, struct why *why)
{
	(void)b;
	return not_built(why);
}

int src_bpf_fill(struct src_bpf *b, struct snapshot *s, struct why *why)
{
	(void)b;
	(void)s;
	return not_built(why);
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

int src_bpf_detach(bool all, struct why *why)
{
	(void)all;
	return not_built(why);
}

void src_bpf_describe(const struct src_bpf *b, struct attachment *out)
{
	(void)b;
	*out = (struct attachment){.hooks = HOOKS_NONE};
}

void src_bpf_try(struct attachment *out)
{
	out->tried = false; /* nothing can be tried */
}
