#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One agent for many network namespaces: each one's figures are what was sent through it and no other's,
# while others come and go under traffic; one that lost its name ends.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

P=ipfw-m-$$ # how those begin that the agent serves
N=8
SOCK=$TMP/reading.sock
add_ns "$C" && add_ns "$S" && add_ns "$R"
quiet "$C" && quiet "$S"
declare -A inode
# router NUMBER: P-NUMBER between the client and the server.
router() {
	local n=$P-$1 pair
	ip netns add "$n" || exit 1
	spaces+=("$n")
	setns "$n" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0
	ip -n "$n" link set lo up
	for pair in "$C c$1 in 1" "$S s$1 out 2"; do
		# shellcheck disable=SC2086
		set -- "$1" $pair # NUMBER HOST DEV ROUTER_DEV NET
		ip -n "$n" link add "$4" type veth peer name "$3" netns "$2"
		ip -n "$n" link set "$4" addrgenmode none up && ip -n "$2" link set "$3" addrgenmode none up
		ip -n "$n" addr add "10.$1.$5.1/24" dev "$4" && ip -n "$n" addr add "fd00:$1:$5::1/64" dev "$4" nodad
		ip -n "$2" addr add "10.$1.$5.2/24" dev "$3" && ip -n "$2" addr add "fd00:$1:$5::2/64" dev "$3" nodad
		neighbour "$2" "$3" "$n" "$4" "10.$1.$5.1" "fd00:$1:$5::1"
		neighbour "$n" "$4" "$2" "$3" "10.$1.$5.2" "fd00:$1:$5::2"
	done
	ip -n "$C" route add "10.$1.2.0/24" via "10.$1.1.1" && ip -n "$C" route add "fd00:$1:2::/64" via "fd00:$1:1::1"
	inode[$1]=$(stat -L -c %i "/run/netns/$n")
}
send() { # NUMBER PACKETS: so many IPv4, and twice as many IPv6, of 100 octets each
	traffic "$C" send "10.$1.2.2" 9 "$2" 72
	traffic "$C" send "fd00:$1:2::2" 9 $((2 * $2)) 52
}
ask() { echo "$1" | timeout 10 socat -t 10 - "UNIX-CONNECT:$SOCK" 2>/dev/null; }
of() { ask "json netns ${inode[$1]}" | sed '$d' | jq -c "[.netns, .source.name, .ipv4.forwarding.outgoing_packets, .ipv4.forwarding.outgoing_bytes,
	.ipv6.forwarding.outgoing_packets, (.interfaces | keys_unsorted - [\"lo\"])]" 2>/dev/null; }
wanted() { echo "[\"$P-$1\",\"ebpf\",$2,$(($2 * 100)),$(($2 * 2)),[\"in\",\"out\"]]"; }
is() { [ "$(of "$1")" = "$(wanted "$1" "$2")" ]; } # NUMBER PACKETS
others() { ask status | grep -oE 'other namespaces [0-9]+( \([^)]*\))?'; }
serves() { [ "$(others)" = "other namespaces $1" ]; }
has_gone() { ! ip -n "$C" link show "c$1" >/dev/null 2>&1; } # its namespace: a veth ends with its peer's

for i in $(seq $N); do router $i; done
trap 'for i in $(seq 20); do "$BIN" detach --netns "$P-$i" 2>/dev/null; done; "$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
background in_ns "$R" "$BIN" agent --netns "$P-*" --hooks "$HOOKS" --agentx-socket "unix:$TMP/nowhere" \
	--reading-socket "$SOCK" --listen 127.0.0.1:9469 --interval 1 2>"$TMP/agent.log"
agent=$bg
expect_true "all are served" wait_for 30 serves $N
for i in $(seq $N); do send $i $((i * 10)); done
for i in $(seq $N); do
	wait_for 10 is $i $((i * 10))
	expect "namespace $i: what was sent through it" "$(wanted $i $((i * 10)))" "$(of $i)"
done
expect "its own namespace: nothing" '[null,"ebpf",0]' "$(ask json | jq -c '[.netns, .source.name, .ipv4.forwarding.outgoing_packets]')"
expect "one that it does not serve" "error: this agent counts in another network namespace" \
	"$(ask "json netns $(stat -L -c %i "/run/netns/$C")")"
expect_match "the status of one" '^status ok: source ebpf .*, interfaces 2, ' "$(ask "status netns ${inode[3]}")"

# All in one document, by the socket and by HTTP.
get() { in_ns "$R" curl -sg "http://127.0.0.1:9469$1"; }
forwarded='map([.netns, .ipv4.forwarding.outgoing_packets]) | sort | tojson'
all=$(for i in $(seq $N); do echo "[\"$P-$i\",$((i * 10))]"; done | jq -sr "[[null, 0]] + . | sort | tojson")
expect "all of them, by the socket" "$all" "$(ask "json netns all" | sed '$d' | jq -r "$forwarded")"
expect "all of them, by HTTP" "$all" "$(get '/json?netns=all' | jq -r "$forwarded")"
expect "one of them, by HTTP" "[\"$P-4\",40]" "$(get "/json?netns=$P-4" | jq -c '[.netns, .ipv4.forwarding.outgoing_packets]')"
expect "its own, by HTTP" '[null,0]' "$(get /json | jq -c '[.netns, .ipv4.forwarding.outgoing_packets]')"
expect "none of that name, by HTTP" 404 "$(in_ns "$R" curl -so "$TMP/none" -w '%{http_code}' "http://127.0.0.1:9469/json?netns=none")"
get /metrics >"$TMP/metrics"
expect "metrics: one sample of each" "$(seq 10 10 $((10 * N)) | sed '1i 0' | tr '\n' ' ')" \
	"$(sed -nE 's/^ipfw_forwarded_out_packets_total\{(netns="[^"]*",)?family="ipv4"\} //p' "$TMP/metrics" | sort -n | tr '\n' ' ')"
expect "metrics: with its name" 30 "$(sed -n "s/^ipfw_forwarded_out_packets_total{netns=\"$P-3\",family=\"ipv4\"} //p" "$TMP/metrics")"
expect "metrics: each family once" "" "$(grep '^# TYPE' "$TMP/metrics" | sort | uniq -d)"

# Those without privileges get them from the agent, by the name.
chmod 711 "$TMP"
expect "by name, from the agent" $((3 * 10)) "$(in_ns "$P-3" setpriv --reuid nobody --regid nogroup --clear-groups "$BIN" --json --reading-socket "$SOCK" 2>"$TMP/err" |
	jq .ipv4.forwarding.outgoing_packets)"

