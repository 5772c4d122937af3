#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Known packets through a router: every figure, in JSON and in SNMP, against what was sent.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
in_ns "$S" nft -f - <<'N'
table inet quiet { chain quiet_in { type filter hook input priority 0; udp dport 9 drop; }
}
N
[ -n "$(kernel snmp Ip OutTransmits)" ] && new=1 || new=0 # Linux 6.7 and newer

# Before 6.6 IpExt OutOctets counts what IPv4 forwards twice, so ipv4 bytes_sent is left out.
[ "$(printf '6.6\n%s\n' "$(uname -r)" | sort -V | tail -n 1)" = 6.6 ] && twice=1 || twice=0

# reading NAME: also as lines "PATH VALUE", for a jq takes its time.
reading() {
	in_ns "$R" "$BIN" --json --source kernel >"$TMP/$1.json"
	jq -r 'paths(type != "object" and type != "array") as $p |
		".\($p | map(tostring) | join(".")) \(getpath($p) | tojson)"' "$TMP/$1.json" >"$TMP/$1.flat"
}
# value NAME PATH: a number, string or boolean.
value() { awk -v p="$2" '$1 == p { print $2; found = 1 } END { if (!found) print "null" }' "$TMP/$1.flat"; }
# moved PATH: what a figure gained between the readings a and b; null if one lacks it.
moved() {
	awk -v p="$1" '$1 == p && $2 != "null" { v[FILENAME] = $2; n++ }
		END { if (n != 2) print "null"; else printf "%.0f\n", v[ARGV[2]] - v[ARGV[1]] }' "$TMP/a.flat" "$TMP/b.flat"
}
gained() { expect "$1" "$3" "$(moved "$2")"; }

# figures FAMILY NAME IN OUT RECEIVED BYTES_RECEIVED SENT BYTES_SENT; "-" leaves one out
figures() {
	local f=$1 n=$2 key want i=3
	for key in forwarding.incoming_packets forwarding.outgoing_packets traffic.packets_received \
		traffic.bytes_received traffic.packets_sent traffic.bytes_sent; do
		want=${!i}
		[ $f$twice$key != ipv41traffic.bytes_sent ] || [ "$want" = - ] || want=null
		[ "$want" = - ] || gained "$n $f $key" ".$f.$key" "$want"
		i=$((i + 1))
	done
}
# row IF FAMILY NAME RX RX_BYTES TX TX_BYTES
row() {
	local key i=4
	for key in rx_packets rx_bytes tx_packets tx_bytes; do
		gained "$3 $1 $2 $key" ".interfaces.$1.$2.$key" "${!i}"
		i=$((i + 1))
	done
}

# Echo requests and replies: N of each pass the router, in each direction once.
for size in 56 512 1400; do
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.2.0.2 head=28 || to=fd02::2 head=48
		n=100 two=200
		ip_bytes=$((n * (size + head)))
		name="ping $size"
		reading a
		octets=$(kernel netstat IpExt OutOctets)
		pings "$C" $n $size $to || not_ok "$name $f" "an echo reply is missing"
		settle
		reading b
		[ $f$twice != ipv41 ] || expect "$name $f: OutOctets counts twice" $((4 * ip_bytes)) \
			$(($(kernel netstat IpExt OutOctets) - octets))
		in=$two
		[ $new = 1 ] || in=null
		figures $f "$name" $in $two $two $((2 * ip_bytes)) $two $((2 * ip_bytes))
		gained "$name $f forwarding.incoming_bytes" ".$f.forwarding.incoming_bytes" null
		gained "$name $f forwarding.outgoing_bytes" ".$f.forwarding.outgoing_bytes" null
		for dev in rc rs; do
			row $dev $f "$name" $n $ip_bytes $n $ip_bytes
			row $dev total "$name" $n $((ip_bytes + 14 * n)) $n $((ip_bytes + 14 * n))
		done
		other=$([ $f = ipv4 ] && echo ipv6 || echo ipv4)
		row rc "$other" "$name, the other family" 0 0 0 0
		[ $f = ipv4 ] || for dev in rc rs; do
			gained "$name $dev ipv6 forwarded_out_packets" ".interfaces.$dev.ipv6.forwarded_out_packets" $n
		done
	done
done

