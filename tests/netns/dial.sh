#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A master on another host, by TCP: its host vanishes and comes back; and masters that cannot be
# reached, each with its reason in the log.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

add_ns "$R" && add_ns "$S"
connect_server
log=$TMP/agent.log
logged() { grep -c -- "$1" "$log"; }
has_logged() { [ "$(logged "$1")" -ge "$2" ]; }

# snmpd is on the server, and is asked there.
mkdir -p "$TMP/agentx"
cat >"$TMP/snmpd.conf" <<-X
	rocommunity public 127.0.0.1
	agentaddress udp:127.0.0.1:1161
	master agentx
	agentXSocket tcp:10.2.0.2:7050
	agentXTimeout 2
X
start_master() {
	background in_ns "$S" env MIBS="" SNMP_PERSISTENT_DIR="$TMP/persist" \
		snmpd -f -Lf "$TMP/snmpd.log" -I -smux -C -c "$TMP/snmpd.conf" -p "$TMP/snmpd.pid"
	snmpd=$bg
}
answers() { (R=$S && agent_answers); }
vanish() {
	in_ns "$S" nft -f - <<-'N'
		table inet gone {
			chain gone_in { type filter hook input priority 0; iifname s0 drop; }
			chain gone_out { type filter hook output priority 0; oifname s0 drop; }
		}
	N
}
come_back() { in_ns "$S" nft delete table inet gone; }

start_master
MASTER=tcp:10.2.0.2:7050
start_agent --interval 0.5
expect_true "by TCP: the agent answers" wait_for 10 answers
expect "by TCP: no reason is logged" 0 "$(logged 'cannot connect')"

# Nobody asks: only the kernel's probes can find out. Nothing is sent to the peer, not even an end.
begin=$(now_ms)
vanish
expect_true "the host vanishes: it is noticed" wait_for 10 has_logged 'lost the SNMP master agent' 1
echo "after $(($(now_ms) - begin)) ms"
expect_true "and that nobody is there" wait_for 10 has_logged 'cannot connect .*: Connection timed out, trying again' 1
begin=$(now_ms)
come_back # with the old connection, that only snmpd still believes in
expect_true "the network is back: connected" wait_for 10 has_logged 'connected to the SNMP master agent' 2
expect_true "the network is back: snmpd has the old connection too" wait_for 10 has_logged 'another connection for our objects' 1
expect_true "the network is back: the agent answers" wait_for 10 answers
echo "after $(($(now_ms) - begin)) ms"
expect_true "and goes on to do so" answers

# The host starts anew: it knows of no connection.
vanish
kill -KILL "$snmpd" && wait "$snmpd" 2>/dev/null
expect_true "the host starts anew: the loss is noticed" wait_for 10 has_logged 'lost the SNMP master agent' 2
come_back
start_master
expect_true "the host starts anew: the agent answers" wait_for 10 answers
vanish
expect_true "once more" wait_for 10 has_logged 'lost the SNMP master agent' 3
gone_in_time "SIGTERM while nobody is there" "$agent" TERM

# Why there is no connection: once.
reason() { # NAME ADDRESS REGEX
	: >"$log"
	MASTER=$2
	start_agent --interval 0.5
	expect_true "$1: it is said" wait_for 15 has_logged "cannot connect to the SNMP master agent at .*: \($3\), trying again" 1
	sleep 3.5
	expect "$1: one line" 1 "$(wc -l <"$log")"
	kill "$agent" && wait "$agent"
	expect "$1: exit status" 0 $?
}
reason "a black hole" tcp:10.2.0.2:7050 "Connection timed out"
come_back
reason "a port where nobody listens" tcp:10.2.0.2:1 "Connection refused"
reason "a port of this host, IPv6" tcp6:[::1]:1 "Connection refused"
reason "a host without a route" tcp:192.0.2.1:705 "Network is unreachable"
reason "an unknown host" tcp:no-such-host.invalid:705 "Name or service not known\|Temporary failure in name resolution"
reason "no socket" "unix:$TMP/nothing" "No such file or directory"
finish
