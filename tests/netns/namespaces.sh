#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Many network namespaces at once: those that a pattern names, each with its own figures and no other's, as
# they come and go.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

# "all" is said here: no other run's namespaces may be seen. This mount namespace is the test's own.
mkdir -p /run/netns && mount -t tmpfs none /run/netns || exit 1
run() { "$BIN" "$@" 2>"$TMP/err"; }
NAMED='network namespace'

expect "none is there: exit status" 1 "$(run --json --netns all >"$TMP/out"; echo $?)"
expect "none is there: message" "ipfwagent: no $NAMED matches 'all'" "$(cat "$TMP/err" "$TMP/out")"

# Routers with two links each, all to one client and one server. 1 to ROUTERS are named oddly.
ROUTERS=30
names=('' 'r 1' 'r"2"' 'r\3' $'r4\n' $'r\303\251' $'r6\377' 'r*7' "r'8" 'r{9}' 'r,10' $'r\t11' 'r=12' 'r\x41' 'r$14')
for i in $(seq 15 $ROUTERS); do names[i]=r$i; done
add_ns hc
add_ns hs
mac() { printf '02:00:00:%02x:%02x:%02x' "$1" $(($2 / 256)) $(($2 % 256)); }
# router NUMBER NAME: a link "in" to the client's cNUMBER, "out" to the server's sNUMBER, fixed neighbours.
router() {
	local i=$1 n=$2
	add_ns "$n"
	setns "$n" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n "$n" -batch - <<-B
		link add in address $(mac 1 "$i") type veth peer name c$i address $(mac 2 "$i") netns hc
		link add out address $(mac 3 "$i") type veth peer name s$i address $(mac 4 "$i") netns hs
		link set in addrgenmode none
		link set out addrgenmode none
		addr add 10.$i.1.1/24 dev in
		addr add 10.$i.2.1/24 dev out
		addr add fd00:$i:1::1/64 dev in nodad
		addr add fd00:$i:2::1/64 dev out nodad
		link set in up
		link set out up
		neigh add 10.$i.2.2 lladdr $(mac 4 "$i") dev out nud permanent
		neigh add fd00:$i:2::2 lladdr $(mac 4 "$i") dev out nud permanent
	B
	ip -n hs link set "s$i" addrgenmode none
	ip -n hs link set "s$i" up
	ip -n hc -batch - <<-B
		link set c$i addrgenmode none
		addr add 10.$i.1.2/24 dev c$i
		addr add fd00:$i:1::2/64 dev c$i nodad
		link set c$i up
		neigh add 10.$i.1.1 lladdr $(mac 1 "$i") dev c$i nud permanent
		neigh add fd00:$i:1::1 lladdr $(mac 1 "$i") dev c$i nud permanent
		route add 10.$i.2.0/24 via 10.$i.1.1
		route add fd00:$i:2::/64 via fd00:$i:1::1
	B
}
# Through router NUMBER go BASE + NUMBER IPv4 datagrams and twice as many of IPv6, 100 octets each in IPv4.
send() { # BASE NUMBER...
	in_ns hc /usr/bin/python3 - "$@" <<'P'
import socket, sys
base = int(sys.argv[1])
for number in map(int, sys.argv[2:]):
    for family, host, times in ((socket.AF_INET, f"10.{number}.2.2", 1), (socket.AF_INET6, f"fd00:{number}:2::2", 2)):
        s = socket.socket(family, socket.SOCK_DGRAM)
        for _ in range(times * (base + number)):
            s.sendto(b"x" * 72, (host, 9))
P
}
quiet hs
for i in $(seq $ROUTERS); do router "$i" "${names[i]}"; done

