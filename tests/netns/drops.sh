#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The counting of dropped packets under strain: a flood, a full map, reasons without a name, kernels and
# privileges that lack something, others who look on, namespaces that come and go.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
ipfw() { "$BIN" --netns "$R" "$@" 2>"$TMP/err"; }
value() { ipfw --json --source ebpf | jq -c "$1"; }
# Router's drops of UDP to the discard port, in two chains, counted by nft as well.
in_ns "$R" nft -f - <<'N'
table inet t {
	counter n { }
	chain p { type filter hook prerouting priority 0; meta nfproto ipv4 udp dport 9 counter name n drop; }
	chain f { type filter hook forward priority 0; meta nfproto ipv6 udp dport 9 counter name n drop; }
}
N
by_nft() { in_ns "$R" nft -j list counter inet t n | jq '.nftables[] | .counter // empty | .packets'; }
ipfw attach || { not_ok attach "$(cat "$TMP/err")" && finish; }
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
pinned() { echo "/sys/fs/bpf/ipfwagent/netns-$(stat -Lc %i "/run/netns/$R")-"*/"$1"; }
if ! ipfw status --json | jq -ne 'input | .drops' >/dev/null; then
	expect_match "a kernel without reasons: it is said" 'gives no reasons' "$(ipfw status)"
	finish
fi
rows() { value '[.drops[] | select(.in == "rc") | [.family, .stage, .reason, .packets]]'; }

# A kernel whose types lack the reasons, or only their subsystems, as far as the program can see: the rest
# counts, and it is said why.
lacking() { # NAME-OF-THE-ENUM COMMAND...
	/usr/bin/python3 - "$1" "$TMP/btf" <<-'P'
		import sys
		name = b"\0" + sys.argv[1].encode() + b"\0"
		types = open("/sys/kernel/btf/vmlinux", "rb").read()
		assert types.count(name) == 1
		open(sys.argv[2], "wb").write(types.replace(name, name[:-2] + b"_\0"))
	P
	# shellcheck disable=SC2016
	unshare -m --propagation slave sh -c 'mount --bind "$0" /sys/kernel/btf/vmlinux && exec "$@"' "$TMP/btf" "${@:2}" 2>"$TMP/err"
}
lacking skb_drop_reason "$BIN" attach --netns "$S"
expect "no enum of reasons: attach" 0 $?
why='dropped packets are not counted: this kernel gives no reasons'
expect_match "no enum of reasons: attach says so" "$why" "$(cat "$TMP/err")"
expect_match "no enum of reasons: status says so" "$why" "$("$BIN" status --netns "$S")"
datagrams "$S" 20 72 10.2.0.1
expect "no enum of reasons: the rest counts" '[20,null,null]' \
	"$("$BIN" --netns "$S" --json --source ebpf | jq -c '[.interfaces.s0.ipv4.tx_packets, .drops, .ipv4.losses.dropped_packets]')"
expect_match "no enum of reasons: the reading says so" 'not counted here .*status says why' "$("$BIN" drops --netns "$S")"
"$BIN" detach --netns "$S" 2>/dev/null
lacking skb_drop_reason_subsys "$BIN" attach --netns "$S"
expect "no enum of subsystems: drops count all the same" "0 true" "$? $("$BIN" status --json --netns "$S" | jq .drops)"
"$BIN" detach --netns "$S" 2>/dev/null

# With few descriptors all count, or none, or all but the drops; what is attached says which. From one that
# is enough on, more are.
halves=0 enough=0
for n in $(seq 40 100) 256; do
	[ $enough -lt 4 ] || [ "$n" = 256 ] || continue
	prlimit --nofile=$n "$BIN" attach --netns "$S" 2>"$TMP/err"
	status=$?
	said=$("$BIN" status --json --netns "$S" 2>/dev/null | jq -r '"\(.attached) \(.drops)"')
	told=$(grep -c 'dropped packets are not counted: ' "$TMP/err")
	case "$status $said $told" in
	"3 false null 0") ;;
	"0 true true 0") enough=$((enough + 1)) ;;
	"0 true false 1") halves=$((halves + 1)) ;;
	*) not_ok "at most $n open files" "status $status, attached and drops: $said: $(cat "$TMP/err")" ;;
	esac
	"$BIN" detach --netns "$S" 2>/dev/null
done
expect "with more descriptors: attached" "0 true true" "$status $said"
expect_true "with few descriptors: all but the drops, and it is said" [ $halves -gt 0 ]

