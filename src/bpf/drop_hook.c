/* SPDX-License-Identifier: MIT */
#include "bpf/drop_hook.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "bpf/error.h"
#include "bpf/maps.h"
#include "bpf/object_hash.h"

static const unsigned char drops_object[] __attribute__((aligned(8))) = {
#include "drops.bpf.inc"
};

/* Write the names of an enum's values, without their prefix, from the index `first` on. */
static int name_reasons(const struct btf *kernel, const char *type, const char *prefix, int fd,
			uint32_t first, uint32_t room)
{
	int id = btf__find_by_name_kind(kernel, type, BTF_KIND_ENUM), r = 0;
	const struct btf_type *t = id > 0 ? btf__type_by_id(kernel, id) : NULL;
	const struct btf_enum *values = t ? btf_enum(t) : NULL;

	if (!t)
		return DROP_HOOK_NO_REASONS;
	for (int i = 0; i < btf_vlen(t) && !r; i++) {
		struct ipfw_reason_name name = {""};
		const char *text = btf__name_by_offset(kernel, values[i].name_off);
		uint32_t number = values[i].val, key = first + number;

		if (number >= room || strncmp(text, prefix, strlen(prefix)) != 0)
			continue;
		snprintf(name.text, sizeof(name.text), "%s", text + strlen(prefix));
		r = bpf_map_update_elem(fd, &key, &name, BPF_ANY);
	}
	return r;
}

static int name_all_reasons(int fd)
{
	struct btf *kernel = btf__load_vmlinux_btf();
	int r = kernel ? 0 : -errno;

	if (!r)
		r = name_reasons(kernel, "skb_drop_reason", "SKB_DROP_REASON_", fd, 0,
				 IPFW_REASONS);
	if (!r) /* since Linux 6.4; before, no reason has a subsystem */
		name_reasons(kernel, "skb_drop_reason_subsys", "SKB_DROP_REASON_SUBSYS_", fd,
			     IPFW_REASONS, IPFW_REASON_SUBSYSTEMS);
	btf__free(kernel);
	return r;
}

int drop_hook_load(struct bpf_object **object, const int *maps)
{
	int r = name_all_reasons(maps[MAP_REASONS]);

	*object = NULL;
	if (r)
		return r;
	*object = bpf_object__open_mem(drops_object, sizeof(drops_object), NULL);
	if (!*object)
		return -errno;
	r = maps_share(*object, maps);
	if (!r)
		r = maps_set_netns(*object);
	return r ? r : bpf_object__load(*object);
}

uint64_t drop_hook_hash(uint64_t hash)
{
	const uint64_t own = bpf_hash_object(drops_object, sizeof(drops_object));

	return bpf_hash_add(hash, &own, sizeof(own));
}

const char *drop_hook_reason(int error)
{
	if (error == DROP_HOOK_NO_REASONS)
		return "this kernel gives no reasons for dropped packets (Linux 5.17 does)";
	return bpf_error_text(error);
}