# As JSON has them: what is not UTF-8 as \xHH, and a backslash before an x as \x5c.
wanted_names() {
	/usr/bin/python3 -c '
import json, os, sys
def shown(name):
    parts = name.replace(b"\\x", b"\\x5cx").decode("utf-8", "surrogateescape")
    return "".join(f"\\x{ord(c) - 0xdc00:02x}" if 0xdc80 <= ord(c) <= 0xdcff else c for c in parts)
print(json.dumps([shown(n) for n in sorted(map(os.fsencode, sys.argv[1:]))]))' "$@" | jq -c .
}
rows() { jq -c "[.[] | [.netns, $1]]"; }

# The kernel's own counters.
expect "all: each has a document" "$(wanted_names hc hs "${names[@]:1}")" "$(run --json --netns all | jq -c '[.[].netns]')"
expect "a pattern: those that match" "$(wanted_names "${names[1]}" r15 r16)" "$(run --json --netns 'r[ 1][156]' | jq -c '[.[].netns]')"
expect "compact: one line" 1 "$(run --json --compact --netns 'r1?' | wc -l)"
expect "one that matches is an array too" '["hs"]' "$(run --json --netns 'h[s]' | jq -c 'map(.netns)')"
expect "a name is none" null "$(run --json --netns hs | jq -c .netns)"
expect "text: a heading for each" 'network namespace hc|network namespace hs' "$(run --netns 'h?' | grep '^network' | paste -sd '|')"
expect "nothing went wrong" '' "$(cat "$TMP/err")"
touch /run/netns/{r0,r15b} && mount --bind /run/netns/r15 /run/netns/r15b
expect "a file that is no namespace, and another name for one" '["r15"]' "$(run --json --netns 'r[01][5-9]*' --include nothing | jq -c '[.[].netns | select(test("^r(0|15)"))]')"
umount /run/netns/r15b && rm /run/netns/{r0,r15b}

