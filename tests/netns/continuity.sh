#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A manager polls as fast as it can while agent, snmpd, counters and interfaces are restarted, killed,
# stopped, replaced and renamed in random order: no counter may go backward or leap in its eyes unless
# a DiscontinuityTime or sysUpTime says so. IPFW_CONTINUITY_SECONDS=600 for long, IPFW_SEED=N again.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

seconds=${IPFW_CONTINUITY_SECONDS:-45}
seed=${IPFW_SEED:-$RANDOM}
RANDOM=$seed
make_router
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT

# An upgrade: the same program, but its eBPF object is not the same to the letter.
upgraded=$TMP/ipfwagent
sed 's#Dual MIT/GPL#Dual BSD/GPL#g' "$BIN" >"$upgraded" && chmod +x "$upgraded"
expect_true "an upgrade with other eBPF programs" [ "$(cmp -l "$BIN" "$upgraded" | wc -l)" -gt 0 ]

echo 'include *
exclude lo' >"$TMP/conf"
: >"$TMP/ends"
options=()
program=$BIN
agent_on() {
	background in_ns "$R" "$program" agent --agentx-socket "$MASTER" --reading-socket "$TMP/reading.sock" \
		--interval 0.3 --config "$TMP/conf" "${options[@]}" 2>>"$TMP/agent.log"
	agent=$bg
}
# Its status must be 0, unless it is told to end before it can hear: then the signal's own.
agent_off() {
	local status signal=${1:-TERM} well=TERM-0
	hears "$agent" || well=TERM-143
	kill "-$signal" "$agent"
	wait "$agent"
	status=$?
	case $signal-$status in
	TERM-0 | "$well" | KILL-137) ;;
	*) echo "$signal: status $status" >>"$TMP/ends" ;;
	esac
}
some() { sleep "0.$((RANDOM % 9))"; }
add_x() { # an interface that comes and goes, with an ifindex that comes again
	ip -n "$R" link add x0 index 77 address 02:00:00:00:00:77 type veth peer name x1 netns "$C"
	ip -n "$R" link set x0 up && ip -n "$C" link set x1 up
	ip -n "$R" addr add 10.77.0.1/24 dev x0 && ip -n "$C" addr add 10.77.0.2/24 dev x1
}
action() {
	case $1 in
	agent_restarts) agent_off; some; agent_on ;;
	agent_is_killed) agent_off KILL; some && agent_on ;;
	agent_hangs) kill -STOP "$agent" && sleep 1.5 && kill -CONT "$agent" ;;
	agent_is_upgraded)
		[ "$program" = "$BIN" ] && program=$upgraded || program=$BIN
		agent_off; agent_on
		;;
	layout_changes) # as it looks to a version with other maps
		d=$(find /sys/fs/bpf/ipfwagent -maxdepth 1 -name "netns-$(stat -Lc %i "/run/netns/$R")-layout-[1-9]*")
		agent_off
		[ -z "$d" ] || mv "$d" "${d%-*}-0"
		agent_on
		;;
	source_changes)
		[ ${#options[@]} = 0 ] && options=(--source kernel) || options=()
		agent_off; agent_on
		;;
	counters_detached) "$BIN" detach --netns "$R" && some ;;
	counters_attached) "$BIN" attach --netns "$R" ;;
	counters_reattached) "$BIN" detach --netns "$R" && "$BIN" attach --netns "$R" ;;
	interface_made_anew) ip -n "$R" link del x0 && add_x ;;
	interface_made_anew_unseen) kill -STOP "$agent" && ip -n "$R" link del x0 && add_x && some && kill -CONT "$agent" ;;
	interface_made_anew_without_agent) agent_off; ip -n "$R" link del x0 && add_x; agent_on ;;
	interface_renamed)
		ip -n "$R" link set x0 down && ip -n "$R" link set x0 name y0 && ip -n "$R" link set y0 up && some
		ip -n "$R" link set y0 down && ip -n "$R" link set y0 name x0 && ip -n "$R" link set x0 up
		ip -n "$R" addr replace 10.77.0.1/24 dev x0
		;;
	interfaces_filtered)
		wait_for 5 hears "$agent"
		echo 'exclude x0' >"$TMP/conf" && kill -HUP "$agent" && some
		echo 'include *
		exclude lo' >"$TMP/conf" && kill -HUP "$agent"
		;;
	snmpd_restarts) stop_snmpd; some && start_snmpd ;;
	snmpd_is_killed) kill -KILL "$snmpd"; wait "$snmpd"; start_snmpd ;;
	snmpd_hangs) kill -STOP "$snmpd" && sleep 1.2 && kill -CONT "$snmpd" ;;
	esac
} >/dev/null 2>&1
actions=(agent_restarts agent_is_killed agent_hangs agent_is_upgraded layout_changes source_changes source_changes counters_detached
	counters_attached counters_reattached interface_made_anew interface_made_anew_unseen interface_made_anew_without_agent
	interface_renamed interfaces_filtered snmpd_restarts snmpd_is_killed snmpd_hangs)
declare -A taken

add_x
start_snmpd
agent_on
wait_for 20 agent_answers
# About 500 packets a second each way, and as many by the interface that comes and goes.
for to in 10.2.0.2 fd02::2 10.77.0.1; do
	background in_ns "$C" bash -c "while :; do ping -q -n -i 0.004 -s 1300 -w 2 $to; sleep 0.1; done" >/dev/null 2>&1
done
background in_ns "$R" python3 "$here/continuity_poller.py" "$seconds" 5000 >"$TMP/poller" 2>"$TMP/poller.err"
poller=$bg
end=$((SECONDS + seconds))
rounds=0 before=start
while [ $SECONDS -lt $end ]; do
	mapfile -t order < <(for a in "${actions[@]}"; do echo "$RANDOM $a"; done | sort -n | cut -d' ' -f2)
	for a in "${order[@]}"; do
		[ $SECONDS -lt $end ] || break
		action "$a"
		taken[$a]=1
		some
		if dead "$agent"; then # every action leaves one running
			wait "$agent"
			not_ok "the agent lives after $before and $a" "status $?: $(tail -n 5 "$TMP/agent.log")"
			agent_on
		fi
		before=$a
	done
	rounds=$((rounds + 1))
done
wait "$poller"
expect "the manager ends well" 0 $?
cat "$TMP/poller.err"
read -r _ polls _ compared _ discontinuities _ restarts _ timeouts < <(tail -n 1 "$TMP/poller")
echo "seed $seed, $rounds rounds: $polls polls, $compared figures compared, $discontinuities discontinuities, $restarts restarts of snmpd, $timeouts timeouts"
expect "no counter goes back or leaps unsaid (IPFW_SEED=$seed)" "" "$(grep violation "$TMP/poller" | head -n 5)"
expect_true "what is compared ($compared)" [ "$compared" -gt $((seconds * 50)) ]
expect_true "discontinuities are seen ($discontinuities)" [ "$discontinuities" -gt $((seconds / 5)) ]
expect_true "restarts of snmpd are seen ($restarts)" [ "$restarts" -ge 1 ]
expect_true "the agent is there at the end" wait_for 20 agent_answers
expect "no finding of a sanitizer" 0 "$(grep -cE 'ERROR: |runtime error' "$TMP/agent.log")"
unset "taken[x]"
echo "actions: ${!taken[*]}"
agent_off
expect "how agents end" "" "$(cat "$TMP/ends")"
finish
