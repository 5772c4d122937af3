/* SPDX-License-Identifier: MIT */
#include "bpf/skipped.h"

#include <bpf/bpf.h>
#include <string.h>
#include <unistd.h>

void skipped_open(struct skipped *s, const struct pins *pins, const struct hooks *own,
		  const struct ipfw_info *info)
{
	/* The others of the netfilter set are never skipped. */
	static const char *const beside[] = {DROPS_LINK, FAST_LINK, NULL};
	static const char *const all[] = {"link_", NULL};
	const bool tracing = info->hooks == HOOKS_FENTRY;

	for (size_t i = 0; i < IPFW_MISSED; i++)
		s->before[i] = info->skipped[i];
	if (!pins) {
		if (tracing || !info->drops_error || !info->fast_error)
			s->n = hooks_programs(own, s->programs, HOOKS_LINKS_MAX);
		return;
	}
	for (const char *const *prefix = tracing ? all : beside; *prefix; prefix++)
		s->n += pins_open_programs(pins, *prefix, s->programs + s->n,
					   HOOKS_LINKS_MAX - s->n);
}

void skipped_close(struct skipped *s)
{
	while (s->n)
		close(s->programs[--s->n]);
}

static void add(int program, uint64_t missed[IPFW_MISSED])
{
	struct bpf_prog_info info = {.type = 0};
	uint32_t size = sizeof(info);

	if (!bpf_obj_get_info_by_fd(program, &info, &size))
		missed[strcmp(info.name, DROPS_PROGRAM) ? IPFW_MISSED_IF : IPFW_MISSED_DROP] +=
			info.recursion_misses;
}

void skipped_add(const struct skipped *s, uint64_t missed[IPFW_MISSED])
{
	uint64_t all[IPFW_MISSED] = {0};

	for (size_t i = 0; i < s->n; i++)
		add(s->programs[i], all);
	for (size_t i = 0; i < IPFW_MISSED; i++)
		missed[i] += all[i] > s->before[i] ? all[i] - s->before[i] : 0;
}

void skipped_note(const struct hooks *h, struct ipfw_info *info)
{
	uint64_t all[IPFW_MISSED] = {0};
	const struct held *held;

	for (size_t i = h->n_links; (held = hooks_held(h, i)); i++) {
		int program = strncmp(held->name, "link_", 5) ? -1 : pins_link_program(held->fd);

		if (program < 0)
			continue;
		add(program, all);
		close(program);
	}
	for (size_t i = 0; i < IPFW_MISSED; i++)
		info->skipped[i] += all[i];
}
