#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The agent with eBPF: a million packets, every figure the same in JSON, SNMP and text; the agent
# killed and started again; counters taken away under it; interfaces that come and go under traffic.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

make_router
quiet "$C" && quiet "$S"
start_snmpd
agent_on() { # the agent that attaches by itself
	background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$TMP/reading" --interval 1 "$@" 2>>"$TMP/agent.log"
	agent=$bg
}
json() { "$BIN" --netns "$R" --json --source ebpf >"$TMP/json" 2>"$TMP/err"; }
value() { jq -c "$1" "$TMP/json"; }
mib() { snmp_value "IPFWAGENT-MIB::$1"; }
is_mib() { [ "$(mib "$1")" = "$2" ]; }
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT

socat -u "UNIX-RECV:$TMP/notify" "CREATE:$TMP/states" &
pids+=($!)
wait_for 10 test -S "$TMP/notify"
export NOTIFY_SOCKET=$TMP/notify WATCHDOG_USEC=2000000
agent_on
unset NOTIFY_SOCKET WATCHDOG_USEC
expect_true "the agent answers" wait_for 20 agent_answers
expect "it attached by itself" ebpf "$(mib ipfwSource.0)"
expect "its hooks" '"netfilter"' "$(mib ipfwHooks.0 | sed 's/^[^"]*$/"&"/')"
expect_true "it says that it is ready, and alive" wait_for 10 grep -qE 'READY=1.*WATCHDOG=1' "$TMP/states"
expect "its status" ok "$(mib ipfwStatus.0)"

# A manager with an abstract socket, which is in its network namespace and not in the one to count in.
socat -u "ABSTRACT-RECV:ipfw-notify-$$" "CREATE:$TMP/abstract" &
pids+=($!)
wait_for 10 grep -q "@ipfw-notify-$$" /proc/net/unix
NOTIFY_SOCKET=@ipfw-notify-$$ background "$BIN" agent --netns "$R" --source kernel --agentx-socket "unix:$TMP/nowhere" --reading-socket none 2>>"$TMP/agent.log"
expect_true "an abstract socket in another network namespace: ready" wait_for 10 grep -q READY=1 "$TMP/abstract"
kill "$bg" && wait "$bg"
expect_true "an abstract socket in another network namespace: the end" wait_for 10 grep -q STOPPING=1 "$TMP/abstract"

# A million packets of both families, each way of its own.
json && cp "$TMP/json" "$TMP/a.json"
udp ipv4 300000 22 & one=$! # 50 octets
udp ipv6 250000 52 &        # 100 octets
two=$!
wait $one $two
udp ipv4 150000 1172 # 1,200 octets
udp ipv6 100000 1052 # 1,100 octets
traffic "$S" send 10.1.0.2 9 100000 72
traffic "$S" send fd01::2 9 100000 52
settle
json && cp "$TMP/json" "$TMP/b.json"
moved() { jq -nc --slurpfile a "$TMP/a.json" --slurpfile b "$TMP/b.json" "(\$b[0] | $1) - (\$a[0] | $1)"; }
v4=550000 v4_octets=$((300000 * 50 + 150000 * 1200 + 100000 * 100))
v6=450000 v6_octets=$((250000 * 100 + 100000 * 1100 + 100000 * 100))
for f in ipv4 ipv6; do
	[ $f = ipv4 ] && n=$v4 octets=$v4_octets || n=$v6 octets=$v6_octets
	for key in forwarding.incoming forwarding.outgoing; do
		expect "a million: $f $key packets" $n "$(moved ".$f.${key}_packets")"
		expect "a million: $f $key bytes" $octets "$(moved ".$f.${key}_bytes")"
	done
	for key in received sent; do
		expect "a million: $f packets $key" $n "$(moved ".$f.traffic.packets_$key")"
		expect "a million: $f bytes $key" $octets "$(moved ".$f.traffic.bytes_$key")"
	done
