/* SPDX-License-Identifier: MIT */
#include "selftest/cost.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/units.h"
#include "selftest/traffic.h"
#include "sources/collect.h"

#define BATCHES  200
#define BATCH    (TRAFFIC_BURST - 1) /* datagrams, sent without a pause */
#define PAUSE_US 100
#define LAST_NS  (5 * NS_PER_S) /* after so long no round begins any more */

static const struct datagrams small = {.to = TO_SERVER, .size = 18};

static int order(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/*
 * How long a datagram takes: all of its way is within the call that sends it. Batches that were
 * interrupted take longer, so the one that a quarter was faster than tells. Below 0: it failed.
 */
static int64_t time_one(int sender, int receiver)
{
	int64_t took[BATCHES];

	for (int i = 0; i < BATCHES; i++) {
		uint64_t began_ns;

		traffic_drain(receiver); /* so that none is dropped there */
		usleep(PAUSE_US);
		began_ns = clock_now_ns();
		if (traffic_send(sender, &small, FAMILY_IPV4, BATCH))
			return -1;
		took[i] = (clock_now_ns() - began_ns) / BATCH;
	}
	qsort(took, BATCHES, sizeof(took[0]), order);
	return took[BATCHES / 4];
}

/* The same with the counters of a hook set. */
static int64_t time_with(int sender, int receiver, enum hooks_id hooks)
{
	const struct collect_config config = {
		.source = CHOOSE_EBPF, .hooks = hooks, .attach = BPF_ATTACH_OWN};
	struct collector *c;
	struct why why;
	int64_t ns;

	if (collect_open(&c, &config, &why))
		return -1;
	ns = time_one(sender, receiver);
	collect_close(c);
	return ns;
}

/* On one processor, so that all of the way is on that of the sender. */
static void stay_here(cpu_set_t *before)
{
	cpu_set_t one;

	CPU_ZERO(before);
	sched_getaffinity(0, sizeof(*before), before);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/* Rounds of all hook sets; [HOOKS_NONE] is without. */
struct times {
	int64_t ns[HOOKS_COUNT][COST_ROUNDS];
	bool failed[HOOKS_COUNT];
};

/* Each hook set between two times without any, so that a machine that gets slower harms nobody. */
static void run_round(struct times *t, unsigned round, int sender, int receiver, unsigned hooks)
{
	int64_t before = time_one(sender, receiver);

	t->ns[HOOKS_NONE][round] = before;
	t->failed[HOOKS_NONE] |= before < 0;
	for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT; id++) {
		int64_t with, after;

		if (!(hooks >> id & 1))
			continue;
		with = time_with(sender, receiver, id);
		after = time_one(sender, receiver);
		t->failed[id] |= before < 0 || with < 0 || after < 0;
		t->ns[id][round] = with - (before + after) / 2;
		before = after;
	}
}

static struct cost_ns summary(int64_t *ns, unsigned rounds, bool known)
{
	qsort(ns, rounds, sizeof(ns[0]), order);
	return (struct cost_ns){known, ns[rounds / 2], ns[0], ns[rounds - 1]};
}

void cost_measure(struct cost *out, const struct router *r, int receiver, unsigned hooks)
{
	const uint64_t last_ns = clock_now_ns() + LAST_NS;
	int sender = traffic_sender(r, &small, FAMILY_IPV4);
	struct times t = {.failed = {false}};
	cpu_set_t before;

	*out = (struct cost){.rounds = 0};
	if (sender < 0)
		return;
	stay_here(&before);
	while (out->rounds < COST_ROUNDS && (!out->rounds || clock_now_ns() < last_ns))
		run_round(&t, out->rounds++, sender, receiver, hooks);
	sched_setaffinity(0, sizeof(before), &before);
	close(sender);
	for (int id = HOOKS_NONE; id < HOOKS_COUNT; id++) {
		bool measured = id == HOOKS_NONE || hooks >> id & 1;

		*(id == HOOKS_NONE ? &out->without : &out->more[id]) =
			summary(t.ns[id], out->rounds, measured && !t.failed[id]);
	}
}
