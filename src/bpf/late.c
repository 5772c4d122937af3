/* SPDX-License-Identifier: MIT */
#include "bpf/late.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf/hooks.h"
#include "bpf/info.h"

/* With the lock on all pins. Nobody reads while the directory has another time. */
static int attach_and_pin(struct hooks *h, const struct pins *p, int records, uint64_t sealed_ns)
{
	struct ipfw_info info;
	int r = info_read(h->maps, &info);

	if (r || !info.fast_error)
		return r;
	if (!pins_whole(records, sealed_ns))
		return -ENOENT;
	hooks_put(h);
	if (h->fast_error)
		return h->fast_error;
	r = pins_lock_records(records);
	if (r)
		return r;
	r = pins_add(p, h, sealed_ns);
	if (!r)
		r = info_note_fast(h);
	if (!r)
		r = hooks_begin(h);
	pins_unlock_records(records);
	return r;
}

int late_attach_pinned(const struct pins *p, int records, const int *maps, uint64_t sealed_ns)
{
	struct hooks h = {.id = HOOKS_NONE, .base = p->base};
	int lock, r;

	memcpy(h.maps, maps, sizeof(h.maps));
	hooks_load_fast(&h);
	r = h.fast_error;
	lock = r ? r : pins_lock_all(p);
	if (lock >= 0) {
		r = attach_and_pin(&h, p, records, sealed_ns);
		close(lock);
	} else {
		r = lock;
	}
	hooks_close(&h);
	return r;
}

int late_attach_own(struct hooks *h)
{
	hooks_load_fast(h);
	hooks_attach_fast(h);
	return h->fast_error ? h->fast_error : info_note_fast(h);
}