done
expect "a million: rc to rs, IPv4" 450000 "$(moved '([.paths[] | select(.in == "rc" and .out == "rs" and .family == "ipv4")] | .[0].packets // 0)')"
expect "a million: rs to rc, IPv6" 100000 "$(moved '([.paths[] | select(.in == "rs" and .out == "rc" and .family == "ipv6")] | .[0].packets // 0)')"
expect "a million: nothing but IP" '[0,0,0,0]' "$(value '.interfaces.rc.other | [.rx_packets, .rx_bytes, .tx_packets, .tx_bytes]')"
expect "a million: none missed" '[0,0]' "$(value '.source | [.missed_packets, .missed_path_packets]')"

# The same figures in SNMP, column by column, and in text; and what is lost.
traffic "$C" send 10.2.0.2 9 7 100 1
traffic "$C" send fd02::2 9 7 100 1
settle
json
sleep 1.2
octets_of() { printf %s "$1" | od -An -tu1 | tr -s ' ' . ; } # of a string in an index
declare -A number=([ipv4]=1 [ipv6]=2)
same() { expect "SNMP $1.$2 is JSON $3" "$(value "$3")" "$(mib "$1.$2")"; }
for f in ipv4 ipv6; do
	i=${number[$f]}
	same ipfwSystemInForwPackets $i .$f.forwarding.incoming_packets
	same ipfwSystemInForwOctets $i .$f.forwarding.incoming_bytes
	same ipfwSystemOutForwPackets $i .$f.forwarding.outgoing_packets
	same ipfwSystemOutForwOctets $i .$f.forwarding.outgoing_bytes
	if [ $f = ipv6 ]; then # SNMP itself is IPv4 traffic, on lo
		same ipfwSystemInPackets $i .$f.traffic.packets_received
		same ipfwSystemInOctets $i .$f.traffic.bytes_received
		same ipfwSystemOutPackets $i .$f.traffic.packets_sent
		same ipfwSystemOutOctets $i .$f.traffic.bytes_sent
	fi
	same ipfwSystemDroppedPackets $i .$f.losses.dropped_packets
	same ipfwSystemRefusedOctets $i .$f.losses.refused_bytes
	same ipfwSystemUnaccountedPackets $i .$f.losses.unaccounted_packets
	for dev in rc rs; do
		index=$i.$(value .interfaces.$dev.ifindex)
		same ipfwIfDeliveredPackets "$index" .interfaces.$dev.$f.delivered_packets
		same ipfwIfDroppedOctets "$index" .interfaces.$dev.$f.dropped_bytes
		same ipfwIfRefusedPackets "$index" .interfaces.$dev.$f.refused_packets
		same ipfwIfInPackets "$index" .interfaces.$dev.$f.rx_packets
		same ipfwIfInOctets "$index" .interfaces.$dev.$f.rx_bytes
		same ipfwIfOutPackets "$index" .interfaces.$dev.$f.tx_packets
		same ipfwIfOutOctets "$index" .interfaces.$dev.$f.tx_bytes
		same ipfwIfInForwPackets "$index" .interfaces.$dev.$f.forwarded_in_packets
		same ipfwIfInForwOctets "$index" .interfaces.$dev.$f.forwarded_in_bytes
		same ipfwIfOutForwPackets "$index" .interfaces.$dev.$f.forwarded_out_packets
		same ipfwIfOutForwOctets "$index" .interfaces.$dev.$f.forwarded_out_bytes
		expect "SNMP quality of $dev $f" exact "$(mib "ipfwIfQuality.$index")"
	done
	index=$i.$(value .interfaces.rc.ifindex).$(value .interfaces.rs.ifindex)
	path=".paths[] | select(.in == \"rc\" and .out == \"rs\" and .family == \"$f\")"
	same ipfwPathPackets "$index" "$path | .packets"
	same ipfwPathOctets "$index" "$path | .bytes"
	index="$i.$(value .interfaces.rc.ifindex).0.1$(octets_of IP_INHDR)"
	drop=".drops[] | select(.in == \"rc\" and .family == \"$f\" and .reason == \"IP_INHDR\")"
	same ipfwDropPackets "$index" "$drop | .packets"
	same ipfwDropOctets "$index" "$drop | .bytes"
	expect "SNMP: the reason's name $f" IP_INHDR "$(mib "ipfwDropReasonName.$index")"
	expect "SNMP: dropped $f" 7 "$(mib "ipfwDropPackets.$index")"
