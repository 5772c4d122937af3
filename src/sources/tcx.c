/* SPDX-License-Identifier: MIT */
#include "sources/tcx.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/units.h"

/* From Linux 6.6's headers, which may be newer than those that this is built with. */
#define ATTACH_TCX_INGRESS 46
#define ATTACH_TCX_EGRESS  47
#define MOST_PROGRAMS      64 /* BPF_MPROG_MAX */

/* union bpf_attr's query, whole. */
struct query {
	uint32_t ifindex, type, flags, attach_flags;
	uint64_t ids;
	uint32_t n, unused;
	uint64_t other_arrays[3], revision;
};

int tcx_look(uint32_t ifindex, struct netlink_bypass_list *l)
{
	static const struct {
		const char *name;
		uint32_t type;
	} directions[] = {{"ingress", ATTACH_TCX_INGRESS}, {"egress", ATTACH_TCX_EGRESS}};

	for (size_t i = 0; i < ARRAY_SIZE(directions); i++) {
		uint32_t ids[MOST_PROGRAMS];
		struct query query = {.ifindex = ifindex,
				      .type = directions[i].type,
				      .ids = (uintptr_t)ids,
				      .n = ARRAY_SIZE(ids)};

		if (syscall(SYS_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0)
			return -errno;
		for (uint32_t k = 0; k < query.n && k < ARRAY_SIZE(ids); k++)
			netlink_bypass_add(l, ifindex, "", BYPASS_TC_BPF, "%s, tcx, program %u",
					   directions[i].name, ids[k]);
	}
	return 0;
}
