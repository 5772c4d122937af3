/* SPDX-License-Identifier: MIT */
#include "selftest/results.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "config.h"

const char *const results_verdicts[VERDICTS] = {
	[VERDICT_OK] = "ok",
	[VERDICT_DIFFERS] = "differs",
	[VERDICT_IMPOSSIBLE] = "not possible here",
};

bool results_differ(const struct results *r)
{
	bool differ = false;

	for (int i = 0; i < CHECKS; i++)
		for (int id = 0; id < WITNESSES; id++)
			differ |= r->checks[i].of[id].verdict == VERDICT_DIFFERS;
	return differ;
}

/* "UDP, ipv4" */
static void put_name(FILE *f, const struct check *c)
{
	fprintf(f, "%s, %s", c->name, snapshot_family_names[c->family]);
}

/* One line for all those who counted what was sent. */
static void put_agreed(FILE *f, const struct check *c)
{
	const char *between = ": ";
	bool any = false;

	for (int id = 0; id < WITNESSES; id++)
		any |= c->of[id].verdict == VERDICT_OK;
	if (!any)
		return;
	fprintf(f, "%s: ", results_verdicts[VERDICT_OK]);
	put_name(f, c);
	fprintf(f, ": sent %" PRIu64 " packets, %" PRIu64 " bytes", c->sent.packets,
		c->sent.octets);
	for (int id = 0; id < WITNESSES; id++) {
		if (c->of[id].verdict != VERDICT_OK)
			continue;
		fprintf(f, "%s%s", between, witness_names[id]);
		between = ", ";
	}
	fputc('\n', f);
}

static void put_difference(FILE *f, const struct check *c, enum witness_id id,
			   const struct difference *d)
{
	const struct metric *m = &metrics[d->metric];
	char row[COUNTS_NAME_MAX];

	fprintf(f, "%s: sent %" PRId64 ", counted ", results_verdicts[VERDICT_DIFFERS], d->sent);
	if (d->absent)
		fputs("nothing", f);
	else
		fprintf(f, "%" PRId64, d->counted);
	fputs(": ", f);
	put_name(f, c);
	fprintf(f, ": %s: %s, %s %s of %s\n", witness_names[id], counts_name(row, d->row), m->label,
		m->unit == UNIT_PACKETS ? "packets" : "bytes", snapshot_family_names[d->family]);
}

/* One line for each who differs or cannot tell; who never could has a line of his own already. */
static void put_others(FILE *f, const struct results *r, const struct check *c)
{
	for (int id = 0; id < WITNESSES; id++) {
		const struct result *of = &c->of[id];

		for (unsigned i = 0; i < of->n_differences && i < COUNTS_DIFFERENCES; i++)
			put_difference(f, c, id, &of->differences[i]);
		if (of->n_differences > COUNTS_DIFFERENCES)
			fprintf(f, "%s: %u more figures: %s\n", results_verdicts[VERDICT_DIFFERS],
				of->n_differences - COUNTS_DIFFERENCES, witness_names[id]);
		if (of->verdict != VERDICT_IMPOSSIBLE || !r->witnesses[id].works)
			continue;
		fprintf(f, "%s: ", results_verdicts[VERDICT_IMPOSSIBLE]);
		put_name(f, c);
		fprintf(f, ": %s: %s\n", witness_names[id], of->why.text);
	}
}

static bool begins_with(const char *text, const char *word)
{
	return !strncmp(text, word, strlen(word));
}

static void put_witnesses(FILE *f, const struct results *r)
{
	for (int id = 0; id < WITNESSES; id++) {
		const char *why = r->witnesses[id].why.text;

		if (!r->witnesses[id].works)
			fprintf(f, "%s: %s%s%s\n", results_verdicts[VERDICT_IMPOSSIBLE],
				begins_with(why, witness_names[id]) ? "" : witness_names[id],
				begins_with(why, witness_names[id]) ? "" : ": ", why);
		else if (why[0])
			fprintf(f, "%s: %s: dropped packets: %s\n",
				results_verdicts[VERDICT_IMPOSSIBLE], witness_names[id], why);
	}
}

static void put_cost(FILE *f, const struct cost *c)
{
	const struct cost_ns *ns = &c->without;

	if (!ns->known)
		return;
	fprintf(f,
		"a datagram's way from the sender through the router, rounds %u: "
		"%" PRId64 " ns (%" PRId64 " to %" PRId64 ")\n",
		c->rounds, ns->median, ns->lowest, ns->highest);
	for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT; id++) {
		ns = &c->more[id];
		if (ns->known)
			fprintf(f,
				"with %s hooks: %+" PRId64 " ns (%+" PRId64 " to %+" PRId64 ")\n",
				snapshot_hooks_names[id], ns->median, ns->lowest, ns->highest);
	}
}

int results_text(struct output_document *d, const struct results *r)
{
	FILE *f = output_begin(d);

	if (!f)
		return -errno;
	fprintf(f, "ipfwagent %s, %s %s %s\n", PACKAGE_VERSION, r->kernel.sysname,
		r->kernel.release, r->kernel.machine);
	put_witnesses(f, r);
	for (int i = 0; i < CHECKS; i++) {
		put_agreed(f, &r->checks[i]);
		put_others(f, r, &r->checks[i]);
	}
	put_cost(f, &r->cost);
	fprintf(f, "%s\n",
		results_differ(r) ? "what was counted differs from what was sent"
				  : "everything that can be counted here is what was sent");
	return output_end(d, f);
}
