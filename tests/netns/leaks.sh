#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Nothing leaks and no memory is misused in an eventful life: snmpd comes and goes, the configuration
# is read again, local clients ask and hang up, interfaces change. With valgrind, or with the
# sanitizers that are built in. The kernel's counters only: valgrind does not know all of bpf(2).
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

if grep -q __asan_init "$BIN"; then
	watch=()
elif command -v valgrind >/dev/null; then
	# shellcheck disable=SC2054 # the commas are valgrind's
	watch=(valgrind -q --error-exitcode=98 --leak-check=full --errors-for-leak-kinds=definite,possible
		--log-file="$TMP/valgrind.%p")
else
	skip leaks "valgrind is not installed"
	finish
fi
findings() { cat "$TMP"/valgrind.* 2>/dev/null | head -n 40; }

make_router
printf 'interval 0.3\ninclude *\n' >"$TMP/conf"
serve() { # ARGS...: the agent, watched
	background in_ns "$R" "${watch[@]}" "$BIN" agent --source kernel --agentx-socket "$MASTER" \
		--reading-socket "$TMP/reading.sock" --config "$TMP/conf" "$@" 2>>"$TMP/agent.log"
	agent=$bg
}
ask() { echo "$1" | timeout 5 socat -t5 - "UNIX-CONNECT:$TMP/reading.sock" 2>/dev/null; }
connections() { grep -c 'connected to' "$TMP/agent.log"; }
connected() { [ "$(connections)" -ge "$1" ]; }

life() { # NAME ARGS...
	local name=$1 n i form churn
	echo >>"$TMP/agent.log"
	n=$(connections)
	start_snmpd
	serve "${@:2}"
	expect_true "$name: it answers" wait_for 40 agent_answers
	background in_ns "$R" bash -c 'for i in 1 2 3 4 5 6 7 8 9; do
		ip link add a0 type veth peer name a1; ip link set a0 up; sleep 0.2
		ip link set a1 name b1; sleep 0.2; ip link del a0; done'
	churn=$bg
	for i in 1 2 3; do
		if [ $i = 2 ]; then echo "interval nonsense" >>"$TMP/conf"; else printf 'interval 0.%d\ninclude *\nexclude a%d\n' $i $i >"$TMP/conf"; fi
		kill -HUP "$agent"
		kill -USR1 "$agent"
		for form in json "json pretty" text "text verbose" "text include=r*" nonsense; do ask "$form" >"$TMP/form"; done
		ask json | head -c 100 >/dev/null                                              # hangs up in the middle
		timeout 0.2 socat -u "UNIX-CONNECT:$TMP/reading.sock" - >/dev/null 2>&1 # says nothing
		SNMP_FLAGS='-On -Cr20' snmp snmpbulkwalk ".$ROOT_OID" >"$TMP/walk"
		SNMP_FLAGS=-On snmp snmpget ".$ROOT_OID.1.1.2.0" ".$ROOT_OID.1.3.1.4.9.9" ".$ROOT_OID.9" >/dev/null
		stop_snmpd
		sleep 0.3
		start_snmpd
		wait_for 20 connected $((n + i + 1))
	done
	expect_true "$name: it reconnected three times" connected $((n + 4))
	expect_true "$name: it answers after that" wait_for 20 agent_answers
	expect_true "$name: there was something to walk" [ "$(grep -c Counter64 "$TMP/walk")" -gt 20 ]
	wait "$churn"
	stop_snmpd
	sleep 0.3
	kill -TERM "$agent" && wait "$agent"
	expect "$name: exit status, and nothing found" "0 " "$? $(findings)$(grep -m1 -A20 'ERROR: \|runtime error' "$TMP/agent.log")"
	rm -f "$TMP"/valgrind.*
}
life "an eventful life"

once() { # ARGS...: a command that ends by itself
	in_ns "$R" "${watch[@]}" "$BIN" "$@" >"$TMP/out" 2>"$TMP/err"
	expect "ipfwagent $*" "0 " "$? $(findings)"
	rm -f "$TMP"/valgrind.*
}
once --json --source kernel
once -v --source kernel --include 'r*'
once monitor -c 2 -i 0.1 --source kernel
once monitor --json -c 2 -i 0.1 --source kernel
once --json --root "$top/tests/fixtures/6.18"
finish
