#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Hooks that see all network namespaces are attached once for those that have pinned counters: each counts its
# own packets and no other's, as they are attached, replaced, detached, removed by hand and killed.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

NS=()
for i in 1 2 3 4 5; do
	NS+=("ipfw-$$-$i")
	add_ns "ipfw-$$-$i"
	ip -n "ipfw-$$-$i" link set lo up
	quiet "ipfw-$$-$i"
done
ipfw() { "$BIN" --netns "${NS[$1]}" "${@:2}" 2>"$TMP/err"; }
inode() { stat -Lc %i "/run/netns/${NS[$1]}"; }
pins() { echo "/sys/fs/bpf/ipfwagent/netns-$(inode "$1")-"*; }
# Of each number: 10 and the number datagrams more are dropped, all at once.
declare -A dropped
drop() { # NUMBER...
	local i pids=()
	for i; do
		datagrams "${NS[i]}" $((10 + i)) 72 127.0.0.1 &
		pids+=($!)
		dropped[$i]=$((${dropped[$i]:-0} + 10 + i))
	done
	wait "${pids[@]}"
}
shown() { # NUMBER...
	for i; do ipfw "$i" --json --source ebpf | jq .ipv4.losses.dropped_packets; done | paste -sd' '
}
# counted TITLE NUMBER...: each shows what was dropped there, and has missed nothing.
counted() {
	expect "$1" "$(for i in "${@:2}"; do echo "${dropped[$i]:-0}"; done | paste -sd' ')" "$(shown "${@:2}")"
}
hook() { bpftool -j link show pinned "$(pins "$1")/link_dropped" | jq .id; }
hooks() { for i; do hook "$i"; done | sort -u | wc -l; }
# The inodes of the network namespaces that the hook of a number knows.
known() { bpftool -j map dump pinned "$(pins "$1")"/slots_drops_* | jq '.[].formatted.key' | sort -n | paste -sd' '; }
inodes() { for i; do inode "$i"; done | sort -n | paste -sd' '; }
attach() { # NUMBER...: at the same time
	local i pids=()
	for i; do
		ipfw "$i" attach &
		pids+=($!)
		dropped[$i]=0
	done
	wait "${pids[@]}"
}

# By several at once: whoever comes second takes the hook of the first.
attach 0 1 2
if [ ! -e "$(pins 0)/link_dropped" ]; then
	expect_match "what is dropped is not counted: it is said why" 'dropped packets are not counted: ' "$(ipfw 0 status)"
	for i in 0 1 2; do ipfw "$i" detach; done
	finish
fi
expect "attached at once: hooks" 1 "$(hooks 0 1 2)"
expect "attached at once: the hook knows" "$(inodes 0 1 2)" "$(known 1)"
drop 0 1 2 3
counted "attached at once: each counts its own" 0 1 2
id=$(hook 0)

attach 3
expect "one more: the same hook" "$id" "$(hook 3)"
drop 3 0
counted "one more" 0 1 2 3

# Replaced while others count: another hook set is wanted, or a pin is gone.
rm "$(pins 1)/link_forward_ipv4" 2>/dev/null || rm "$(pins 1)/reasons"
{
	drop 0 2
	counted "others go on while one is replaced" 0 2
} >"$TMP/others" &
others=$!
attach 1
wait $others
cat "$TMP/others"
passed=$((passed + $(grep -c '^ok' "$TMP/others"))) failed=$((failed + $(grep -c '^not ok' "$TMP/others")))
dropped[0]=$((dropped[0] + 10)) dropped[2]=$((dropped[2] + 12)) # in the process above
expect "replaced: the same hook" "1 $id" "$(hooks 0 1 2 3) $(hook 1)"
expect "replaced: the hook knows it once" "$(inodes 0 1 2 3)" "$(known 1)"
drop 1 0
counted "replaced: it begins anew" 1
counted "replaced: the others go on" 0 2 3

# Detached: without those who stay.
ipfw 0 detach
expect "detached: links" "ipfwagent: $(find "$(pins 1)" -name 'link_*' | wc -l) links detached" "$(cat "$TMP/err")"
expect "detached: the hook knows the others" "$(inodes 1 2 3)" "$(known 1)"
drop 0 1 2 3
counted "detached: the others go on" 1 2 3

# Pins that are removed by hand leave a slot until somebody attaches or detaches.
rm -r "$(pins 3)"
drop 1 2 3
counted "removed by hand: the others go on" 1 2
attach 4
expect "removed by hand: its slot is free again" "$(inodes 1 2 4)" "$(known 1)"
attach 3
drop 1 2 3 4
counted "removed by hand, attached again" 1 2 3 4

# Killed at each call that changes a map or pins: what was attached counts on, and the next try is whole.
changes() {
	strace -qq -f -e trace=bpf,unlink,rename,rmdir -o "$TMP/calls" "$BIN" --netns "${NS[0]}" attach 2>/dev/null
	# Names of reasons are written by most of the calls, all alike, before anything is seen by others.
	grep -nE 'BPF_MAP_(UPDATE|DELETE)_ELEM|BPF_OBJ_PIN|unlink|rename|rmdir' "$TMP/calls" | cut -d: -f1 | tail -n 48
}
ipfw 0 attach
ipfw 0 detach
bad='' tried=0
for n in $(changes); do
	ipfw 0 detach
	[ $((n % ${KILL_EACH:-12})) = 0 ] || continue
	{ strace -qq -f -e trace=bpf,unlink,rename,rmdir -e "inject=bpf,unlink,rename,rmdir:signal=KILL:when=$n" -o /dev/null \
		"$BIN" --netns "${NS[0]}" attach; } >"$TMP/killed" 2>&1
	tried=$((tried + ($? == 137))) # the last numbers are sometimes not reached: loading is tried again when disturbed
	drop 1 2
	[ "$(shown 1 2)" = "${dropped[1]} ${dropped[2]}" ] || bad+=" the others, at $n: $(shown 1 2);"
	attach 0
	drop 0
	[ "$(shown 0)" = "${dropped[0]}" ] || bad+=" at $n: $(shown 0);"
	[ "$(known 1)" = "$(inodes 0 1 2 3 4)" ] || bad+=" at $n the hook knows $(known 1);"
done
expect "killed while it attaches" '' "$bad"
expect_true "killed at several places" [ $tried -ge 3 ]

# The last one takes the hook along.
for i in 0 1 2 3 4; do ipfw $i detach; done
expect_true "the last is detached: the hook is gone" [ -z "$(bpftool -j link show id "$id" 2>/dev/null | jq '.id // empty')" ]
expect "the last is detached: nothing is left" '' "$(find /sys/fs/bpf -mindepth 1 -type d)"

finish