# The reading agrees with the files of the kernel.
expect "ipv4 bytes_received is InOctets" "$(kernel netstat IpExt InOctets)" "$(value b .ipv4.traffic.bytes_received)"
expect "ipv6 bytes_received is Ip6InOctets" "$(kernel6 Ip6InOctets)" "$(value b .ipv6.traffic.bytes_received)"
sum=0
for c in InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts; do sum=$((sum + $(kernel netstat IpExt $c))); done
expect "ipv4 packets_received is the sum of In*ECT*Pkts" $sum "$(value b .ipv4.traffic.packets_received)"
expect "rc ipv6 rx_bytes is the device's Ip6InOctets" "$(kernel6_if rc Ip6InOctets)" "$(value b .interfaces.rc.ipv6.rx_bytes)"
if [ $new = 1 ]; then
	expect "ipv4 incoming is ForwDatagrams" "$(kernel snmp Ip ForwDatagrams)" "$(value b .ipv4.forwarding.incoming_packets)"
	expect "ipv4 packets_sent is OutTransmits" "$(kernel snmp Ip OutTransmits)" "$(value b .ipv4.traffic.packets_sent)"
	expect "ipv6 packets_sent is Ip6OutTransmits" "$(kernel6 Ip6OutTransmits)" "$(value b .ipv6.traffic.packets_sent)"
	expect "ipv4 outgoing is OutTransmits - OutRequests" \
		$(($(kernel snmp Ip OutTransmits) - $(kernel snmp Ip OutRequests))) "$(value b .ipv4.forwarding.outgoing_packets)"
	expect "ipv4 forwarding quality" '"derived"' "$(value b .ipv4.forwarding.quality)"
fi
expect "rc ipv4 quality" '"derived"' "$(value b .interfaces.rc.ipv4.quality)"
expect "lo is left out" null "$(jq -c .interfaces.lo "$TMP/b.json")"

# Datagrams that the sender had to fragment: three fragments each.
reading a
datagrams "$C" 20 3000 10.2.0.2
datagrams "$C" 20 3000 fd02::2
settle
reading b
for f in ipv4 ipv6; do
	[ $f = ipv4 ] && bytes=$((20 * (3008 + 3 * 20))) || bytes=$((20 * (3008 + 3 * 48)))
	[ $new = 1 ] && in=60 || in=null
	figures $f fragments $in 60 60 $bytes 60 $bytes
	row rc $f fragments 60 $bytes 0 0
	row rs $f fragments 0 0 60 $bytes
done

# The router fragments (IPv4) or refuses (IPv6) what is larger than the next link.
ip -n "$R" link set rs mtu 1280
reading a
datagrams "$C" 20 1372 10.2.0.2
datagrams "$C" 10 1372 fd02::2
settle
reading b
if [ $new = 1 ]; then
	figures ipv4 "small mtu" 20 40 20 28000 40 28400
	gained "small mtu ipv6 outgoing_packets" .ipv6.forwarding.outgoing_packets 0
fi
expect "small mtu ipv6 too_big_packets" 10 "$(moved .ipv6.not_routed.too_big_packets)"
ip -n "$R" link set rs mtu 1500
in_ns "$C" ip -6 route flush cache
in_ns "$C" ip route flush cache

# A filter refuses some of them: handed over, not forwarded.
in_ns "$R" nft -f - <<'N'
table inet refuse { chain refuse_fwd { type filter hook forward priority 0; udp dport 9 drop; }
}
N
for f in ipv4 ipv6; do
	[ $f = ipv4 ] && to=10.2.0.2 || to=fd02::2
	reading a
	datagrams "$C" 50 200 $to
	pings "$C" 25 100 $to || not_ok "filter $f" "an echo reply is missing"
	settle
	reading b
	if [ $new = 1 ]; then
		figures $f filter 100 50 100 - 50 -
	else
		figures $f filter null 50 100 - - -
	fi
done
in_ns "$R" nft delete table inet refuse

# odd KIND COUNT: datagrams from the client that no ordinary socket sends.
odd() {
	in_ns "$C" /usr/bin/python3 - "$@" <<'P'
import socket, struct, sys
def ip4(source, id=0, flags=0, to="10.2.0.2"):
    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, id, flags, 64, 17, 0, socket.inet_aton(source), socket.inet_aton(to)) + udp
def ip6(source, next=17, more=b"", to="fd02::2"):
    addresses = [socket.inet_pton(socket.AF_INET6, a) for a in (source, to)]
    return struct.pack("!IHBB16s16s", 0x60000000, len(more + udp), next, 64, *addresses) + more + udp
