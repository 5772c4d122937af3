/* SPDX-License-Identifier: MIT */
/*
 * reader: the readings of a command: those that this process takes itself; or the running agent's,
 * as long as this process cannot read eBPF counters. What changes is said on stderr, once, unless
 * the reader is quiet.
 */
#ifndef IPFW_CLI_READER_H
#define IPFW_CLI_READER_H

#include "base/netns_set.h"
#include "base/units.h"
#include "cli/agent_client.h"
#include "options/options.h"
#include "output/output.h"

struct reader {
	const struct options *o;
	uint64_t netns;            /* of which network namespace: its inode */
	enum output_format format; /* in which the agent gives its readings */
	bool asks;                 /* it may be asked */
	bool quiet;
	struct collector *collector; /* NULL: none that the command can use */
	struct why refused;          /* why */
	struct why agent;            /* why the agent's readings cannot be used; "": they can */
	struct why note;             /* of the last reading: why eBPF does not count, or "" */
	struct why said;             /* why not eBPF, as it was said last; "": nothing to say */
	enum source_id source;       /* of the last reading; 0: none yet */
	bool agents;                 /* the last reading was the agent's */
	bool calls;                  /* the agent is being asked */
	struct agent_call call;
};

/*
 * Of that network namespace, where the thread is unless it is outside; NULL: of where it is.
 * Returns 0 or -errno, with a sentence in `why`. Close it either way. `format`, `asks` and `quiet`
 * may be changed afterwards.
 */
int reader_open(struct reader *r, const struct options *o, const struct netns_member *m,
		struct why *why);
void reader_close(struct reader *r);

/*
 * Take a reading. Returns as collect_read(); -ENOENT: the eBPF counters that the command needs
 * cannot be had. The agent's readings are up to READER_AGE_NS old, and as much apart.
 */
#define READER_AGE_NS (1 * NS_PER_S)
int reader_read(struct reader *r, struct snapshot **s, struct why *why);

/*
 * The same without waiting for the agent, which has to answer until then (0: as above). -EAGAIN: go
 * on when `call.fd` is readable, or else after AGENT_ROOM_MS. What was begun may be left.
 */
int reader_go_on(struct reader *r, uint64_t until_ns, struct snapshot **s, struct why *why);
void reader_leave(struct reader *r);

/*
 * The agent may answer with the reading that it gave before, or with one that it took soon after.
 * Whether this is another one, for readings so far apart; if not, ask it again after that time, and
 * not without an end.
 */
#define READER_AGAIN_MS    100
#define READER_PATIENCE_NS (5 * NS_PER_S)
#define READER_NO_OTHER    "the agent takes no new reading"
bool reader_is_other(const struct reader *r, const struct snapshot *before,
		     const struct snapshot *now, uint64_t interval_ns);

#endif