# Under traffic, and while it is asked: some are deleted, some are new, some are made anew with the old name.
churn() {
	local i n
	for n in 1 2 3; do
		for i in 5 6; do
			ip netns del "$P-$i"
			wait_for 10 has_gone $i || not_ok "deleted: $i ends ($n)" "$(ask status; ls /sys/fs/bpf/ipfwagent)"
			router $i
			wait_for 20 is $i 0 || not_ok "made anew: $i begins at 0 ($n)" "$(of $i)"
			send $i $n
			wait_for 10 is $i $n || not_ok "made anew: $i is exact ($n)" "$(of $i)"
		done
	done
}
background in_ns "$C" sh -c "while :; do $TRAFFIC send 10.1.2.2 9 50 72; $TRAFFIC send fd00:8:2::2 9 50 52; sleep 0.01; done" >/dev/null
flood=$bg
passed_before=$failed
churn
[ $passed_before = "$failed" ] && ok "deleted and made anew under traffic: exact, and ended each time"
ip netns del "$P-7"
expect_true "deleted under traffic: it ends" wait_for 10 has_gone 7
router 11
expect_true "a new one is served" wait_for 20 is 11 0
send 11 7
expect_true "a new one is exact" wait_for 10 is 11 7
kill "$flood"
settle
for i in 2 3 4; do expect "the others are as before: $i" "$(wanted $i $((i * 10)))" "$(of $i)"; done
expect_true "as many as there are" wait_for 10 serves $N

# A stale name, and one that is no namespace of the network, are no trouble of the others.
touch "/run/netns/$P-stale" && spaces+=("$P-stale")
touch "/run/netns/$P-uts" && spaces+=("$P-uts")
mount --bind /proc/self/ns/uts "/run/netns/$P-uts"
expect_true "no network namespace: said once" wait_for 10 grep -q "ipfwagent: $P-uts: " "$TMP/agent.log"
sleep 2.5
expect "no network namespace: not again" 1 "$(grep -c "ipfwagent: $P-uts: " "$TMP/agent.log")"
expect "a stale name: not a word" 0 "$(grep -c "$P-stale" "$TMP/agent.log")"
expect_true "the others go on" serves $N
umount "/run/netns/$P-uts"

# What is taken away in one is a trouble of that one.
"$BIN" detach --netns "$P-2" 2>/dev/null
expect_true "detached in one: that one is worse off" wait_for 10 serves "$N (1 of them not ok)"
expect_match "detached in one: the log names it" "ipfwagent: $P-2: degraded: " "$(cat "$TMP/agent.log")"
expect "detached in one: the next one is as before" "$(wanted 3 30)" "$(of 3)"
"$BIN" attach --netns "$P-2" --hooks "$HOOKS" 2>/dev/null
expect_true "attached again: taken up" wait_for 10 serves $N

# Each takes some descriptors: the soft limit is raised; where the hard one will not do, some wait for their turn.
agent_with() { # LIMIT
	kill "$agent" && wait "$agent"
	expect "the end" 0 $?
	background in_ns "$R" prlimit --nofile="$1" "$BIN" agent --netns "$P-*" --hooks "$HOOKS" --agentx-socket "unix:$TMP/nowhere" \
		--reading-socket "$SOCK" --interval 1 2>"$TMP/few.log"
	agent=$bg
}
agent_with 60:4096
expect_true "a soft limit: all are served" wait_for 30 serves $N
agent_with 200:200
refused() { grep -c ': cannot enter this network namespace: Too many open files$' "$TMP/few.log"; }
some() { local n && n=$(refused) && [ "$n" -gt 0 ] && [ "$n" -lt $N ] && serves $((N - n)); }
expect_true "a hard limit: some are served, the others are named" wait_for 30 some
sleep 2.5
expect_true "a hard limit: once" some
expect "a hard limit: what is served is right" "$(wanted 11 7)" "$(of 11)"

# The next agent takes over what is pinned.
kill "$agent" && wait "$agent"
expect "the end" 0 $?
send 3 5
background in_ns "$R" "$BIN" agent --netns "$P-*" --hooks "$HOOKS" --agentx-socket "unix:$TMP/nowhere" \
	--reading-socket "$SOCK" --interval 1 --detach-on-exit 2>>"$TMP/agent.log"
agent=$bg
expect_true "the next agent: nothing is lost" wait_for 30 is 3 35
expect_true "the next agent: all are served" wait_for 30 serves $N
kill "$agent" && wait "$agent"
expect_match "--detach-on-exit: in all" "no eBPF counters were attached" "$("$BIN" detach --netns "$P-3" 2>&1)"

expect_match "--user is refused" "needs the privileges that --user gives up" "$("$BIN" agent --netns all --user nobody 2>&1)"
finish
