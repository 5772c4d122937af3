/* SPDX-License-Identifier: MIT */
/*
 * attachment: which eBPF counters are attached in a network namespace, or would be. Plain data.
 */
#ifndef IPFW_MODEL_ATTACHMENT_H
#define IPFW_MODEL_ATTACHMENT_H

#include <stddef.h>
#include <time.h>

#include "base/why.h"
#include "model/snapshot.h"

struct attachment {
	char netns[SNAPSHOT_NETNS_MAX]; /* of several network namespaces; "": there is just one */
	enum hooks_id hooks;            /* HOOKS_NONE: nothing is attached */
	struct timespec since;          /* CLOCK_REALTIME */
	char directory[192];            /* where it is pinned; "": as long as the process runs */

	struct why drops;     /* why dropped packets are not counted; "": they are */
	struct why fast_path; /* and packets that flowtables forward */

	char agent[768];      /* what the running agent says of itself; "": nothing */
	struct why no_answer; /* why it does not; "": it does, or there is no socket */

	/* Where nothing is attached: why, and what each hook set would say to it. */
	struct why why;
	bool tried; /* false: the verdicts are not there */
	struct {
		bool works;
		struct why why; /* a sentence either way */
	} verdicts[HOOKS_COUNT];
};

/* One line of text on what is attached. Returns `text`. */
char *attachment_line(const struct attachment *a, char *text, size_t size);

/* One more on what flowtables forward. Returns `text`. */
char *attachment_flowtables(const struct attachment *a, char *text, size_t size);

/* Log both, and why dropped packets are not counted if they are not. */
void attachment_log(const struct attachment *a);

#endif