done
expect_match "text: the same" "^rc +rs +ipv4 +$(value '.paths[] | select(.in == "rc" and .family == "ipv4") | .packets') +$(value '.paths[] | select(.in == "rc" and .family == "ipv4") | .bytes')$" \
	"$("$BIN" --netns "$R" -v --source ebpf)"

# Killed under traffic and started again: nothing is lost, and nothing is discontinuous.
since=$(value .source.since)
ticks() { SNMP_FLAGS=-OQvUt mib ipfwSystemDiscontinuityTime.1; }
discontinuity=$(ticks)
known=
cp "$TMP/json" "$TMP/a.json"
udp ipv4 100000 22 &
sender=$!
for i in 1 2 3; do
	kill -KILL "$agent" && wait "$agent" 2>/dev/null
	agent_on
	wait_for 20 agent_answers
	known+=" $(ticks)"
done
wait $sender
settle
json && cp "$TMP/json" "$TMP/b.json"
expect "killed three times: all counted" 100000 "$(moved .ipv4.forwarding.outgoing_packets)"
expect "killed three times: since the same moment" "$since" "$(value .source.since)"
expect "killed three times: no discontinuity" " $discontinuity $discontinuity $discontinuity" "$known"
kill -TERM "$agent" && wait "$agent"
json
expect "the agent's end leaves the counters" 0 $?

# Taken away under the agent: it says so and reads the kernel's; put back: it finds them.
agent_on
expect_true "back" wait_for 20 agent_answers
"$BIN" detach --netns "$R" 2>/dev/null
expect_true "detached: the source is the kernel" wait_for 10 is_mib ipfwSource.0 kernel
expect_match "detached: says why" 'detached' "$(mib ipfwStatusText.0)"
"$BIN" attach --netns "$R" 2>/dev/null
expect_true "attached again: found" wait_for 10 is_mib ipfwSource.0 ebpf
later() { [ "$(ticks)" -gt $((discontinuity + 100)) ]; }
expect_true "attached again: a discontinuity" wait_for 10 later
expect_true "attached again: status ok" wait_for 10 is_mib ipfwStatus.0 ok

# A thousand interfaces come and go while traffic flows.
json && cp "$TMP/json" "$TMP/a.json"
udp ipv4 200000 22 &
sender=$!
for _ in 1 2 3 4; do
	for i in $(seq 125); do echo "link add x$i type veth peer name y$i"; done | ip -n "$R" -batch -
	for i in $(seq 125); do echo "link del x$i"; done | ip -n "$R" -batch -
done
wait $sender
settle
json && cp "$TMP/json" "$TMP/b.json"
expect "a thousand interfaces: all counted" 200000 "$(moved .ipv4.forwarding.outgoing_packets)"
expect "a thousand interfaces: on rc" 200000 "$(moved .interfaces.rc.ipv4.forwarded_in_packets)"
expect "a thousand interfaces: on rs" 200000 "$(moved .interfaces.rs.ipv4.forwarded_out_packets)"
expect "a thousand interfaces: none missed" '[0,0]' "$(value '.source | [.missed_packets, .missed_path_packets]')"
expect_true "a thousand interfaces: the agent answers" wait_for 10 agent_answers
kill -TERM "$agent" && wait "$agent"

# It opens no MIB file that the environment names: to open this one would take for ever.
mkdir "$TMP/mibs" && mkfifo "$TMP/mibs/HOSTILE-MIB.txt"
export MIBS=ALL MIBDIRS=$TMP/mibs MIBFILES=$TMP/mibs/HOSTILE-MIB.txt
agent_on
unset MIBS MIBDIRS MIBFILES
expect_true "MIBs of the environment: the agent answers" wait_for 20 agent_answers
kill -TERM "$agent" && wait "$agent"

