#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Peaks: bursts in known seconds of a window, as the agent shows them in JSON, by SNMP and to Prometheus;
# and what leaves a window without peaks.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

make_router
quiet "$C" && quiet "$S"
start_snmpd
SOCK=$TMP/reading
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
agent_on() {
	background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$SOCK" --interval 3600 "$@" 2>>"$TMP/agent.log"
	agent=$bg
	wait_for 20 agent_answers || not_ok "the agent answers" "$(tail -n 3 "$TMP/agent.log")"
}
agent_off() {
	kill "$agent" && wait "$agent"
	expect "$1: the agent's exit status" 0 $?
}
ask() { echo "$1" | timeout 10 socat -t10 - "UNIX-CONNECT:$SOCK" >"$TMP/$1"; }
json() { ask json && jq -c "$1" "$TMP/json"; }
figure() { jq -c ".peaks | $1" "$TMP/json"; }
status() { "$BIN" status --json --netns "$R" --reading-socket "$SOCK" 2>/dev/null | jq -r .agent; }
mib() { snmp_value "IPFWAGENT-MIB::ipfwPeak$1"; }
is_json() { [ "$(json "$1")" = "$2" ]; }
# until_window: until the next window ends, which may have any state.
window_is_new() { ! is_json .peaks.end "$ended"; }
until_window() {
	ended=$(json .peaks.end)
	wait_for 25 window_is_new
}
# until_complete: until a window has ended whose system has peaks. A busy machine misses seconds.
until_complete() {
	for _ in {1..12}; do
		until_window
		is_json .peaks.state '"complete"' && return
	done
	return 1
}

# burst SECOND FAMILY COUNT: datagrams of 100 octets, all of them after the sample at SECOND, which is taken
# 0.25 s later at the latest, and before the next; else no window is proved by it.
burst() {
	local now
	sleep "$(awk -v to="$1.3" -v now="$(date +%s.%N)" 'BEGIN { print (to > now ? to - now : 0) }')"
	now=$(date +%s%3N)
	[ "$now" -ge "${1}250" ] || within=0
	traffic "$C" send "${server[$2]}" 9 "$3" $((100 - $(udp_octets "$2" 0)))
	now=$(date +%s%3N)
	[ "$now" -lt "${1}990" ] || within=0
}

