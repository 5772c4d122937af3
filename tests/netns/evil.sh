#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A malicious or broken AgentX master: right questions get right answers; wrong ones, in all states
# of a connection, end neither the agent nor its readings. IPFW_EVIL_SECONDS: how long (20);
# IPFW_EVIL_SEED: which wrong ones.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${IPFW_EVIL_SEED:-$RANDOM}
echo "seed $seed"
add_ns "$R"
fixture=$top/tests/fixtures/6.18
standard=() # every second time the tables of IP-MIB too, which are registered first
((seed % 2)) || standard=(--ip-mib)
ASAN_OPTIONS=$ASAN_OPTIONS:quarantine_size_mb=8

background in_ns "$R" "$BIN" agent "${standard[@]}" --root "$fixture" --agentx-socket "unix:$TMP/master" \
	--reading-socket "$TMP/reading" --interval 1 2>"$TMP/log"
agent=$bg
expect_true "it starts" wait_for 10 test -S "$TMP/reading"
/usr/bin/python3 "$here/evil_master.py" "$TMP/master" "$agent" "$TMP/reading" "$fixture" \
	"${IPFW_EVIL_SECONDS:-20}" "$seed" >"$TMP/said" 2>&1 ||
	grep -E -A 24 'ERROR: |runtime error' "$TMP/log" || tail -n 20 "$TMP/log"
while read -r what text; do
	case $what in
	ok) ok "$text" ;;
	not) not_ok "${text#ok }" "seed $seed" ;;
	*) echo "$what $text" ;;
	esac
done <"$TMP/said"
expect_true "the master came to its end" grep -qE 'and then answered|^not ok' "$TMP/said"
kill -TERM "$agent"
wait "$agent"
expect "exit status" 0 $?
finish
