/* SPDX-License-Identifier: MIT */
#include "agent/status_line.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "mib/view.h"

/* It follows other words. */
static void describe_namespaces(const struct other_netns *n, char *text, size_t size)
{
	size_t all = other_netns_count(n), worse = 0;

	for (size_t i = 0; i < all; i++)
		worse += other_netns_sampler(n, i)->status != MIB_STATUS_OK;
	if (worse)
		snprintf(text, size, ", other namespaces %zu (%zu of them not ok)", all, worse);
	else
		snprintf(text, size, ", other namespaces %zu", all);
}

const char *status_line(const struct status_line *l, char *text, size_t size)
{
	const struct sampler *sampler = l->sampler;
	const struct snapshot *s = sampler->latest;
	const char *hooks = s && s->source == SOURCE_EBPF ? snapshot_hooks_names[s->hooks] : NULL;
	char since[CLOCK_TEXT_MAX] = "", peaks[PEAK_TEXT_MAX] = "", namespaces[96] = "";

	if (l->peaks)
		peak_sampler_describe(l->peaks, peaks, sizeof(peaks));
	if (l->namespaces)
		describe_namespaces(l->namespaces, namespaces, sizeof(namespaces));
	if (s && s->since_known)
		clock_text(since, &s->since, CLOCK_ISO);
	snprintf(text, size,
		 "status %s: source %s%s%s%s%s%s, interfaces %zu, samples %" PRIu64
		 ", errors %" PRIu64 ", interval %g s%s%s, %sSNMP master %s%s%s%s",
		 mib_status_names[sampler->status], s ? snapshot_source_names[s->source] : "none",
		 hooks ? " (" : "", hooks ? hooks : "", hooks ? ")" : "", since[0] ? " since " : "",
		 since, s ? s->n_ifs : 0, sampler->samples, sampler->errors, l->interval_ns / 1e9,
		 peaks, namespaces, l->ip_mib ? "IP-MIB served, " : "",
		 l->master ? "connected" : "not connected",
		 l->keeps_bpf ? "; " STATUS_KEEPS_BPF : "", sampler->status_text[0] ? "; " : "",
		 sampler->status_text);
	return text;
}
