/* SPDX-License-Identifier: MIT */
#include "options/commands.h"

#include "agent/agent.h"
#include "base/units.h"
#include "cli/attach.h"
#include "cli/check.h"
#include "cli/read.h"
#include "options/usage.h"
#include "selftest/selftest.h"
#include "top/top.h"

const struct command_row commands[] = {
	[COMMAND_SNAPSHOT] = {NULL, NULL, "one reading", read_snapshot, 0, CHOOSE_AUTO,
			      BPF_ATTACH_NEVER, VIEW_READING},
	[COMMAND_MONITOR] = {"monitor", NULL, "readings with deltas and rates, every interval",
			     read_monitor, 10 * NS_PER_S, CHOOSE_AUTO, BPF_ATTACH_OWN,
			     VIEW_READING},
	/* Nothing but eBPF counts all of it. */
	[COMMAND_ACTIVITY] = {"activity", NULL, "what passes in the next interval (needs eBPF)",
			      read_one_interval, NS_PER_S, CHOOSE_EBPF, BPF_ATTACH_OWN,
			      VIEW_ACTIVITY},
	[COMMAND_ACTIVITY_MONITOR] = {"activity", "monitor", "the same, every interval",
				      read_monitor, 10 * NS_PER_S, CHOOSE_EBPF, BPF_ATTACH_OWN,
				      VIEW_ACTIVITY},
	/* Nothing but eBPF knows them. */
	[COMMAND_PATHS] = {"paths", NULL, "from which interface to which (needs eBPF)",
			   read_snapshot, 0, CHOOSE_EBPF, BPF_ATTACH_NEVER, VIEW_PATHS},
	[COMMAND_PATHS_MONITOR] = {"paths", "monitor", "the same with rates, every interval",
				   read_monitor, 10 * NS_PER_S, CHOOSE_EBPF, BPF_ATTACH_OWN,
				   VIEW_PATHS},
	[COMMAND_DROPS] = {"drops", NULL, "what was dropped, and why (needs eBPF)", read_snapshot,
			   0, CHOOSE_EBPF, BPF_ATTACH_NEVER, VIEW_DROPS},
	[COMMAND_DROPS_MONITOR] = {"drops", "monitor", "the same with rates, every interval",
				   read_monitor, 10 * NS_PER_S, CHOOSE_EBPF, BPF_ATTACH_OWN,
				   VIEW_DROPS},
	[COMMAND_TOP] = {"top", NULL, "rates on the whole screen, every interval", top_run,
			 NS_PER_S, CHOOSE_AUTO, BPF_ATTACH_OWN, VIEW_READING},
	[COMMAND_AGENT] = {"agent", NULL, "serve the readings to snmpd (AgentX), in the foreground",
			   agent_run, 10 * NS_PER_S, CHOOSE_AUTO, BPF_ATTACH_PINNED, VIEW_READING},
	[COMMAND_ATTACH] = {"attach", NULL, "attach eBPF counters to this network namespace",
			    cli_attach, 0, CHOOSE_EBPF, BPF_ATTACH_PINNED, VIEW_READING},
	[COMMAND_DETACH] = {"detach", NULL, "detach them", cli_detach, 0, CHOOSE_EBPF,
			    BPF_ATTACH_NEVER, VIEW_READING},
	[COMMAND_STATUS] = {"status", NULL, "show what counts, and since when", cli_status, 0,
			    CHOOSE_EBPF, BPF_ATTACH_NEVER, VIEW_READING},
	[COMMAND_CHECK] = {"check", NULL, "a plugin for Nagios, Icinga and the like", check_run,
			   NS_PER_S, CHOOSE_AUTO, BPF_ATTACH_NEVER, VIEW_READING},
	[COMMAND_SELFTEST] = {"selftest", NULL, "are the figures right on this kernel? (root)",
			      selftest_run, 0, CHOOSE_AUTO, BPF_ATTACH_NEVER, VIEW_READING},
	[COMMAND_HELP] = {"help", NULL, "print this", usage_help, 0, CHOOSE_AUTO, BPF_ATTACH_NEVER,
			  VIEW_READING},
	[COMMAND_VERSION] = {"version", NULL, "print the version", usage_version, 0, CHOOSE_AUTO,
			     BPF_ATTACH_NEVER, VIEW_READING},
};