# Rows of reasons without a name of their own, as other kernels may give them: a subsystem's have its name,
# all others share one.
cpus=$(nproc --all)
put() { # IN FAMILY STAGE REASON PACKETS...: rows of the map; each processor's are PACKETS of one octet
	/usr/bin/python3 -c '
import struct, sys
octets = lambda form, *values: " ".join(f"{o:#04x}" for o in struct.pack(form, *values))
for line in sys.stdin:
    row = [int(word) for word in line.split()]
    print("map update pinned", sys.argv[1], "key", octets("=5I", row[0], 0, *row[1:4]),
          "value", octets("=2Q", row[4], row[4]))' "$(pinned drops)" >"$TMP/rows"
	# As the hooks do before they add a row (IPFW_HASH_DROPS).
	echo "map update pinned $(pinned used) key 2 0 0 0 value 1 0 0 0 0 0 0 0" >>"$TMP/rows"
	bpftool batch file "$TMP/rows" >"$TMP/batch" 2>&1 || not_ok "rows of the map" "$(tail -n 1 "$TMP/batch")"
}
ipfw detach && ipfw attach
rc=$(in_ns "$R" ip -j link show rc | jq '.[0].ifindex')
declare -A named=()
while read -r name number; do named[$number]=$name; done < <(
	bpftool btf dump file /sys/kernel/btf/vmlinux 2>/dev/null |
		sed -nE "s/^.*'SKB_DROP_REASON_SUBSYS_([A-Z0-9_]+)' val=([0-9]+)$/\1 \2/p")
put <<X
$rc 0 1 511 3
$rc 0 1 512 5
$rc 0 1 65535 7
$rc 0 1 $(((1 << 16) + 4)) 11
$rc 0 1 $(((1 << 16) + 5)) 13
$rc 0 1 $((200 << 16)) 17
X
wanted() { jq -nc --argjson n "$cpus" --arg one "${named[1]:-OTHER}" \
	'[["OTHER", 32 * $n], [$one, 24 * $n]] | group_by(.[0]) | map([.[0][0], (map(.[1]) | add)]) | sort'; }
expect "reasons without a name" "$(wanted)" "$(value '[.drops[] | select(.in == "rc" and .stage == "input") | [.reason, .packets]] | sort')"
ipfw detach && ipfw attach

# No room for a row: its packets are missed, and only there; what has a row goes on, and all of it is said.
datagrams "$C" 10 72 10.2.0.2
expect "before the map is full" '[["ipv4","input","NETFILTER_DROP",10]]' "$(rows)"
for i in $(seq 4095); do echo "$rc 0 4 $((1000 + i)) 1"; done | put
datagrams "$C" 20 72 10.2.0.2
datagrams "$C" 30 72 fd02::2
expect "a full map: a row that is there" '["ipv4","input","NETFILTER_DROP",30]' "$(rows | jq -c '.[0]')"
expect "a full map: no row for another" '[]' "$(value '[.drops[] | select(.family == "ipv6")]')"
expect "a full map: what is missed" '[0,0,30]' "$(value '.source | [.missed_packets, .missed_path_packets, .missed_drop_packets]')"
expect "a full map: the sum still closes" '[30,30,0]' "$(value '.ipv6 | [.losses.dropped_packets, .losses.refused_packets, .losses.unaccounted_packets]')"
expect_match "a full map: text says so" '^not counted: 0 packets on interfaces, 0 on paths, 30 dropped$' "$(ipfw --source ebpf)"
start_snmpd
background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --interval 0.2 2>>"$TMP/agent.log"
agent=$bg
wait_for 20 agent_answers
expect "a full map: the agent is degraded" degraded "$(snmp_value IPFWAGENT-MIB::ipfwStatus.0)"
expect_match "a full map: and says why" 'could not count some packets: its maps are full' "$(snmp_value IPFWAGENT-MIB::ipfwStatusText.0)"
kill "$agent" && wait "$agent"
# Rows of interfaces that are gone make room.
ipfw detach && ipfw attach
for i in $(seq 4096); do echo "123456 0 4 $((1000 + i)) 1"; done | put
value .source >/dev/null
datagrams "$C" 20 72 fd02::2
expect "rows of what is gone make room" '[[["ipv6","forward","NETFILTER_DROP",20]],0]' "$(rows | jq -c "[., $(value .source.missed_drop_packets)]")"
ipfw detach && ipfw attach

