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
declare -A agents=() masters=()
ASAN_OPTIONS=$ASAN_OPTIONS:quarantine_size_mb=8

# Both ways of answering at once: most of the time is waiting for a new connection.
for way in direct library; do
	[ $way = direct ] && how='' || how=--no-direct
	background in_ns "$R" "$BIN" agent --root "$fixture" --agentx-socket "unix:$TMP/master-$way" \
		--reading-socket "$TMP/reading-$way" --interval 1 $how 2>"$TMP/$way.log"
	agents[$way]=$bg
	expect_true "$way: it starts" wait_for 10 test -S "$TMP/reading-$way"
	background /usr/bin/python3 "$here/evil_master.py" "$TMP/master-$way" "$bg" "$TMP/reading-$way" "$fixture" \
		"${IPFW_EVIL_SECONDS:-20}" "$seed" >"$TMP/$way" 2>&1
	masters[$way]=$bg
done
for way in direct library; do
	wait "${masters[$way]}" || grep -E -A 24 'ERROR: |runtime error' "$TMP/$way.log" || tail -n 20 "$TMP/$way.log"
	while read -r what text; do
		case $what in
		ok) ok "$way: $text" ;;
		not) not_ok "$way: ${text#ok }" "seed $seed" ;;
		*) echo "$what $text" ;;
		esac
	done <"$TMP/$way"
	expect_true "$way: the master came to its end" grep -qE 'and then answered|^not ok' "$TMP/$way"
	kill -TERM "${agents[$way]}"
	wait "${agents[$way]}"
	expect "$way: exit status" 0 $?
done
finish
