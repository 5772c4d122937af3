#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The command selftest: it agrees here, by all that count; it notices what is sent or lost besides; it
# leaves nothing behind when it is killed.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

add_ns "$R"

# What it finds here, also where it has to allow itself more open files. The tables of hook sets are those of
# `status`.
prlimit --nofile=100:4096 "$BIN" selftest --json --compact >"$TMP/doc" 2>"$TMP/err"
expect "exit status" 0 $?
expect "nothing on stderr" "" "$(cat "$TMP/err")"
valid "the document" selftest "$TMP/doc"
query() { jq -c "$@" "$TMP/doc"; }
expect "nothing differs" '[false,[]]' "$(query '[.differs, [.checks[].results[] | select(.result == "differs")]]')"
expect "hook sets are those that work here" \
	"$("$BIN" status --json --netns "$R" 2>/dev/null | jq -c '.hooks | map_values(.works)')" \
	"$(query '.counters | {netfilter, fentry} | map_values(.works)')"
expect "the kernel and JSON tell" '[true,true]' "$(query '[.counters.kernel.works, .counters.json.works]')"
if [ "$(query .counters.agentx.why)" = '"this ipfwagent was built without SNMP"' ]; then
	skip "AgentX tells" "built without SNMP"
else
	expect "AgentX tells" '{"works":true,"why":null}' "$(query .counters.agentx)"
fi
expect "each way of sending, each family, by all that tell" '[]' "$(query '.counters as $c |
	[.checks[] | {name, family, result: .results[]} | select($c[.result.counter].works and .result.result != "ok")]')"
expect "so many ways" '[["ipv4",14],["ipv6",14]]' "$(query '[.checks | group_by(.family)[] | [.[0].family, length]]')"
expect "packets were sent in each" true "$(query 'all(.checks[]; .sent_packets >= 20)')"
expect "kernel and architecture" "$(uname -r) $(uname -m)" "$(query -r '.kernel | "\(.release) \(.architecture)"')"
expect "version" "$("$BIN" --version)" "ipfwagent $(query -r .version)"
expect "the cost of each hook set that works" "$(query '.counters | {netfilter, fentry} | map_values(.works)')" \
	"$(query '.nanoseconds_per_packet | {netfilter, fentry} | map_values(. != null)')"

# disturbed NAME LINE COMMAND...: it runs in the router as soon as that line is there; the text is in $TMP/text.
# The router is the namespace in which the test's main thread is.
begin_test() { # ARGS...: in a session of its own; its pid is in $bg
	background setsid "$BIN" selftest -v "$@" >"$TMP/text" 2>"$TMP/err"
}
says() { grep -qF "$1" "$TMP/err"; }
disturbed() {
	begin_test
	wait_for 20 says "$2"
	nsenter "--net=/proc/$bg/ns/net" "${@:3}" >"$TMP/disturbed" 2>&1 || not_ok "$1" "$(cat "$TMP/disturbed")"
	wait "$bg"
	expect "$1: exit status" 1 $?
	expect_match "$1: the last line" "^what was counted differs from what was sent" "$(tail -n 1 "$TMP/text")"
}
disturbed "one packet more" "UDP, ipv4" ping -q -c 1 -W 5 192.0.2.130
expect_match "one packet more: the kernel too" '^differs: sent ([0-9]+), counted .*: kernel: router, received packets of ipv4' "$(cat "$TMP/text")"
expect "one packet more: nothing else of it" "" "$(grep '^differs.* of ipv6$' "$TMP/text")"
disturbed "some are lost" "attaching" nft 'add table ip t; add chain ip t c { type filter hook prerouting priority 0; };
	add rule ip t c udp length 108 limit rate over 1/hour burst 399 packets drop;
	add rule ip t c tcp dport 1-65535 ip length 1000-65535 drop'
expect_match "some are lost: how many" '^differs: sent 400, counted 399: UDP, ipv4: kernel: router, forwarded packets of ipv4' "$(cat "$TMP/text")"
expect_match "some are lost: other ways agree" '^ok: UDP, ipv6: sent 400 packets, 59200 bytes: ' "$(cat "$TMP/text")"

expect_match "a transfer that does not get through: it is not possible" '^not possible here: TCP \(TSO\), ipv4: kernel: TCP: Connection timed out' "$(cat "$TMP/text")"
expect_match "a transfer that does not get through: nothing of it is left for the next one" '^ok: TCP \(TSO\), ipv6: ' "$(cat "$TMP/text")"

# Killed: a device of a namespace goes with it, and so does its peer.
mkdir "$TMP/own"
no_peer() { ! ip -n "$R" link show watch >/dev/null 2>&1; }
for line in attaching "TCP (TSO), ipv4" "refused by a filter, ipv6" "measuring the cost"; do
	TMPDIR=$TMP/own HOME=$TMP/own begin_test --json
	wait_for 20 says "$line"
	pins="/sys/fs/bpf/ipfwagent/netns-$(stat -Lc %i "/proc/$bg/ns/net")-*"
	# The main thread can be at the client for a moment, which ends with the test as well.
	ip -n "$R" link add watch type veth peer name watched netns "$bg"
	kill -KILL "$bg"
	wait "$bg" 2>/dev/null
	expect_true "killed, $line: the namespace is gone" wait_for 20 no_peer
	expect "killed, $line: no process is left" "" "$(pgrep -s "$bg")"
	expect "killed, $line: no document" "" "$(cat "$TMP/text")"
	expect "killed, $line: no pins and no files are left" "" "$(compgen -G "$pins"; find /run/ipfwagent "$TMP/own" -mindepth 1)"
done

# Who may not make such a router.
refused() { # NAME COMMAND...
	"${@:2}" "$BIN" selftest >"$TMP/text" 2>"$TMP/err"
	expect "$1: exit status" 3 $?
	expect "$1: one sentence" 1 "$(wc -l <"$TMP/err")"
	expect "$1: no document" "" "$(cat "$TMP/text")"
}
chmod 755 "$TMP"
refused "not root" setpriv --reuid 65534 --regid 65534 --clear-groups
expect_match "not root: why" "only root" "$(cat "$TMP/err")"
refused "no CAP_SYS_ADMIN" setpriv --bounding-set -sys_admin --inh-caps -sys_admin
expect_match "no CAP_SYS_ADMIN: why" "a network namespace of its own: Operation not permitted" "$(cat "$TMP/err")"
expect_match "no CAP_SYS_ADMIN: what cannot be done" '^ipfwagent: selftest: cannot make a router here: ' "$(cat "$TMP/err")"
refused "few files may be open" prlimit --nofile=100
expect "few files may be open: why" "ipfwagent: selftest: too few files may be open (ulimit -n)" "$(cat "$TMP/err")"
# shellcheck disable=SC2016
refused "/proc/sys cannot be written" unshare -m sh -c 'mount -o bind,ro /proc/sys /proc/sys && exec "$@"' -
expect_match "/proc/sys cannot be written: why" 'cannot make a router here: /proc/sys/net/.*: Read-only file system' "$(cat "$TMP/err")"
finish
