/* SPDX-License-Identifier: MIT */
#include "cli/reader.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/netns.h"

int reader_open(struct reader *r, const struct options *o, const struct netns_member *m,
		struct why *why)
{
	int error;

	*r = (struct reader){.o = o,
			     .netns = m && m->inode ? m->inode : netns_inode(),
			     .format = OUTPUT_READING,
			     .asks = o->asks_agent};
	if (m && m->outside)
		error = why_errno(&r->refused, -EPERM, NETNS_CANNOT_ENTER);
	else
		error = collect_open(&r->collector, &o->collect, &r->refused);
	if (!error || r->asks)
		return 0;
	*why = r->refused;
	return error;
}

void reader_leave(struct reader *r)
{
	if (r->calls)
		agent_call_end(&r->call);
	r->calls = false;
}

void reader_close(struct reader *r)
{
	reader_leave(r);
	collect_close(r->collector);
	r->collector = NULL;
}

static int call_agent(struct reader *r, uint64_t until_ns)
{
	const struct request request = {
		.format = r->format, .netns = r->netns, .filter = r->o->collect.filter};

	r->calls = true;
	return agent_call_begin(&r->call, options_reading_socket(r->o), &request, until_ns,
				&r->agent);
}

/* Take the agent's reading. Returns as agent_call_go_on(). */
static int read_agents(struct reader *r, uint64_t until_ns, struct snapshot **s)
{
	struct snapshot *fresh = NULL;
	int error = r->calls ? 0 : call_agent(r, until_ns);

	if (!error)
		error = agent_call_go_on(&r->call, &r->agent);
	if (error == -EAGAIN)
		return error;
	if (!error)
		error = agent_call_reading(&r->call, &fresh, &r->note, &r->agent);
	reader_leave(r);
	if (!error && !r->collector && fresh->source != SOURCE_EBPF)
		error = why_set(&r->agent, -EOPNOTSUPP, "the agent has no eBPF counters either");
	if (error) {
		snapshot_free(fresh);
		return error;
	}
	r->agent.text[0] = '\0';
	*s = fresh;
	return 0;
}

static int read_own(struct reader *r, struct snapshot **s, struct why *why)
{
	int error;

	if (!r->collector)
		return why_set(why, -ENOENT, "%s%s%s", r->refused.text,
			       r->agent.text[0] ? "; " : "", r->agent.text);
	error = collect_read(r->collector, s, why);
	why_set(&r->note, 0, "%s", collect_note(r->collector));
	return error;
}

static void say(struct reader *r, const char *text)
{
	if (!strcmp(text, r->said.text))
		return;
	if (!r->quiet)
		log_warning("%s: using the kernel's counters", text);
	why_set(&r->said, 0, "%s", text);
}

/* Say what a reader of the figures would not expect of this one. */
static void say_source(struct reader *r, enum source_id source)
{
	bool attaches = r->o->collect.attach == BPF_ATTACH_OWN;

	if (source == SOURCE_EBPF && r->source == SOURCE_KERNEL) {
		if (!r->quiet)
			log_info("eBPF counts again");
		r->said.text[0] = '\0';
	}
	if (source == SOURCE_KERNEL && !r->agents && r->agent.text[0])
		say(r, r->agent.text);
	else if (source == SOURCE_KERNEL && r->note.text[0] &&
		 (attaches || r->source == SOURCE_EBPF))
		say(r, r->note.text);
	r->source = source;
}

int reader_go_on(struct reader *r, uint64_t until_ns, struct snapshot **s, struct why *why)
{
	bool asks = r->calls || (r->asks && (!r->collector || collect_degraded(r->collector)));
	int error = asks ? read_agents(r, until_ns, s) : -ENOENT;

	if (error == -EAGAIN)
		return error;
	r->agents = !error;
	if (asks && error == -ENOENT)
		r->agent.text[0] = '\0';
	if (error)
		error = read_own(r, s, why);
	if (!error)
		say_source(r, (*s)->source);
	return error;
}

int reader_read(struct reader *r, struct snapshot **s, struct why *why)
{
	int error;

	while ((error = reader_go_on(r, 0, s, why)) == -EAGAIN && r->calls)
		agent_call_wait(&r->call);
	return error;
}

bool reader_is_other(const struct reader *r, const struct snapshot *before,
		     const struct snapshot *now, uint64_t interval_ns)
{
	return !r->agents || now->mono_ns > before->mono_ns + interval_ns / 2;
}