# Others at the same tracepoint, the kernel's own tracing and counters of another namespace, take nothing away.
"$BIN" attach --netns "$S" 2>/dev/null
cat >"$TMP/traced" <<'X'
mkdir "$0/trace" && mount -t tracefs tracefs "$0/trace" && mkdir "$0/trace/instances/$1" || exit
cd "$0/trace/instances/$1" && echo 1 >events/skb/kfree_skb/enable || exit
read -r _ <"$0/go"
echo 0 >events/skb/kfree_skb/enable
grep -c NETFILTER_DROP trace
cd "$0" && rmdir "$0/trace/instances/$1"
X
mkfifo "$TMP/go"
background unshare -m --propagation slave sh -c "$(cat "$TMP/traced")" "$TMP" "ipfw-$$" >"$TMP/seen" 2>"$TMP/err"
tracer=$bg
traces() { grep -q 1 "/proc/$tracer/root$TMP/trace/instances/ipfw-$$/events/skb/kfree_skb/enable"; }
if wait_for 5 traces; then
	datagrams "$C" 40 72 10.2.0.2
	datagrams "$C" 50 72 fd02::2
	echo >"$TMP/go" && wait "$tracer"
	expect_true "the kernel's tracing sees them too ($(cat "$TMP/seen"))" [ "$(cat "$TMP/seen")" -ge 90 ]
	expect "beside it all are counted" '[["ipv4","input","NETFILTER_DROP",40],["ipv6","forward","NETFILTER_DROP",50]]' "$(rows)"
else
	skip "the kernel's tracing" "$(head -n 1 "$TMP/err")"
fi
expect "in the other namespace none" 0 "$("$BIN" --netns "$S" --json --source ebpf | jq '[.drops[] | select(.reason == "NETFILTER_DROP")] | length')"
"$BIN" detach --netns "$S" 2>/dev/null

# Namespaces come and go with drops of their own, some with counters, which nobody detaches; all that in a
# bpffs of their own.
cat >"$TMP/come_and_go" <<X
mount -t bpf bpf /sys/fs/bpf
for i in 1 2 3 4; do
	ip netns add $R-x || exit
	ip -n $R-x link set lo up
	[ \$((i % 2)) = 0 ] || $BIN attach --netns $R-x 2>&1 | grep -v 'count since'
	nsenter --net=/run/netns/$R-x $TMP/traffic send 127.0.0.1 9 500 72 | grep -v '^sent 500$' # NO_SOCKET
	ip netns del $R-x
done
X
${CC:-cc} -O2 -o "$TMP/traffic" "$here/traffic.c" || not_ok traffic "it cannot be built"
ipfw detach && ipfw attach
before=$(by_nft)
background unshare -m --propagation slave sh "$TMP/come_and_go" >"$TMP/gone" 2>&1
goer=$bg
sent=0
until dead "$goer"; do
	in_ns "$C" "$TMP/traffic" send 10.2.0.2 9 500 72 >/dev/null && in_ns "$C" "$TMP/traffic" send fd02::2 9 500 72 >/dev/null
	sent=$((sent + 500))
done
wait "$goer"
expect "namespaces come and go" '' "$(grep -v 'packets of flowtables' "$TMP/gone")"
expect "meanwhile: nft drops all" $((2 * sent)) $(($(by_nft) - before))
expect "meanwhile: all are counted" "[[\"ipv4\",\"input\",\"NETFILTER_DROP\",$sent],[\"ipv6\",\"forward\",\"NETFILTER_DROP\",$sent]]" "$(rows)"
expect "meanwhile: none is missed" 0 "$(value .source.missed_drop_packets)"

# A flood, as fast as the kernel drops: exact, and the agent answers.
multiarch=$(cc -print-multiarch 2>/dev/null)
${CC:-cc} -D_GNU_SOURCE -std=gnu11 -O2 -o "$TMP/flood" "$top/tests/bench/packets_gen.c" -lbpf &&
	${CLANG:-clang} -O2 -g -target bpf -mcpu=v3 ${multiarch:+"-I/usr/include/$multiarch"} -c "$top/tests/bench/packets_gen.bpf.c" -o "$TMP/flood.o" ||
	not_ok flood "it cannot be built"
