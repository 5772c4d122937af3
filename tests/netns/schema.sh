#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real documents against the project's JSON Schemas.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

both() { # NAME ARGS...
	in_ns "$R" "$BIN" --json --compact "${@:2}" >"$TMP/doc" 2>"$TMP/err"
	valid "snapshot, $1" snapshot "$TMP/doc"
	in_ns "$R" "$BIN" monitor --json --compact -i 0.2 --count 3 "${@:2}" >"$TMP/doc" 2>"$TMP/err"
	valid "monitor, $1" monitor "$TMP/doc"
}

make_router
both live
"$BIN" status --json --compact --netns "$R" >"$TMP/doc" 2>"$TMP/err"
expect "status, nothing attached: exit status" 3 $?
valid "status, nothing attached" status "$TMP/doc"
expect "status, nothing attached: what it says" '[false,"kernel",null]' "$(jq -c '[.attached, .source.name, .pinned]' "$TMP/doc")"
expect "status, nothing attached: why, as on stderr" "ipfwagent: $(jq -r .why "$TMP/doc")" "$(cat "$TMP/err")"
works=$(jq -c '[.hooks | to_entries[] | select(.value.works) | .key]' "$TMP/doc")
"$BIN" attach --netns "$R" 2>/dev/null
"$BIN" status --json --pretty --netns "$R" | tee "$TMP/pretty" | jq -c . >"$TMP/doc"
valid "status, attached" status "$TMP/doc"
expect_true "status: --pretty is on many lines" [ "$(wc -l <"$TMP/pretty")" -gt 10 ]
expect "status, attached: by the first hooks that were said to work" "$(jq -r '.[0]' <<<"$works")" "$(jq -r .source.hooks "$TMP/doc")"
expect "status, no agent" null "$(jq -c '.agent // .agent_why' "$TMP/doc")"
expect_true "status, attached: pinned there" [ -d "$(jq -r .pinned "$TMP/doc")" ]
expect "status, attached: since, as a reading has it" "$(in_ns "$R" "$BIN" --json | jq -c '.source.since')" "$(jq -c .source.since "$TMP/doc")"
datagrams "$C" 5 100 10.2.0.2 && datagrams "$C" 5 100 fd02::2
both "eBPF" --source ebpf
ip -n "$R" link set rs down && ip -n "$R" link set rs name rs9 && ip -n "$R" link set rs9 up
both "eBPF, an interface renamed" --source ebpf
in_ns "$R" "$BIN" activity --json --compact -i 0.1 >"$TMP/doc"
valid "activity" activity "$TMP/doc"
datagrams "$C" 5 100 10.99.0.1
for part in paths drops; do
	in_ns "$R" "$BIN" $part --json --compact >"$TMP/doc"
	valid "$part" $part "$TMP/doc"
	expect "$part: those of the whole reading" "$(in_ns "$R" "$BIN" --json | jq -c .$part)" "$(jq -c .$part "$TMP/doc")"
	expect "$part: there are some" true "$(jq ".$part | length > 0" "$TMP/doc")"
	in_ns "$R" "$BIN" $part monitor --json -i 0.1 --count 3 >"$TMP/doc"
	valid "$part monitor" ${part}_monitor "$TMP/doc"
done
"$BIN" --json --netns "[i]pfw-[rs]-$$" | jq -c '.[]' >"$TMP/doc"
valid "snapshots of several namespaces" snapshot "$TMP/doc"
"$BIN" monitor --json --netns "[i]pfw-[rs]-$$" -i 0.1 --count 2 >"$TMP/doc" 2>"$TMP/err"
valid "monitor of several namespaces" monitor "$TMP/doc"
"$BIN" status --json --netns "[i]pfw-[rs]-$$" 2>"$TMP/err" | jq -c '.[]' >"$TMP/doc"
valid "status of several namespaces" status "$TMP/doc"
expect "several namespaces: which" "$R $S" "$(jq -r .netns "$TMP/doc" | paste -sd ' ')"
"$BIN" detach --netns "$R" 2>/dev/null
in_ns "$R" "$BIN" activity monitor --json -i 0.1 --count 3 >"$TMP/doc"
valid "activity monitor" activity "$TMP/doc"
both "lo too" --include '*'
both "no interface" --include nothing
i=0
for n in 'a"b' 'a\b' $'a\001b' $'a\377b' $'caf\303\251'; do i=$((i + 1)) && ip -n "$R" link add "$n" type veth peer name "hp$i" 2>/dev/null && ip -n "$R" link set "$n" alias "$n"; done
both "hostile names"
for tree in "$top"/tests/fixtures/*/; do
	[ -d "$tree/proc" ] || continue
	both "fixture $(basename "$tree")" --root "$tree"
done

# Interfaces come and go while monitor looks.
background in_ns "$R" "$BIN" monitor --json --compact -i 0.1 >"$TMP/doc"
lines() { [ "$(wc -l <"$TMP/doc")" -ge "$1" ]; }
wait_for 10 lines 1
for i in 1 2 3; do
	ip -n "$R" link add d0 type veth peer name d1
	wait_for 10 lines $((i * 4))
	ip -n "$R" link del d0
done
wait_for 10 lines 15
kill "$bg" && wait "$bg"
valid "monitor, interfaces come and go" monitor "$TMP/doc"

# The schemas refuse what is wrong.
jq -c '.ipv4.forwarding.outgoing_packets = -1' <(in_ns "$R" "$BIN" --json) >"$TMP/bad"
valid_bad() { valid x snapshot "$TMP/bad" | grep -q '^ok'; }
if valid_bad; then not_ok "a negative counter is refused" "it validates"; else ok "a negative counter is refused"; fi
finish