udp = struct.pack("!HHHH", 999, 9, 24, 0) + bytes(16)
kinds = {  # a fragment has a number of its own
    "foreign ipv4": lambda n: ip4("10.55.0.2"),
    "link-local ipv6": lambda n: ip6("fe80::7"),
    "fragment ipv4": lambda n: ip4("10.1.0.2", 100 + n, 0x2000, "10.1.0.1"),
    "fragment ipv6": lambda n: ip6("fd01::2", 44, struct.pack("!BBHI", 17, 0, 1, 100 + n), "fd01::1")}
family, gateway = (socket.AF_INET, "10.1.0.1") if sys.argv[1].endswith("4") else (socket.AF_INET6, "fd01::1")
s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
for n in range(int(sys.argv[2])):
    s.sendto(kinds[sys.argv[1]](n), (gateway, 0))
P
}
# own COUNT ADDRESS: as many attempts of the router itself, which fail.
own() {
	in_ns "$R" /usr/bin/python3 - "$@" <<'P'
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(int(sys.argv[1])):
    try:
        s.sendto(bytes(100), (sys.argv[2], 9))
        raise SystemExit("it was sent")
    except OSError:
        pass
P
}
# lose NAME FAMILY REASON COUNT COMMAND...: the command is as many losses for that reason ("-": for none), and
# for no other. IPv6 has them by the interface $at ("": by none).
lose() {
	local key dev
	reading a
	"${@:5}" || not_ok "$1" "nothing was sent"
	settle
	reading b
	for key in $(jq -r '.[] | select(.group == "not_routed") | .system_key' "$top/integrations/figures.json"); do
		if [ "$2 $key" = "ipv6 rpfilter_packets" ]; then
			gained "$1 $2 $key" ".$2.not_routed.$key" null
		elif [ "$key" = "$3_packets" ]; then
			gained "$1 $2 $key" ".$2.not_routed.$key" "$4"
		else
			gained "$1 $2 $key" ".$2.not_routed.$key" 0
		fi
		[ "$2 $key" != "ipv6 rpfilter_packets" ] || continue
		for dev in rc rs; do
			if [ $2 = ipv4 ]; then
				gained "$1 $2 $key by $dev" ".interfaces.$dev.$2.$key" null
			elif [ "$key" = "$3_packets" ] && [ $dev = "$at" ]; then
				gained "$1 $2 $key by $dev" ".interfaces.$dev.$2.$key" "$4"
			else
				gained "$1 $2 $key by $dev" ".interfaces.$dev.$2.$key" 0
			fi
		done
	done
}
at=rc
# fragments FAMILY COUNT: until the kernel gave them up.
fragments() {
	local before
	failures() { if [ "$1" = ipv4 ]; then kernel snmp Ip ReasmFails; else kernel6 Ip6ReasmFails; fi; }
	given_up() { [ "$(failures "$1")" = "$2" ]; }
	before=$(failures "$1")
	odd "fragment $1" "$2" && wait_for 10 given_up "$1" $((before + $2))
}
for f in ipv4 ipv6; do
	[ $f = ipv4 ] && to=10.2.0.2 nowhere=10.99.0.1 || to=fd02::2 nowhere=fd99::1
	lose "no route" $f no_route 21 datagrams "$C" 21 100 $nowhere
	gained "no route $f outgoing" ".$f.forwarding.outgoing_packets" 0
	lose "TTL 1" $f header_error 22 datagrams "$C" 22 100 $to 1
	gained "TTL 1 $f outgoing" ".$f.forwarding.outgoing_packets" 0
done
ip -n "$R" link set rs mtu 1280
lose "too big" ipv6 too_big 9 datagrams "$C" 9 1372 fd02::2
ip -n "$R" link set rs mtu 1500
in_ns "$C" ip -6 route flush cache
if ip -n "$R" xfrm policy add src ::/0 dst ::/0 dir fwd action block 2>/dev/null; then
	lose "blocked by a policy" ipv6 discarded 8 datagrams "$C" 8 100 fd02::2
	ip -n "$R" xfrm policy flush
else
	skip "blocked by a policy" "no policies of IPsec in this kernel"
fi
setns "$R" net.ipv4.conf.rc.rp_filter=1 net.ipv4.ipfrag_time=1 net.ipv6.ip6frag_time=1
ip -n "$R" -6 route add fe80::/64 dev rc # for the errors of ICMP
neighbour "$R" rc "$C" c0 fe80::7
lose "rp_filter" ipv4 rpfilter 28 odd "foreign ipv4" 28
lose "link-local source" ipv6 address_error 27 odd "link-local ipv6" 27
for f in ipv4 ipv6; do
	[ $f = ipv4 ] && to=10.2.0.2 nowhere=10.99.0.1 || to=fd02::2 nowhere=fd99::1
	lose "lone fragments" $f reassembly_failed 7 fragments $f 7
	at='' lose "own without a route" $f output_no_route 6 own 6 $nowhere
	in_ns "$R" nft "add table inet mute; add chain inet mute out { type filter hook output priority 0; };
		add rule inet mute out udp dport 9 drop"
	at=rs lose "own, refused" $f output_discarded 5 own 5 $to
	in_ns "$R" nft delete table inet mute
