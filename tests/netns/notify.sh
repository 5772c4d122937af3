#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Notifications as a real snmptrapd receives them: what is told and what not, hold-down, each once
# whatever becomes of snmpd in between, and a count of those that are lost.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

make_router
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
TRAPS=$TMP/traps
# The one who receives: a line each, "TRAP" and what it holds, by number.
echo 'authCommunity log public' >"$TMP/trapd.conf"
background in_ns "$R" env SNMP_PERSISTENT_DIR="$TMP/trapd" MIBS="" snmptrapd -f -On -C -c "$TMP/trapd.conf" \
	-Lf "$TRAPS" -F 'TRAP %v\n' -p "$TMP/trapd.pid" udp:127.0.0.1:1162
echo 'trap2sink 127.0.0.1:1162 public' >"$TMP/snmpd.extra"
wait_for 10 test -s "$TMP/trapd.pid"
start_snmpd
: >"$TMP/agent.log"
agent_on() {
	background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$TMP/reading.sock" --interval 0.1 "$@" 2>>"$TMP/agent.log"
	agent=$bg
	wait_for 20 agent_answers || not_ok "the agent answers" "$(cat "$TMP/agent.log")"
}
agent_off() { kill "$agent" && wait "$agent" 2>/dev/null; }
# traps NUMBER [MORE]: how many of ours have arrived, of that number and with that in them.
traps() { grep -a "^TRAP" "$TRAPS" | grep -a -- "= OID: \.${ROOT_OID//./\\.}\.0\.$1" | grep -acE -- "${2:-.}"; }
have_traps() { [ "$(traps "$1" "${3:-.}")" -ge "$2" ]; }
# nothing more comes: what is under way has arrived after three readings and a round trip
quiet() { sleep 1; }
forwarding() { setns "$R" "net.ipv4.ip_forward=$1"; }
is_sampled() { [ "$(echo json | socat - "UNIX-CONNECT:$TMP/reading.sock" | jq -c .ipv4.forwarding_enabled)" = "$1" ]; }
sampled() { wait_for 10 is_sampled "$1" && sleep 0.05; }
dropped() { snmp_value IPFWAGENT-MIB::ipfwNotificationsDropped.0 | tr -dc 0-9; }
V4=".$ROOT_OID.1.2.1.2.1 = INTEGER:"

# Off by default.
agent_on --source kernel
forwarding 0
quiet
forwarding 1
quiet
expect "by default there are none" 0 "$(traps '[123]')"
agent_off

agent_on --source kernel --notifications --notification-hold-down 0.5
expect_true "ipfwAgentStarted" wait_for 10 have_traps 3 1
expect "ipfwAgentStarted: ipfwVersion" 1 "$(traps 3 "\.$ROOT_OID\.1\.1\.1\.0 = STRING: \"$("$BIN" --version | cut -d' ' -f2)\"")"
expect "ipfwAgentStarted: begins with sysUpTime" 1 "$(traps 3 '^TRAP \.1\.3\.6\.1\.2\.1\.1\.3\.0 = Timeticks: \([0-9]+\)')"
forwarding 0
expect_true "ipfwForwardingChange: off" wait_for 10 have_traps 1 1 "$V4 2"
forwarding 1
expect_true "ipfwForwardingChange: on, after the hold-down" wait_for 10 have_traps 1 1 "$V4 1"
setns "$R" net.ipv6.conf.all.forwarding=0
expect_true "ipfwForwardingChange: IPv6" wait_for 10 have_traps 1 1 "\.1\.2\.1\.2\.2 = INTEGER: 2"
setns "$R" net.ipv6.conf.all.forwarding=1
wait_for 10 have_traps 1 1 "\.1\.2\.1\.2\.2 = INTEGER: 1"
quiet
expect "started: once" 1 "$(traps 3)"
expect "forwarding: each change once" 4 "$(traps 1)"
expect "none is dropped" 0 "$(dropped)"

# Faster than the hold-down: the first and the last.
agent_off
agent_on --source kernel --notifications --notification-hold-down 3
wait_for 10 have_traps 3 2
before=$(traps 1)
forwarding 0
wait_for 10 have_traps 1 $((before + 1))
for _ in 1 2 3; do
	forwarding 1 && sleep 0.15
	forwarding 0 && sleep 0.15
done
forwarding 1
expect_true "hold-down: the last state is told" wait_for 10 have_traps 1 $((before + 2))
quiet
expect "hold-down: two of eight changes" $((before + 2)) "$(traps 1)"
agent_off

