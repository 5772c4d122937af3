#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Requests through a real snmpd, over captured files, so that nothing moves: walks, random requests and
# ones as large as a datagram. IPFW_SEED and IPFW_REQUESTS: which random ones, and how many (3000).
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

add_ns "$R"
start_snmpd
has_rates() { snmp snmpwalk IPFWAGENT-MIB::ipfwIfRateTable | grep -q Delta; }
starts() {
	background in_ns "$R" "$BIN" agent --root "$top/tests/fixtures/6.18" --interval 0.2 --reading-socket none \
		--agentx-socket "$MASTER" "$@" 2>"$TMP/agent.log"
	agent=$bg
}
starts
expect_true "the agent answers" wait_for 15 has_rates

# What moves is left out: age, duration and number of the readings, and the measured interval.
walk() { SNMP_FLAGS="-On ${*:2}" snmp "$1" ".$ROOT_OID" | grep -vE "^\.$ROOT_OID\.1\.(1\.(8|9|10)\.0|[45]\.1\.2\.[0-9.]+) ="; }
walk snmpwalk >"$TMP/walk"
walk snmpbulkwalk -Cr50 >"$TMP/bulk"
expect_true "a walk finds counters ($(grep -c Counter64 "$TMP/walk"))" [ "$(grep -c Counter64 "$TMP/walk")" -gt 70 ]
expect "a walk in bulk finds the same" "" "$(diff "$TMP/walk" "$TMP/bulk" | head -n 20)"

seed=${IPFW_SEED:-$((RANDOM * 32768 + RANDOM))}
requests() { # NAME ARGS...: and the agent's end
	in_ns "$R" /usr/bin/python3 "$here/requests.py" 1161 "$seed" "${IPFW_REQUESTS:-3000}" "${@:2}" >"$TMP/said" 2>&1 ||
		not_ok "$1requests (seed $seed)" "$(tail -n 1 "$TMP/said")"
	while read -r what text; do
		case $what in
		ok) ok "$1$text" ;;
		not) not_ok "$1${text#ok } (seed $seed)" "see above" ;;
		esac
	done <"$TMP/said"
	expect_true "$1it came to its end" grep -q 'and then one' "$TMP/said"
	expect "$1the connection to snmpd was kept" 0 "$(grep -cE 'lost|leaving' "$TMP/agent.log")"
	kill "$agent" && wait "$agent"
	expect "$1exit status" 0 $?
}
requests ''
starts --ip-mib
expect_true "IP-MIB: the agent answers" wait_for 15 has_rates
requests 'IP-MIB: ' ip-mib
finish
