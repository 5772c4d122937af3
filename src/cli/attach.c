/* SPDX-License-Identifier: MIT */
#include "cli/attach.h"

#include <errno.h>

#include "base/log.h"
#include "bpf/counters.h"
#include "output/output.h"

int attach_run(const struct options *o)
{
	struct collector *c = NULL;
	struct snapshot *s = NULL;
	char why[256];
	int result = EXIT_DONE;

	if (collect_open(&c, &o->collect, why, sizeof(why))) {
		log_warning("%s", why);
		return EXIT_NO_SOURCE;
	}
	log_info("%s", why);
	/* The first reading notes which interfaces were there from the beginning. */
	if (collect_read(c, &s, why, sizeof(why))) {
		log_warning("%s", why);
		result = EXIT_FAILED;
	}
	snapshot_free(s);
	collect_close(c);
	return result;
}

int detach_run(const struct options *o)
{
	char why[256];
	int r = src_bpf_detach(o->all, why, sizeof(why));

	if (r < 0) {
		log_warning("%s", why);
		return EXIT_NO_SOURCE;
	}
	if (r)
		log_info("%d links detached", r);
	else
		log_info("no eBPF counters were attached");
	return EXIT_DONE;
}

int status_run(const struct options *o)
{
	char verdicts[HOOKS_FENTRY + 1][256];
	struct src_bpf *b;
	char why[256];
	int r = src_bpf_open(&b, o->collect.hooks, BPF_ATTACH_NEVER, why, sizeof(why));

	src_bpf_close(b);
	if (!r)
		return out_line(why) ? EXIT_FAILED : EXIT_DONE;
	log_warning("%s", why);
	if (r != -EOPNOTSUPP) {
		src_bpf_probe(verdicts);
		for (int id = HOOKS_NETFILTER; id <= HOOKS_FENTRY; id++)
			log_warning("%s", verdicts[id]);
	}
	return EXIT_NO_SOURCE;
}