# Which a process holds.
background unshare -n sleep 3600
held() { [ "$(readlink "/proc/$bg/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
wait_for 10 held
inode=$(readlink "/proc/$bg/ns/net" | tr -dc 0-9)
known() { run --json --netns all-known | jq -c --arg i "$inode" 'map(.netns) | [any(. == $i), any(. == "hs"), (map(select(. == "hs")) | length)]'; }
expect "all-known: by its inode, and those with a name" '[true,true,1]' "$(known)"
kill "$bg" && wait "$bg" 2>/dev/null
expect "all-known: not any more" '[false,true,1]' "$(known)"

# What one has no right to or no room for is said, and the others go on.
expect "without privilege: exit status" 1 "$(setpriv --reuid 65534 --regid 65534 --clear-groups "$BIN" --json --netns 'r?[56]' >"$TMP/out" 2>"$TMP/err"; echo $?)"
expect "without privilege: message" "ipfwagent: r15: cannot enter this $NAMED: Operation not permitted|ipfwagent: r16: cannot enter this $NAMED: Operation not permitted|ipfwagent: r25: cannot enter this $NAMED: Operation not permitted|ipfwagent: r26: cannot enter this $NAMED: Operation not permitted" \
	"$(paste -sd '|' "$TMP/err")"
expect "without privilege: no document" '' "$(cat "$TMP/out")"
expect "many files: as many as may be open" "$ROUTERS" \
	"$(prlimit --nofile=30:4096 "$BIN" monitor --source kernel --json --netns 'r*' -i 0.2 -c 1 2>"$TMP/err" | wc -l)"
expect "many files: nothing is said" '' "$(cat "$TMP/err")"
prlimit --nofile=60:60 "$BIN" monitor --source kernel --json --netns 'r*' -i 0.2 -c 1 >"$TMP/out" 2>"$TMP/err"
expect "few files: exit status" 1 $?
expect_true "few files: some are read" [ "$(wc -l <"$TMP/out")" -gt 2 ]
expect_match "few files: the others are named" '^ipfwagent: r30: .*Too many open files$' "$(cat "$TMP/err")"

# Counters of each, exact, and nobody else's.
ATTACHED='r*'
run attach --netns "$ATTACHED"
expect "attach" 0 $?
expect "attach: each says so" "$ROUTERS" "$(grep -c 'hooks count since' "$TMP/err")"
expect_match "attach: with its name in front" '^ipfwagent: r6\\xff: (netfilter|fentry) hooks count since' "$(cat "$TMP/err")"
trap 'run detach --netns "*"; cleanup' EXIT
# shellcheck disable=SC2046
send 10 $(seq $ROUTERS)
wanted() { # BASE: as of each after send
	for i in $(seq $ROUTERS); do
		jq -nc --argjson n "$(wanted_names "${names[i]}")" --argjson p $(($1 + i)) \
			'[$n[0], $p, $p * 100, 2 * $p, 2 * $p * 120, $p, $p, true]'
	done | jq -sc 'sort_by(.[0])'
}
FIGURES='.ipv4.forwarding.outgoing_packets, .ipv4.forwarding.outgoing_bytes, .ipv6.forwarding.outgoing_packets, .ipv6.forwarding.outgoing_bytes, .interfaces.in.ipv4.rx_packets, .interfaces.out.ipv4.tx_packets, (.paths | length == 2)'
figures() { run --json --source ebpf --netns "$ATTACHED" | rows "$FIGURES" | jq -c 'sort_by(.[0])'; }
expect "the figures of each" "$(wanted 10)" "$(figures)"
expect "one alone has them too" "$(jq -c '.[] | select(.[0] == "r20")[1:]' <<<"$(wanted 10)")" "$(run --json --source ebpf --netns r20 | jq -c "[$FIGURES]")"
for form in prometheus openmetrics; do
	run --$form --source ebpf --netns "$ATTACHED" >"$TMP/$form"
	expect "$form: those of each, labelled, and families that stand together" "$(wanted 10)" "$(/usr/bin/python3 - "$TMP/$form" <<'P'
import json, re, sys
families, found, last = [], {}, None
for line in open(sys.argv[1], encoding="utf-8"):
    if line.startswith("#"):
        continue
    name, netns, rest, value = re.fullmatch(r'(\w+)\{netns="((?:\\.|[^"\\])*)"(.*)\} (\S+)\n', line).groups()
    if name != last:
        assert name not in families, name
        families.append(name)
        last = name
    netns = re.sub(r"\\(.)", r"\1", netns)
    found[name, netns, rest] = int(value) if value.isdigit() else value
namespaces = {n for _, n, _ in found}
def unescaped(name):  # controls, which JSON shows by its own means
    return re.sub(r"\\x(0a|09)", lambda m: chr(int(m[1], 16)), name)
print(json.dumps(sorted(([unescaped(n)] + [found["ipfw_" + k, n, r] for k, r in (
    ("forwarded_out_packets_total", ',family="ipv4"'), ("forwarded_out_bytes_total", ',family="ipv4"'),
    ("forwarded_out_packets_total", ',family="ipv6"'), ("forwarded_out_bytes_total", ',family="ipv6"'),
    ("interface_receive_packets_total", ',device="in",family="ipv4"'),
    ("interface_transmit_packets_total", ',device="out",family="ipv4"'))] + [True] for n in namespaces)), ensure_ascii=False, separators=(",", ":")))
P
)"
done
if command -v promtool >/dev/null; then
	expect "promtool check metrics" '' "$(promtool check metrics <"$TMP/prometheus" 2>&1)"
else
	skip "promtool" "it is not installed (package prometheus)"
fi
expect "status of each" "$ROUTERS" "$(run status --json --netns "$ATTACHED" | jq '[.[] | select(.attached and (.pinned | test("/netns-[0-9]+-")))] | length')"
expect "status of some: the exit status is the worst" 3 "$(run status --netns '[hr]*' >"$TMP/out"; echo $?)"
expect "status of some: who is, and who is not" "$ROUTERS, hc hs" "$(grep -c '^network namespace r' "$TMP/out"), $(sed -n 's/^ipfwagent: \(h.\): no .*/\1/p' "$TMP/err" | paste -sd ' ')"
expect "paths of each" "$ROUTERS" "$(run paths --json --netns "$ATTACHED" | jq 'map(select(.paths | map(.packets) | add > 30)) | length')"
expect "drops of each" "$ROUTERS" "$(run drops --json --netns "$ATTACHED" | jq length)"
run detach --netns 'r2?'
expect "detach: others stay" "$((ROUTERS - 10)) 10" "$(run status --json --netns "$ATTACHED" | jq -r '[.[].attached] | "\(map(select(.)) | length) \(map(select(. | not)) | length)"')"
run detach --netns "$ATTACHED"
expect "detach: none is left" 3 "$(run status --netns "$ATTACHED" >/dev/null; echo $?)"
trap cleanup EXIT

# They come and go while others look: each one's figures are its own, or it is not there.
churn() {
	local i
	for i in $(seq 20); do
		ip netns add "x$i" && ip -n "x$i" link set lo up
		in_ns "x$i" ping -q -c "$i" -i 0.01 127.0.0.1 >/dev/null
		[ "$i" -lt 3 ] || ip netns del "x$((i - 2))"
	done
}
churn &
churn=$!
pids+=("$churn")
until dead "$churn"; do
	run --json --compact --netns 'x*' >>"$TMP/churn" || grep -qx "ipfwagent: no $NAMED matches 'x\*'" "$TMP/err" || cat "$TMP/err" >>"$TMP/failed"
done
wait "$churn"
run --json --compact --netns 'x*' >>"$TMP/churn"
ip netns del x19 && ip netns del x20
expect "some come and go: nothing went wrong" '' "$(cat "$TMP/failed" 2>/dev/null)"
expect "some come and go: no more than their own" '[]' "$(jq -sc 'add | [.[] | {n: (.netns[1:] | tonumber), got: .ipv4.traffic.packets_received} | select(.got > 2 * .n)]' "$TMP/churn")"
expect "some come and go: the last ones" '[["x19",38],["x20",40]]' "$(tail -n 1 "$TMP/churn" | jq -c 'map([.netns, .ipv4.traffic.packets_received])')"

# Monitor: own counters. Namespaces come and go meanwhile, under traffic.
for i in 41 42 43; do router $i m$i; done
background "$BIN" monitor --json --source ebpf --netns 'm*' -i 0.5 --reading-socket none >"$TMP/lines" 2>"$TMP/err"
monitor=$bg
shown() { jq -sc "[.[] | select(.netns == \"$1\") | $2]" <"$TMP/lines" 2>/dev/null; }
appeared() { [ "$(shown "$1" .netns)" != '[]' ]; }
wait_for 60 appeared m43
send 100 41 42 43
router 44 m44
ip -n m42 link set out name out42
wait_for 60 appeared m44
flood() { while :; do send 1 41 43 44; done; }
(flood) >/dev/null 2>&1 &
flood=$!
pids+=("$flood")
ip netns del m43
gone() { ! ip -n hc link show "$1"; }
expect_true "a deleted namespace: its link's other end vanishes" wait_for 30 gone c43
ip netns del m41
expect_true "another one, under traffic" wait_for 30 gone c41
kill "$flood" && wait "$flood" 2>/dev/null
expect_true "the others are still there" ip -n hc link show c44
more() { [ "$(shown m44 1 | jq length)" -gt "$1" ]; }
wait_for 30 more "$(($(shown m44 1 | jq length) + 1))"
send 7 44
wait_for 30 more "$(($(shown m44 1 | jq length) + 1))"
kill "$monitor" && wait "$monitor"
expect "monitor: exit status" 0 $?
expect "monitor: nothing was said" '' "$(grep -v 'flowtables\|^$' "$TMP/err")"
expect_true "monitor: a line for each" jq -es 'all(has("netns") and has("interval_seconds"))' "$TMP/lines"
expect "monitor: what was sent to one" '[142,284]' "$(shown m42 '[.ipv4.forwarding.outgoing_packets_delta, .ipv6.forwarding.outgoing_packets_delta]' | jq -c 'transpose | map(add)')"
finish
