#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Time namespaces: the counters were attached in one, and are read in another. Times that outlive a
# process are the same in all of them, and the schedule is kept.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

unshare --time true 2>/dev/null || { skip clock "no time namespaces"; finish; }
make_router
ahead=(unshare --time --monotonic 100000 --boottime 864000 --fork --kill-child)
half=$(awk '{ print int($1 / 2) }' /proc/uptime)
behind=(unshare --time --monotonic -"$half" --boottime -"$half" --fork --kill-child)
run() { in_ns "$R" "$@" 2>>"$TMP/err"; }
since() { run "$@" "$BIN" status --json | jq -r .source.since; }
row_since() { SNMP_FLAGS='-OQvt' snmp snmpget IPFWAGENT-MIB::ipfwIfDiscontinuityTime.1."$(ip -n "$R" -j link show rc | jq '.[0].ifindex')"; }
expect_true "the clocks are shifted" [ "$("${ahead[@]}" awk '{ print int($1) }' /proc/uptime)" -ge 864000 ]

# Without eBPF: the schedule alone.
for where in ahead behind; do
	declare -n clocks=$where
	run timeout 60 "${clocks[@]}" "$BIN" monitor --json --source kernel -c 3 -i 0.5 >"$TMP/out"
	expect "$where: monitor ends" 0 $?
	expect "$where: it waits for its intervals" "[true,true,true]" \
		"$(jq -sc 'map(.interval_seconds > 0.3)' "$TMP/out")"
	run timeout 60 "${clocks[@]}" "$BIN" check --source kernel -i 0.5 >"$TMP/out"
	expect_match "$where: check" '^IPFW OK' "$(cat "$TMP/out")"
done

start_snmpd
sleep 1 # what begins now is not of before the master
if ! run "$BIN" attach; then
	skip "counters" "$(tail -n 1 "$TMP/err")"
	finish
fi
sleep 2 # times that are off by less than that are told apart
begun=$(since)
expect_match "since is a time" '^20' "$begun"
expect "ahead: since" "$begun" "$(since "${ahead[@]}")"
expect "behind: since" "$begun" "$(since "${behind[@]}")"

# An agent that lives elsewhere: the same TimeStamps, and a reading that others can use.
serve() { # NAME COMMAND...: the agent, by that command
	background in_ns "$R" "${@:2}" "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$TMP/reading.sock" \
		--interval 0.5 2>>"$TMP/agent.log"
	agent=$bg
	expect_true "$1: the agent answers" wait_for 10 agent_answers
	stamp=$(row_since)
	run setpriv --reuid nobody --clear-groups "$BIN" check --reading-socket "$TMP/reading.sock" -i 0.5 >"$TMP/out"
	expect_match "$1: check takes the agent's figures" '^IPFW OK .* bit/s' "$(cat "$TMP/out")"
	pkill -P "$agent" || kill "$agent"
	wait "$agent"
	wait_for 10 agent_silent
}
serve "here" env
first=$stamp
expect_true "the row's TimeStamp ($first)" [ "${first:-0}" -gt 0 ]
serve "ahead" "${ahead[@]}"
expect "ahead: the row's TimeStamp" "$first" "$stamp"
serve "behind" "${behind[@]}"
expect "behind: the row's TimeStamp" "$first" "$stamp"

# Attached elsewhere, read here.
for where in ahead behind; do
	declare -n clocks=$where
	run "$BIN" detach
	begin=$(date +%s)
	run "${clocks[@]}" "$BIN" attach
	expect "attached $where: exit status" 0 $?
	end=$(date +%s)
	begun=$(date -d "$(since)" +%s)
	expect_true "attached $where: since is the time of that ($begin <= $begun <= $end)" \
		[ "$begun" -ge $((begin - 1)) -a "$begun" -le $((end + 1)) ]
done
run "$BIN" detach
finish
