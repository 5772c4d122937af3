/* SPDX-License-Identifier: MIT */
#include "selftest/selftest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/units.h"
#include "cli/report.h"
#include "selftest/results.h"

#define PATIENCE_NS (3 * NS_PER_S) /* for packets on their way */
#define AGAIN_US    20000
#define FILES       256 /* more than two hook sets, their maps and all sockets take */

/* Compare one witness. Returns whether another try may help. */
static bool judge(const struct witnesses *w, enum witness_id id, const struct counts *sent,
		  uint32_t told, struct result *out)
{
	const struct witness *it = &w->all[id];
	struct expected e;

	out->why = it->why;
	out->verdict = VERDICT_IMPOSSIBLE;
	if (!it->works)
		return false;
	out->why.text[0] = '\0';
	witness_expect(w, id, sent, told, &e);
	out->n_differences = counts_compare(&it->before, &it->now, &e, out->differences);
	out->verdict = out->n_differences ? VERDICT_DIFFERS : VERDICT_OK;
	return out->n_differences;
}

/* Ask them until they agree, or for some time. */
static void compare(struct witnesses *w, const struct sent *sent, struct check *c)
{
	const uint64_t until_ns = clock_now_ns() + PATIENCE_NS;
	bool again;

	do {
		struct counts counts;

		witness_read(w);
		counts = ways_own(sent, c->family);
		again = false;
		for (int id = 0; id < WITNESSES; id++)
			again |= judge(w, id, &counts, sent->told, &c->of[id]);
		if (again)
			usleep(AGAIN_US);
	} while (again && clock_now_ns() < until_ns);
}

static void impossible(struct check *c, const struct why *why)
{
	for (int id = 0; id < WITNESSES; id++)
		c->of[id] = (struct result){.verdict = VERDICT_IMPOSSIBLE, .why = *why};
}

/* Merged on the way is what makes that way of sending different. */
static void note_unmerged(struct check *c, uint64_t seen)
{
	struct why why;

	if (seen < c->sent.packets)
		return;
	why_set(&why, 0, "no merged packet came in");
	for (int id = 0; id < WITNESSES; id++)
		if (c->of[id].verdict == VERDICT_OK)
			c->of[id] = (struct result){.verdict = VERDICT_IMPOSSIBLE, .why = why};
}

static void check(struct witnesses *w, const struct router *r, const struct way *way,
		  struct check *c)
{
	struct why why = r->why_not[c->family];
	const uint64_t seen = w->merged[c->family];
	const bool has = r->has[c->family];
	struct sent sent;

	c->name = way->name;
	if (!has || ways_send(way, r, c->family, &sent, &why)) {
		impossible(c, &why);
		witness_read(w); /* what was sent of it is not the next one's */
	} else {
		c->sent.packets = sent.there.packets + sent.back.packets;
		c->sent.octets = sent.there.octets + sent.back.octets;
		compare(w, &sent, c);
	}
	if (has && way->merged)
		note_unmerged(c, w->merged[c->family] - seen);
	witness_begin(w);
}

static void run_checks(const struct options *o, const struct router *r, struct results *results)
{
	struct witnesses *w = calloc(1, sizeof(*w));

	if (!w)
		log_fatal("%s", strerror(ENOMEM));
	if (o->verbose)
		log_info("attaching");
	witness_open(w, r);
	witness_read(w);
	witness_begin(w);
	for (int i = 0; i < CHECKS; i++) {
		struct check *c = &results->checks[i];

		c->family = i % 2 ? FAMILY_IPV6 : FAMILY_IPV4;
		if (o->verbose)
			log_info("%s, %s", ways[i / 2].name, snapshot_family_names[c->family]);
		check(w, r, &ways[i / 2], c);
	}
	for (int id = 0; id < WITNESSES; id++) {
		results->witnesses[id].works = w->all[id].works;
		results->witnesses[id].why = w->all[id].why;
	}
	witness_close(w);
	free(w);
}

static unsigned hooks_that_work(const struct results *r)
{
	return (unsigned)r->witnesses[WITNESS_NETFILTER].works << HOOKS_NETFILTER |
	       (unsigned)r->witnesses[WITNESS_FENTRY].works << HOOKS_FENTRY;
}

static int write_results(const struct options *o, const struct results *r)
{
	/* Whoever reports a bug does not want to tell the host's name. */
	const struct output_options options = {.pretty = options_pretty(o, true)};
	struct output_document d;
	int error = o->format == OUTPUT_JSON ? results_json(&d, r, &options) : results_text(&d, r);

	if (error) {
		log_warning("%s", strerror(-error));
		return EXIT_FAILED;
	}
	return report_status(o, report_document(o, &d));
}

/* In the router. */
static int test(const struct options *o, const struct router *r)
{
	struct results *results = calloc(1, sizeof(*results));
	int receiver = traffic_receiver(r, PLACE_SERVER), status = EXIT_FAILED;

	if (!results)
		log_fatal("%s", strerror(ENOMEM));
	if (receiver < 0) {
		log_warning("UDP: %s", strerror(-receiver));
	} else {
		uname(&results->kernel);
		run_checks(o, r, results);
		if (o->verbose)
			log_info("measuring the cost");
		cost_measure(&results->cost, r, receiver, hooks_that_work(results));
		status = write_results(o, results);
		if (results_differ(results))
			status = EXIT_FAILED;
		close(receiver);
	}
	free(results);
	return status;
}

int selftest_run(const struct options *o)
{
	struct router r = {.places = {0}};
	struct why why, whole;
	int status;

	if (geteuid())
		return report_failure(o, EXIT_NO_SOURCE, "selftest: only root can run it");
	files_raise_limit();
	if (!files_have_room(FILES))
		return report_failure(o, EXIT_NO_SOURCE,
				      "selftest: too few files may be open (ulimit -n)");
	if (!o->verbose)
		log_no_info();
	if (router_open(&r, &why)) {
		why_set(&whole, 0, "selftest: cannot make a router here: %s", why.text);
		status = report_failure(o, EXIT_NO_SOURCE, whole.text);
	} else {
		status = test(o, &r);
	}
	router_close(&r);
	return status;
}