# snmpd hangs while it is told: once, when it goes on, with the time of the change.
agent_on --source kernel --notifications --notification-hold-down 0.01
wait_for 10 have_traps 3 3
before=$(traps 1)
kill -STOP "$snmpd"
forwarding 0
sleep 2.5
expect "snmpd hangs: nothing yet" "$before" "$(traps 1)"
up=$(($(date +%s) - $(stat -c %Y "/proc/$snmpd")))
kill -CONT "$snmpd"
expect_true "snmpd goes on: it is told" wait_for 10 have_traps 1 $((before + 1))
ticks=$(grep -a '^TRAP' "$TRAPS" | grep -aF "$V4 2" | tail -n 1 | sed 's/.*3\.0 = Timeticks: (\([0-9]*\)).*/\1/')
now=$(SNMP_FLAGS=-OQvt snmp snmpget 1.3.6.1.2.1.1.3.0)
expect_true "snmpd goes on: sysUpTime is that of the change ($ticks, now $now, $up s)" [ $((now - ticks)) -ge 200 ]
forwarding 1
wait_for 10 have_traps 1 $((before + 2))
quiet
expect "snmpd goes on: once" $((before + 2)) "$(traps 1)"

# snmpd is away: what changes then is told when it is back.
stop_snmpd
forwarding 0 && sampled false
forwarding 1 && sampled true
start_snmpd
expect_true "snmpd is back: both changes are told" wait_for 10 have_traps 1 $((before + 4))
quiet
expect "snmpd is back: once" $((before + 4)) "$(traps 1)"
expect_true "snmpd is back: the agent answers" wait_for 10 agent_answers
expect "snmpd is back: nothing is dropped" 0 "$(dropped)"

# snmpd dies with one on its way: that one is counted, since nobody knows what became of it.
kill -STOP "$snmpd"
forwarding 0
sleep 1
kill -KILL "$snmpd"
wait "$snmpd" 2>/dev/null
start_snmpd
wait_for 10 agent_answers
sleep 1.2
expect "snmpd died with one on its way: counted" 1 "$(dropped)"
expect "snmpd died with one on its way: not sent again" $((before + 4)) "$(traps 1)"
expect_match "snmpd died with one on its way: said" 'while a notification was on its way' "$(cat "$TMP/agent.log")"
forwarding 1
wait_for 10 have_traps 1 $((before + 5))

# More than there is room for: the newest are told, the others counted; none gets lost unseen.
stop_snmpd
before=$(traps 1) dropped_before=1
for _ in $(seq 12); do
	forwarding 0 && sampled false
	forwarding 1 && sampled true
done
start_snmpd
wait_for 20 have_traps 1 $((before + 16))
quiet
wait_for 10 agent_answers
sleep 1.2
told=$(($(traps 1) - before)) lost=$(($(dropped) - dropped_before))
expect_true "24 changes without snmpd: 16 are told ($told), or one more" [ "$told" -ge 16 -a "$told" -le 17 ]
expect "24 changes without snmpd: none is lost unseen ($told told)" 24 $((told + lost))
agent_off

# Ended while it waits for snmpd: it says what was not told.
agent_on --source kernel --notifications --notification-hold-down 0.01
wait_for 10 have_traps 3 4
stop_snmpd
forwarding 0 && sampled false
forwarding 1 && sampled true
agent_off
expect_match "ended without snmpd: what was not told" 'no master for 2 notifications' "$(cat "$TMP/agent.log")"
start_snmpd

# Another way to count.
agent_on --notifications
wait_for 10 have_traps 3 5
expect "started with eBPF" ebpf "$(snmp_value IPFWAGENT-MIB::ipfwSource.0)"
in_ns "$R" "$BIN" detach 2>/dev/null
expect_true "ipfwSourceChange" wait_for 10 have_traps 2 1
expect "ipfwSourceChange: source, hooks and why" 1 \
	"$(traps 2 "\.1\.1\.3\.0 = INTEGER: 1.*\.1\.1\.4\.0 = STRING: \"none\".*\.1\.1\.6\.0 = STRING: \"[^\"]*detached")"
agent_off

# Switched on while it runs: the past is not told.
cat >"$TMP/conf" <<-X
	notifications no
X
agent_on --source kernel --config "$TMP/conf"
before=$(traps '[123]')
forwarding 0
sampled false
echo 'notifications yes' >"$TMP/conf"
kill -HUP "$agent"
quiet
expect "switched on: nothing is told of before" "$before" "$(traps '[123]')"
before=$(traps 1)
forwarding 1
expect_true "switched on: the next change is" wait_for 10 have_traps 1 $((before + 1))
agent_off
expect "the agent ends well" 0 $?
finish