agent_on --detach-on-exit
expect_true "with --detach-on-exit" wait_for 20 agent_answers
kill -TERM "$agent" && wait "$agent"
expect "with --detach-on-exit: exit status" 0 $?
json
expect "with --detach-on-exit: nothing is left" 3 $?

# After attaching it needs no privilege: every figure goes on, interfaces that are new included.
chmod 777 "$TMP/agentx" "${MASTER#unix:}"
agent_on --user nobody
expect_true "as nobody: the agent answers" wait_for 20 agent_answers
expect "as nobody: its user" 65534 "$(awk '$1 == "Uid:" { print $2 }' "/proc/$agent/status")"
expect "as nobody: its groups" 65534 "$(awk '$1 == "Gid:" { print $2 }' "/proc/$agent/status")"
expect "as nobody: no capability" 0 "$(awk '$1 ~ /^Cap(Eff|Prm|Inh|Amb):/ { print $2 }' "/proc/$agent/status" | sort -u | sed 's/^0*//; s/^$/0/')"
expect "as nobody: no way back" 1 "$(awk '$1 == "NoNewPrivs:" { print $2 }' "/proc/$agent/status")"
expect "as nobody: exact" ebpf "$(mib ipfwSource.0)"
json && cp "$TMP/json" "$TMP/a.json"
udp ipv4 1000 22
ip -n "$R" link add late0 type veth peer name late1
is_late() { snmp snmpwalk IPFWAGENT-MIB::ipfwIfName | grep -q late0; }
expect_true "as nobody: a new interface" wait_for 10 is_late
json && cp "$TMP/json" "$TMP/b.json"
expect "as nobody: counted" 1000 "$(moved .ipv4.forwarding.outgoing_packets)"
sleep 1.2
same ipfwSystemOutForwPackets 1 .ipv4.forwarding.outgoing_packets
expect "as nobody: status" ok "$(mib ipfwStatus.0)"
discontinuity=$(ticks)
status_of() { "$BIN" status --json --netns "$1" --reading-socket "$TMP/reading" 2>/dev/null | jq -r "$2"; }
expect_match "status shows the agent's" '^status ok: source ebpf .*, SNMP master connected$' "$(status_of "$R" .agent)"
expect_match "status, as text" '^agent: status ok: source ebpf ' \
	"$(in_ns "$R" setpriv --reuid 65534 --clear-groups "$BIN" status --reading-socket "$TMP/reading" 2>&1 | sed -n 's/^ipfwagent: //; /^agent/p')"
expect "status, an agent that counts elsewhere" \
	"the agent at $TMP/reading: this agent counts in another network namespace" "$(status_of "$S" .agent_why)"
kill -TERM "$agent" && wait "$agent"
expect "as nobody: exit status" 0 $?
for i in $(seq 8); do
	agent_on --user nobody
	wait_for 20 agent_answers
	expect "as nobody, started anew ($i): no discontinuity" "$discontinuity" "$(ticks)"
	kill -TERM "$agent" && wait "$agent"
done
"$BIN" detach --netns "$R" 2>/dev/null
in_ns "$R" "$BIN" agent --user no-such-user --reading-socket none --agentx-socket "$MASTER" 2>"$TMP/err"
expect "as nobody at all: exit status" 1 $?
expect_match "as nobody at all: message" 'user no-such-user: there is none' "$(cat "$TMP/err")"
"$BIN" detach --netns "$R" 2>/dev/null

# Without the privilege the kernel's counters serve, and the status says why.
background in_ns "$R" setpriv --bounding-set=-bpf,-sys_admin,-perfmon --inh-caps=-bpf,-sys_admin,-perfmon \
	"$BIN" agent --reading-socket none --agentx-socket "$MASTER" --interval 1 2>>"$TMP/agent.log"
expect_true "without privilege: the agent answers" wait_for 20 agent_answers
expect "without privilege: degraded" degraded "$(mib ipfwStatus.0)"
expect_match "without privilege: says why" 'EPERM|ermission|ermitted' "$(mib ipfwStatusText.0)"
finish
