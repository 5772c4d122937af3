#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Direct answers are those that the library's way gives: walks, single requests and random ones, over
# captured files, so that nothing moves between the two.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

add_ns "$R"
start_snmpd
root=.$ROOT_OID

# everything: what a master can ask, in and around our subtree.
everything() {
	local o
	SNMP_FLAGS=-On snmp snmpwalk "$root"
	SNMP_FLAGS='-On -Cr50' snmp snmpbulkwalk "$root"
	SNMP_FLAGS='-On -Cr3' snmp snmpbulkget "$root.1.2.1.3" "$root.1.3.1.4.1" "$root.1.3.1.13" "$root.1.6"
	for o in .1 .1.1 .1.1.1 .1.1.2.0 .1.1.2.1 .1.2.1.3.1 .1.2.1.4.1 .1.2.1.99.1 .1.3.1.2.0.2 .1.3.1.8.0.2 \
		.1.3.1.4.2.3 .1.3.1.4.2.3.1 .1.3.1.4.4294967295 .1.6.1.6.1.2.3 .1.9 .2; do
		SNMP_FLAGS=-On snmp snmpget "$root$o"
		SNMP_FLAGS=-On snmp snmpget "$root$o" .1.3.6.1.2.1.1.5.0 "$root.1.2.1.3.1"
		SNMP_FLAGS=-On snmp snmpgetnext "$root$o"
		SNMP_FLAGS=-On snmp snmpgetnext "$root$o" "$root.1.2.1.3" .1.3.6.1.2.1.1.4.0
	done
}
has_rates() { snmp snmpwalk IPFWAGENT-MIB::ipfwIfRateTable | grep -q Delta; }
seed=${IPFW_SEED:-$((RANDOM * 32768 + RANDOM))} count=${IPFW_REQUESTS:-3000}
for way in "" --no-direct; do
	background in_ns "$R" "$BIN" agent --root "$top/tests/fixtures/6.18" --interval 0.2 --reading-socket none \
		--agentx-socket "$MASTER" $way 2>"$TMP/agent.log"
	wait_for 15 has_rates || not_ok "the agent answers" "$(cat "$TMP/agent.log")"
	# Age, duration and number of the readings, the measured interval, since when this agent has
	# watched, and snmpd's own objects, differ by nature.
	everything 2>&1 | grep -vE "^$root\.1\.(1\.(8|9|10)\.0|2\.1\.12\.|3\.1\.13\.|[45]\.1\.2\.)|^\.1\.3\.6\.1\.[26]" >"$TMP/way$way"
	in_ns "$R" /usr/bin/python3 "$here/direct_random.py" 1161 "$seed" "$count" >"$TMP/random$way" 2>"$TMP/err$way"
	kill "$bg" && wait "$bg"
	wait_for 15 agent_silent
done
expect_true "there are answers ($(grep -c Counter64 "$TMP/way"))" [ "$(grep -c Counter64 "$TMP/way")" -gt 90 ]
expect "direct and the library's answers are the same" "" "$(diff "$TMP/way" "$TMP/way--no-direct" | head -n 20)"
expect "random requests (seed $seed): all were answered" "$count $count " \
	"$(wc -l <"$TMP/random") $(wc -l <"$TMP/random--no-direct") $(cat "$TMP/err" "$TMP/err--no-direct")"
expect_true "random requests: many found something" [ "$(grep -cE "=(02|04|42|43|46):" "$TMP/random")" -gt $((count / 3)) ]
expect "random requests (seed $seed): the answers are the same" "" "$(diff "$TMP/random" "$TMP/random--no-direct" | head -n 4)"
finish
