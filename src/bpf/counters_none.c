/* SPDX-License-Identifier: MIT */
/* The eBPF source of a program that was built without it. */
#include <errno.h>

#include "bpf/counters.h"

static int not_built(struct why *why)
{
	return why_set(why, -EOPNOTSUPP, "this ipfwagent was built without eBPF");
}

int counters_open(struct counters **out, enum hooks_id hooks, enum bpf_attach attach,
		  struct why *why)
{
	(void)hooks;
	(void)attach;
	*out = NULL;
	return not_built(why);
}

void counters_close(struct counters *b)
{
	(void)b;
}

int counters_begin(struct counters *b, struct why *why)
{
	(void)b;
	return not_built(why);
}

int counters_read_rows(struct counters *b, struct why *why)
{
	(void)b;
	return not_built(why);
}

int counters_read_ifs(struct counters *b, struct why *why)
{
	(void)b;
	return not_built(why);
}

int counters_fill(struct counters *b, struct snapshot *s, const struct devices *devices,
		  struct why *why)
{
	(void)b;
	(void)s;
	(void)devices;
	return not_built(why);
}

bool counters_count_again(struct counters *b, const struct snapshot *s, struct peak_counts *out)
{
	(void)b;
	(void)s;
	(void)out;
	return false;
}

bool counters_readable(const struct counters *b)
{
	(void)b;
	return true;
}

int64_t counters_memo(const struct counters *b)
{
	(void)b;
	return 0;
}

int counters_set_memo(struct counters *b, int64_t memo)
{
	(void)b;
	(void)memo;
	return -EOPNOTSUPP;
}

bool counters_follow(struct counters *b)
{
	(void)b;
	return false;
}

void counters_none_bypassed(struct counters *b)
{
	(void)b;
}

void counters_drop(struct counters *b)
{
	(void)b;
}

int counters_detach(bool all, counters_detached *each, struct why *why)
{
	(void)all;
	(void)each;
	return not_built(why);
}

void counters_describe(const struct counters *b, struct attachment *out)
{
	(void)b;
	*out = (struct attachment){.hooks = HOOKS_NONE};
}

void counters_try(struct attachment *out)
{
	out->tried = false; /* nothing can be tried */
}
