/* SPDX-License-Identifier: MIT */
#include "agent/sampler.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "model/continuity.h"

static void set_status(struct sampler *s, enum mib_status status, const char *text)
{
	if (status != s->status || strcmp(text, s->status_text)) {
		if (text[0])
			log_warning("%s: %s", mib_status_names[status], text);
		else if (s->status)
			log_info("all figures are back");
	}
	s->status = status;
	snprintf(s->status_text, sizeof(s->status_text), "%s", text);
}

static bool same_ifs(const struct snapshot *a, const struct snapshot *b)
{
	if (a->n_ifs != b->n_ifs)
		return false;
	for (size_t i = 0; i < a->n_ifs; i++)
		if (a->ifs[i].ifindex != b->ifs[i].ifindex ||
		    strcmp(a->ifs[i].name, b->ifs[i].name))
			return false;
	return true;
}

/* With eBPF the previous agent left the master's start beside the counters, as it first learnt it.
 */
static void meet_master(struct sampler *s, int64_t start_ns)
{
	int64_t memo = collect_memo(s->collector);

	if (!start_ns)
		return;
	if (!mib_same_master(start_ns, s->master_start_ns)) {
		s->master_start_ns = mib_same_master(start_ns, memo) ? memo : start_ns;
		s->master_since_ns = clock_now_ns();
	}
}

/* Beside the counters that were read last: others may have taken their place. */
static void leave_memo(struct sampler *s)
{
	if (s->master_start_ns && collect_memo(s->collector) != s->master_start_ns)
		collect_set_memo(s->collector, s->master_start_ns);
}

static const struct bypass *sure_bypass(const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_bypasses; i++)
		if (bypass_is_certain(s->bypasses[i].kind))
			return &s->bypasses[i];
	return NULL;
}

/* What surely passes uncounted, or could: who may not ask for flowtables sees that they are loaded.
 */
static bool is_bypassed(const struct sampler *s, const struct snapshot *fresh, struct why *why)
{
	const struct bypass *bypass = sure_bypass(fresh);
	struct attachment attachment;
	char text[BYPASS_TEXT_MAX];

	if (bypass) {
		why_set(why, 0, "packets pass the IP layer uncounted: %s",
			bypass_text(bypass, text, sizeof(text)));
		return true;
	}
	if (!fresh->may_bypass ||
	    figures_known(&fresh->system[FAMILY_IPV4].figures, M_FAST_PATH_PACKETS))
		return false;
	why_set(why, 0, "flowtables may carry packets uncounted: %s",
		collect_attachment(s->collector, &attachment) ? attachment.fast_path.text
							      : fresh->bypasses_why.text);
	return true;
}

bool sampler_read(struct sampler *s, int64_t master_start_ns)
{
	struct why why;
	struct snapshot *fresh;

	s->samples++;
	s->tried_ns = clock_now_ns();
	meet_master(s, master_start_ns);
	if (collect_read(s->collector, &fresh, &why)) {
		s->errors++;
		set_status(s, MIB_STATUS_FAILING, why.text);
		return false;
	}
	if (s->netns)
		snprintf(fresh->netns, sizeof(fresh->netns), "%s", s->netns);
	leave_memo(s);
	if (fresh->troubles)
		s->errors++;
	if (fresh->troubles)
		set_status(s, MIB_STATUS_DEGRADED, fresh->trouble);
	else if (fresh->missed_packets || fresh->missed_path_packets || fresh->missed_drop_packets)
		set_status(
			s, MIB_STATUS_DEGRADED,
			"eBPF could not count some packets: its maps are full, or it was skipped");
	else if (is_bypassed(s, fresh, &why))
		set_status(s, MIB_STATUS_DEGRADED, why.text);
	else
		set_status(s, *collect_note(s->collector) ? MIB_STATUS_DEGRADED : MIB_STATUS_OK,
			   collect_note(s->collector));
	continuity_follow(s->latest, fresh);
	if (s->latest && !same_ifs(s->latest, fresh))
		s->if_change_ns = fresh->mono_ns;
	snapshot_set_peaks(fresh, s->peaks);
	snapshot_free(s->latest);
	s->latest = fresh;
	return true;
}

void sampler_end_interval(struct sampler *s)
{
	struct interval *ended;

	if (!s->latest || (s->interval && s->interval->end_ns == s->latest->mono_ns))
		return;
	ended = interval_end(s->interval, s->latest);
	if (!ended)
		log_fatal("%s", strerror(ENOMEM));
	interval_free(s->interval);
	s->interval = ended;
}

struct mib_view *sampler_view(const struct sampler *s)
{
	struct mib_view *view = calloc(1, sizeof(*view));

	if (!view)
		log_fatal("%s", strerror(ENOMEM));
	view->snapshot = snapshot_share(s->latest);
	view->interval = interval_share(s->interval);
	view->status = s->status;
	memcpy(view->status_text, s->status_text, sizeof(view->status_text));
	view->samples = s->samples;
	view->sample_errors = s->errors;
	view->if_change_ns = s->if_change_ns;
	view->master_start_ns = s->master_start_ns;
	view->master_since_ns = s->master_since_ns;
	return view;
}

void sampler_clear(struct sampler *s)
{
	interval_free(s->interval);
	snapshot_free(s->latest);
}
