/* SPDX-License-Identifier: MIT */
/*
 * status_line: how the agent is, in one line, for its log and for "status".
 */
#ifndef IPFW_AGENT_STATUS_LINE_H
#define IPFW_AGENT_STATUS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/other_netns.h"
#include "agent/peak_sampler.h"
#include "agent/sampler.h"

#define STATUS_MAX 768

#define STATUS_KEEPS_BPF "CAP_BPF is kept: this kernel lets nobody without it read an open eBPF map"

struct status_line {
	const struct sampler *sampler;
	const struct peak_sampler *peaks;     /* NULL: none are watched */
	const struct other_netns *namespaces; /* the others that it serves; NULL: there are none */
	uint64_t interval_ns;
	bool ip_mib;
	bool master; /* of AgentX: it is connected */
	bool keeps_bpf;
};

/* Write it into `text`, of at most `size` octets (STATUS_MAX), and return that. */
const char *status_line(const struct status_line *l, char *text, size_t size);

#endif