ip -n "$R" link set rc address 02:00:00:00:00:01
ipfw detach && ipfw attach
background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --interval 0.2 2>>"$TMP/agent.log"
agent=$bg
wait_for 20 agent_answers
each=250000 before=$(by_nft) begun=$(now_ms)
background "$TMP/flood" rounds "$TMP/flood.o" 1 $each "$R" >"$TMP/rates" # and one to warm up
flood=$bg
answers=0 wrong=0 last=0
until dead "$flood"; do
	sleep 0.2
	got=$(snmp_value "IPFWAGENT-MIB::ipfwSystemDroppedPackets.1")
	[[ $got =~ ^[0-9]+$ ]] && [ "$got" -ge "$last" ] && last=$got || wrong=$((wrong + 1))
	answers=$((answers + 1))
done
took=$(($(now_ms) - begun))
wait "$flood"
expect "a flood: sent" 0 $?
expect "a flood: nft drops all" $((4 * each)) $(($(by_nft) - before))
expect "a flood of $((4 * each / took))000 a second: counted" \
	"[[\"ipv4\",\"input\",\"NETFILTER_DROP\",$((2 * each))],[\"ipv6\",\"forward\",\"NETFILTER_DROP\",$((2 * each))]]" "$(rows)"
expect "a flood: none is missed" 0 "$(value .source.missed_drop_packets)"
expect_true "a flood: the agent answers meanwhile ($answers times)" [ $answers -gt 0 ]
expect "a flood: each answer is right" 0 $wrong
caught_up() { [ "$(snmp_value IPFWAGENT-MIB::ipfwSystemDroppedPackets.1)" = $((2 * each)) ]; }
expect_true "a flood: SNMP tells all of it" wait_for 5 caught_up
kill "$agent" && wait "$agent"
expect "a flood: the agent ends well" 0 $?

# While packets flow, of which some are dropped: no reading has seen one further on and not yet there, so
# that nothing is negative, and so absent. Interfaces are counted in an array, or from 1024 on in a hash.
in_ns "$R" nft -f - <<'N'
delete table inet t
table inet t {
	chain f { type filter hook forward priority 0; meta nfproto ipv4 limit rate 1000/second drop;
		meta nfproto ipv6 limit rate 1000/second drop; }
}
N
quiet "$S"
flowing() { # NAME
	ip -n "$R" link set rc address 02:00:00:00:00:01
	ipfw detach
	ipfw attach
	background "$TMP/flood" rounds "$TMP/flood.o" 50 20000 "$R" >"$TMP/rates"
	flood=$bg
	passes() { [ "$(value .ipv6.forwarding.outgoing_packets)" -gt 0 ]; }
	wait_for 10 passes
	ipfw monitor --json --compact --source ebpf -i 0.01 --count 100 |
		jq -c 'walk(if type == "object" then with_entries(.key |= sub("_total$"; "")) else . end)' >"$TMP/readings"
	kill "$flood"
	wait "$flood" 2>/dev/null
	jq -c '. as $r | "ipv4", "ipv6" | . as $f | $r[$f] as $s | ($r.paths | map(select(.family == $f).packets) | add // 0) as $paths |
		($r.drops | map(select(.family == $f and .in != null).packets) | add // 0) as $drops |
		{$f, of_rc: $r.interfaces.rc[$f].unaccounted_packets, of_all: $s.losses.unaccounted_packets,
			refused: ($s.forwarding | .incoming_packets - .outgoing_packets - $s.losses.refused_packets),
			paths: ($s.forwarding.outgoing_packets - $paths), drops: ($s.losses.dropped_packets - $drops)} |
		select(any(.[]; . == null or . < 0))' "$TMP/readings" >"$TMP/negative"
	expect "readings while packets flow, $1: none is negative" "0 of 100" \
		"$(wc -l <"$TMP/negative") of $(wc -l <"$TMP/readings")"
	head -n 3 "$TMP/negative" | sed 's/^/# /'
	expect_true "readings while packets flow, $1: they do" \
		jq -ens '[inputs] | .[0] | (.[-1].ipv4.forwarding.outgoing_packets - .[0].ipv4.forwarding.outgoing_packets) > 1000' "$TMP/readings"
}
# The one that they leave by is far behind the other, so that there is time for what is to be seen.
ip -n "$R" link del rs && connect rs "$S" s0 2 index 1000
flowing "in the array"
ip -n "$R" link del rs && connect rs "$S" s0 2 index 2000
flowing "to the hash"
ip -n "$R" link del rs && connect rs "$S" s0 2 index 1000
ip -n "$R" link del rc && connect rc "$C" c0 1 index 2000
flowing "from the hash"
expect_true "detach" ipfw detach
finish