done
setns "$R" net.ipv4.conf.rc.rp_filter=0
ip -n "$R" -6 route del fe80::/64 dev rc

# What the kernel counts nowhere, or only for IPv6: see docs/figures.md.
for kind in blackhole unreachable prohibit; do
	ip -n "$R" route add $kind 10.77.0.0/24 && ip -n "$R" -6 route add $kind fd77::/64
	lose "$kind route" ipv4 - 0 datagrams "$C" 10 100 10.77.0.1
	[ $kind = blackhole ] && reason=- || reason=no_route
	lose "$kind route" ipv6 $reason 10 datagrams "$C" 10 100 fd77::1
	ip -n "$R" route del $kind 10.77.0.0/24 && ip -n "$R" -6 route del $kind fd77::/64
done

# The switch of one interface is enough.
enabled() { in_ns "$R" "$BIN" --json --source kernel | jq -c '[.ipv4.forwarding_enabled, .ipv6.forwarding_enabled]'; }
expect "forwarding on" '[true,true]' "$(enabled)"
setns "$R" net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
expect "forwarding off" '[false,false]' "$(enabled)"
lose "forwarding off" ipv4 address_error 20 datagrams "$C" 20 100 10.2.0.2
lose "forwarding off" ipv6 address_error 21 datagrams "$C" 21 100 fd02::2
setns "$R" net.ipv4.conf.rc.forwarding=1 net.ipv6.conf.rc.forwarding=1
expect "forwarding on one interface" '[true,true]' "$(enabled)"
setns "$R" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

# monitor: the deltas add up to what was sent, rates are deltas by time.
background in_ns "$R" "$BIN" monitor --json --compact -i 0.5 --source kernel >"$TMP/monitor"
lines() { [ "$(wc -l <"$TMP/monitor")" -ge "$1" ]; }
wait_for 20 lines 1
skip_lines=$(wc -l <"$TMP/monitor")
pings "$C" 150 200 10.2.0.2 && pings "$C" 60 200 fd02::2
settle
wait_for 20 lines $(($(wc -l <"$TMP/monitor") + 2))
kill "$bg" && wait "$bg"
expect "monitor ends with status 0 on SIGTERM" 0 $?
tail -n +"$((skip_lines + 1))" "$TMP/monitor" >"$TMP/tail"
total() { jq -sc "map($1) | add" "$TMP/tail"; }
expect "monitor ipv4 outgoing deltas" 300 "$(total .ipv4.forwarding.outgoing_packets_delta)"
expect "monitor ipv6 outgoing deltas" 120 "$(total .ipv6.forwarding.outgoing_packets_delta)"
expect "monitor rc ipv6 rx_bytes deltas" $((60 * 248)) "$(total .interfaces.rc.ipv6.rx_bytes_delta)"
reading b
expect "monitor total is the snapshot's" "$(value b .ipv4.traffic.packets_sent)" \
	"$(tail -n 1 "$TMP/tail" | jq .ipv4.traffic.packets_sent_total)"
expect "monitor rate is delta by time" true "$(jq -sc 'all(.[]; .interval_seconds as $i | .ipv4.forwarding |
	(.outgoing_packets_rate - .outgoing_packets_delta / $i | fabs) <= 0.01 + .outgoing_packets_rate * 0.001)' "$TMP/tail")"

# The same figures through a real snmpd.
start_snmpd
start_agent --interval 1
if ! wait_for 15 agent_answers; then
	not_ok "the agent answers through snmpd" "$(tail -n 3 "$TMP/agent.log")"
	finish
fi
reading a
base4=$(snmp_value IPFWAGENT-MIB::ipfwSystemOutForwPackets.ipv4)
base6=$(snmp_value IPFWAGENT-MIB::ipfwSystemOutForwPackets.ipv6)
pings "$C" 80 300 10.2.0.2 && pings "$C" 40 300 fd02::2
sleep 1.1 # the agent's cache time
expect "SNMP ipv4 forwarded" $((base4 + 160)) "$(snmp_value IPFWAGENT-MIB::ipfwSystemOutForwPackets.ipv4)"
expect "SNMP ipv6 forwarded" $((base6 + 80)) "$(snmp_value IPFWAGENT-MIB::ipfwSystemOutForwPackets.ipv6)"
reading b