# A window of 20 seconds: of IPv6 one burst; of IPv4 three, the first in the second after that. The 95th
# percentile is the second highest.
bursts() {
	local begin
	for _ in {1..10}; do
		begin=$(($(date +%s) / 20 * 20 + 20)) within=1
		burst $((begin + 2)) ipv6 500
		burst $((begin + 3)) ipv4 2000
		burst $((begin + 6)) ipv4 1000
		burst $((begin + 9)) ipv4 400
		sleep $((begin + 21 - $(date +%s)))
		ask json
		ask prometheus # of the same window: what follows takes a busy machine longer than that
		[ $within = 1 ] && [ "$(figure "[.state, (.end // \"\" | sub(\"[.].*\"; \"Z\") | fromdate? == $begin + 20)]")" = '["complete",true]' ] && return
	done
	return 1
}

agent_on --peak-window 20
expect_match "status says what a sample takes" 'interval 3600 s, peaks of 20 s: [a-z]+, [0-9.]+ ms of processor time for a sample, SNMP' "$(status)"
expect_true "bursts within a window that is complete" bursts
expect "its length and its samples" '[20,20]' "$(jq -c '.peaks | [.window_seconds, .samples]' "$TMP/json")"
expect_true "the document validates" /usr/bin/python3 - "$top/schemas/snapshot.schema.json" "$TMP/json" <<'P'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.validators.validator_for(schema)(schema).validate(json.load(open(sys.argv[2])))
P
# What was forwarded, each packet was as it came in and as it left.
for f in ipv4 ipv6; do
	for way in "$f.forwarded_in" "interfaces.rc.$f.rx" "interfaces.rc.$f.forwarded_in" "interfaces.rs.$f.tx" "interfaces.rs.$f.forwarded_out"; do
		expect "$f: $way is what the system forwarded" "$(figure .$f.forwarded_out)" "$(figure ".$way")"
	done
	expect "$f: 800 bits for each packet" '[true,true]' "$(figure ".$f.forwarded_out |
		[(.peak_bps - 800 * .peak_pps | fabs < 0.001), (.p95_bps - 800 * .p95_pps | fabs < 0.001)]")"
	expect "$f: quality" '"exact"' "$(figure .$f.quality)"
done
# The seconds of both highest rates follow one another: the time between is what the latter is over.
expect "the highest rate: 2,000 packets in the measured time" true "$(figure '
	def at: capture("T(?<h>..):(?<m>..):(?<s>.*)Z") | (.h | tonumber) * 3600 + (.m | tonumber) * 60 + (.s | tonumber);
	.ipv4.forwarded_out.peak_pps * ((.ipv4.forwarded_out.peak_pps_at | at) - (.ipv6.forwarded_out.peak_pps_at | at)) | . > 1980 and . < 2020')"
expect "the highest rate of IPv6: 500 packets in about a second" true "$(figure '.ipv6.forwarded_out.peak_pps | . >= 400 and . <= 667')"
expect "the percentile: the second burst of IPv4" true "$(figure '.ipv4.forwarded_out.p95_pps | . >= 800 and . <= 1334')"
expect "the percentile: IPv6 had one burst only" 0 "$(figure '.ipv6.forwarded_out.p95_pps')"
expect "the device counts what passes it" true "$(figure '.interfaces.rs.total.tx | .peak_pps > 0 and .peak_bps > 800 * .peak_pps')"

# The same by SNMP and to Prometheus.
rs=$(jq .interfaces.rs.ifindex "$TMP/json")
declare -A number=([ipv4]=1 [ipv6]=2)
for f in ipv4 ipv6; do
	i=${number[$f]}
	for at in "0 .$f" "$rs .interfaces.rs.$f"; do
		read -r index row <<<"$at"
		row+=.forwarded_out
		expect "SNMP: state of $f.$index" complete "$(mib "State.$i.$index")"
		expect "SNMP: samples of $f.$index" 20 "$(mib "Samples.$i.$index")"
		expect "SNMP: packets of $f.$index" "$(figure "$row.peak_pps | round")" "$(mib "OutForwPacketRate.$i.$index" | cut -d' ' -f1)"
		expect "SNMP: bits of $f.$index" "$(figure "$row.peak_bps / 1000 | round")" "$(mib "OutForwBitRate.$i.$index" | cut -d' ' -f1)"
		expect "SNMP: percentile of packets of $f.$index" "$(figure "$row.p95_pps | round")" "$(mib "OutForwPacketRate95.$i.$index" | cut -d' ' -f1)"
		expect "SNMP: percentile of bits of $f.$index" "$(figure "$row.p95_bps / 1000 | round")" "$(mib "OutForwBitRate95.$i.$index" | cut -d' ' -f1)"
	done
done
ticks() { SNMP_FLAGS=-OQvUt mib "$1"; }
expect "SNMP: IPv4's burst was a second after IPv6's" true "$(jq -n "$(ticks OutForwBitRateTime.1.0) - $(ticks OutForwBitRateTime.2.0) | . > 74 and . < 126")"
expect "SNMP: the name" rs "$(mib "IfName.1.$rs" | tr -d '"')"
expect "SNMP: no name of the system" "" "$(mib IfName.1.0 | tr -d '"')"
expect_match "SNMP: no row of the system's total" 'No Such Instance' "$(mib State.0.0)"
expect_match "SNMP: a device forwards nothing" 'No Such Instance' "$(mib "InForwBitRate.0.$rs")"
for name in peak p95; do
	expect "Prometheus: $name of rs" "$(figure ".interfaces.rs.ipv4.forwarded_out.${name}_bps / 8 * 1000 | round")" \
		"$(awk -v m="ipfw_interface_${name}_forwarded_out_bytes_per_second{device=\"rs\",family=\"ipv4\"}" '$1 == m { printf "%.0f\n", $2 * 1000 }' "$TMP/prometheus")"
	expect "Prometheus: $name of the system" "$(figure ".ipv6.forwarded_out.${name}_pps * 1000 | round")" \
		"$(awk -v m="ipfw_${name}_forwarded_out_packets_per_second{family=\"ipv6\"}" '$1 == m { printf "%.0f\n", $2 * 1000 }' "$TMP/prometheus")"
done
expect "Prometheus: the window" 20 "$(awk '$1 == "ipfw_peak_window_seconds" { print $2 }' "$TMP/prometheus")"
echo "json include rs" | timeout 10 socat -t10 - "UNIX-CONNECT:$SOCK" >"$TMP/json"
expect "of the interfaces that are asked for" '["rs"]' "$(figure '.interfaces | keys')"
expect "a reading of one's own has none" null "$(in_ns "$R" "$BIN" --json --reading-socket none | jq -c .peaks)"
agent_off "bursts"

# What leaves a window, or a row, without peaks.
cat >"$TMP/conf" <<-X
	peak-window 10
X
agent_on --config "$TMP/conf"
expect_true "a window of the configuration file" until_complete
all_rates='[.ipv4, .ipv6, .interfaces[][] | .rx, .tx, .forwarded_in, .forwarded_out | select(.) | .[]] | map(select(. != null)) | length'
stop_and_go() {
	until_complete || return
	kill -STOP "$agent"
	sleep 2.5
	kill -CONT "$agent"
	until_window
}
stop_and_go
expect "two seconds without the agent" '["missed",true]' "$(json '.peaks | [.state, .samples < 10]')"
expect "no figure is left" 0 "$(figure "$all_rates")"
expect_match "SNMP: nor there" 'No Such Instance' "$(mib OutForwBitRate.1.0)"
expect "SNMP: but the reason" missed "$(mib State.1.0)"
expect_true "the next one is complete again" until_complete

# Between two samples, while packets pass: interfaces that are made anew with the same name and ifindex, one counted
# in the array, one in the hash; one that gets another name; and one that comes. In another second of that window
# 2,000 packets are forwarded.
make_if() { # NAME IFINDEX NUMBER
	ip -n "$R" link add "$1" index "$2" type veth peer name "peer$3" && ip -n "$R" addr add "10.9.$3.1/24" dev "$1"
	ip -n "$R" link set "peer$3" up && use_if "$1" "$3"
}
use_if() { # NAME NUMBER
	ip -n "$R" link set "$1" up && ip -n "$R" neigh replace "10.9.$2.2" lladdr 02:00:00:00:00:99 dev "$1" nud permanent
}
own() { traffic "$R" send "10.9.$1.2" 9 "$2" 72; }
at_third() { sleep "$(awk -v now="$(date +%s.%N)" 'BEGIN { print 1.3 + int(now) - now }')"; }
# within_second COMMAND...: after one sample and before the next one; else nothing is proved by it.
within_second() {
	local second
	at_third
	second=$(date +%s)
	"$@"
	[ "$(date +%s%3N)" -lt "${second}990" ] || within=0
}
change() {
	ip -n "$R" link del low0 && make_if low0 70 1
	ip -n "$R" link del high0 && make_if high0 90000 2
	ip -n "$R" link set name0 down && ip -n "$R" link set name0 name other0 && use_if other0 3
	own 1 5000 && own 2 5000 && own 3 5000
	ip -n "$R" link add late0 type veth peer name late1
}
forward() { traffic "$C" send "${server[ipv4]}" 9 2000 72; }
same_packets() { for i in 1 2 3; do own $i ${i}00; done; }
changes() {
	within=1
	ip -n "$R" -br link | awk '$1 ~ /^(low0|high0|name0|other0|late0)/ { sub("@.*", "", $1); print "link del", $1 }' | ip -n "$R" -force -batch - 2>/dev/null
	make_if low0 70 1 && make_if high0 90000 2 && make_if name0 71 3
	until_complete || return
	for i in 1 2 3; do own $i 3000; done
	at_third
	change
	within_second forward
	until_window
	cp "$TMP/json" "$TMP/changed"
	is_json .peaks.state '"complete"' || return
	within_second same_packets
	until_window
	is_json .peaks.state '"complete"' && [ $within = 1 ]
}
for _ in {1..10}; do changes && break; done
changed() { jq -c ".peaks.interfaces | $1" "$TMP/changed"; }
expect "interfaces made anew: their rows" '["discontinuity","discontinuity"]' "$(changed '[.low0.ipv4.state, .high0.ipv4.state]')"
expect "an interface with another name: its row" '["discontinuity",null]' "$(changed '[.other0.ipv4.state, .name0]')"
expect "an interface that came: its row" '["discontinuity",true]' "$(changed '[.late0.ipv4 | .state, .samples < 10]')"
expect "none of them has figures" '[]' "$(changed '[.low0, .high0, .other0, .late0 | .[].rx, .[].tx | select(.) | .[]] | map(select(. != null))')"
expect "the others go on, with what was forwarded" '["complete",true]' \
	"$(changed '.rs.ipv4 | [.state, (.forwarded_out.peak_pps | . >= 1600 and . <= 2667)]')"
for row in low0,100 high0,200 other0,300; do
	expect "${row%,*}: then what it sends in a second" '["complete",true]' \
		"$(figure ".interfaces.${row%,*}.ipv4 | [.state, (.tx.peak_pps | . >= 0.8 * ${row#*,} and . <= 1.334 * ${row#*,})]")"
done

restarts() {
	until_complete || return
	sleep 1.5
	"$BIN" detach --netns "$R" 2>/dev/null && "$BIN" attach --netns "$R" 2>/dev/null
	until_window
	is_json .peaks.state '"complete"'
}
for _ in {1..10}; do
	restarts && break
done
expect "counters that began anew: their rows" '["complete","discontinuity","discontinuity"]' \
	"$(figure '[.state, .ipv4.state, .interfaces.rs.ipv6.state]')"
expect "neither has figures" '[]' "$(figure '[.ipv4.rx, .interfaces.rs.total.rx | .[]] | map(select(. != null))')"

echo "peak-window no" >"$TMP/conf"
kill -HUP "$agent"
expect_true "switched off: no peaks in JSON" wait_for 10 is_json .peaks null
expect "switched off: not in status" 0 "$(status | grep -c peaks)"
expect_match "switched off: no row by SNMP" 'No Such' "$(mib State.1.0)"
echo "peak-window 30" >"$TMP/conf"
kill -HUP "$agent"
expect_true "switched on: not before a window has ended" wait_for 10 is_json '.peaks | [.window_seconds, .end, .state, .samples]' '[30,null,"starting",0]'
expect_match "the log has the new setting" 'configuration read again: new peak-window' "$(cat "$TMP/agent.log")"
agent_off "what leaves no peaks"
"$BIN" detach --netns "$R" 2>/dev/null

# The kernel's counters: what is a difference has none.
agent_on --source kernel --peak-window 10
expect_true "the kernel's counters: complete" until_complete
expect "the kernel's counters: IPv6 of an interface" true "$(figure '.interfaces.rs.ipv6.tx.peak_bps != null')"
expect "the kernel's counters: IPv4, less IPv6, has none" '["complete",null]' "$(figure '.interfaces.rs.ipv4 | [.state, .tx.peak_bps]')"
agent_off "the kernel's counters"
finish