# agree NAME OBJECT JSON_PATH: in one walk, for each tool reads all MIBs first; no instance is null.
SNMP_FLAGS=-OQU snmp snmpbulkwalk $ROOT_OID >"$TMP/snmp" 2>/dev/null
agree() {
	expect "SNMP and JSON agree: $1" "$(value b "$3")" "$(awk -v o="IPFWAGENT-MIB::$2" \
		'$1 == o { print $3; found = 1 } END { if (!found) print "null" }' "$TMP/snmp")"
}
for f in ipv4 ipv6; do
	for pair in $(jq -r '.[] | select(.group != "traffic") | "\(.column):\(.group).\(.system_key)"' "$top/integrations/figures.json"); do
		agree "$f ${pair#*:}" "ipfwSystem${pair%:*}.$f" ".$f.${pair#*:}"
	done
	# SNMP's own packets on lo move these between the two readings; ipv6 stands still.
	[ $f = ipv4 ] || for pair in InPackets:packets_received InOctets:bytes_received OutPackets:packets_sent OutOctets:bytes_sent; do
		agree "$f ${pair#*:}" "ipfwSystem${pair%:*}.$f" ".$f.traffic.${pair#*:}"
	done
done
for dev in rc rs; do
	index=$(value b ".interfaces.$dev.ifindex")
	for f in total ipv4 ipv6; do
		for pair in $(jq -r '.[] | select(.interface_key) | "\(.column):\(.interface_key)"' "$top/integrations/figures.json"); do
			agree "$dev $f ${pair#*:}" "ipfwIf${pair%:*}.$f.$index" ".interfaces.$dev.$f.${pair#*:}"
		done
	done
	expect "SNMP name of $dev" "$dev" "$(snmp_value "IPFWAGENT-MIB::ipfwIfName.ipv4.$index" | tr -d '"')"
done
expect_match "SNMP rate interval is measured" '^[1-9][0-9]{0,4}( |$)' \
	"$(snmp_value IPFWAGENT-MIB::ipfwSystemRateInterval.ipv4)"

# The order of a walk, and that both kinds of walk see the same objects.
SNMP_FLAGS=-OnQ snmp snmpbulkwalk -Cr50 $ROOT_OID >"$TMP/bulk" 2>&1
SNMP_FLAGS=-OnQ snmp snmpwalk $ROOT_OID >"$TMP/walk" 2>&1
expect_true "snmpbulkwalk is in order" /usr/bin/python3 - "$TMP/bulk" <<'P'
import sys
oids = [tuple(map(int, l.split(" = ")[0].strip(".").split("."))) for l in open(sys.argv[1]) if l.startswith(".")]
assert len(oids) > 60, f"only {len(oids)} objects"
assert oids == sorted(set(oids)), "out of order"
P
expect "snmpwalk and snmpbulkwalk see the same objects" "$(sed 's/ = .*//' "$TMP/walk")" "$(sed 's/ = .*//' "$TMP/bulk")"
kill "$agent" && wait "$agent"
expect "the agent ends with status 0" 0 $?

# An interface that loses IPv6 (a small MTU), and gets it back: what its IPv6 had counted is no IPv4 traffic,
# and what is derived from other counters than before is compared with nothing.
for mtu in 1200 1500; do
	background in_ns "$R" "$BIN" monitor --json --compact -i 0.3 --source kernel >"$TMP/monitor"
	wait_for 20 lines 2
	ip -n "$R" link set rc mtu $mtu
	wait_for 20 lines $(($(wc -l <"$TMP/monitor") + 3))
	kill "$bg" && wait "$bg"
	expect "mtu $mtu: a discontinuity of rc, and of no other" '[1,0]' \
		"$(jq -sc '[map(.interfaces | .rc, .rs | .discontinuity)] | .[0] | [([.[range(0; length; 2)] | select(.)] | length), ([.[range(1; length; 2)] | select(.)] | length)]' "$TMP/monitor")"
	expect "mtu $mtu: no traffic" 0 "$(jq -sc '[.[].interfaces.rc.ipv4 | .rx_packets_delta, .tx_packets_delta, .rx_bytes_delta, .tx_bytes_delta | . // 0] | max' "$TMP/monitor")"
done
finish
