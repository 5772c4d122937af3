#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Many interfaces: IPv6 counters come with the netlink dump, by the kernel's own numbering, and have
# to equal the files that name them. And readings while interfaces come and go.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

make_router
for i in $(seq 20); do echo "link add many$i type veth peer name peer$i"; done | ip -n "$R" -batch -
for i in $(seq 20); do echo "link set many$i up" && echo "link set peer$i up"; done | ip -n "$R" -batch -
pings "$C" 30 500 10.2.0.2 && pings "$C" 70 900 fd02::2
settle
in_ns "$R" "$BIN" --json --source kernel --include '*' >"$TMP/many.json"
expect "43 interfaces" 43 "$(jq '.interfaces | length' "$TMP/many.json")"

# The numbering was used: no file of an interface was opened.
if [ -r /sys/kernel/btf/vmlinux ]; then
	in_ns "$R" strace -f -e trace=openat -o "$TMP/strace" "$BIN" --json --include '*' >/dev/null
	expect "the kernel's numbering serves" 0 "$(grep -c dev_snmp6 "$TMP/strace")"
fi

# wanted IF COLUMN...: sum of the columns of the interface's file.
wanted() { in_ns "$R" awk -v c=" ${*:2} " 'index(c, " " $1 " ") { n += $2 } END { print n + 0 }' "/proc/net/dev_snmp6/$1"; }
new=$(in_ns "$R" grep -c OutTransmits /proc/net/snmp6)
for i in rc rs lo many1 peer1 many20; do
	got() { jq -r --arg i "$i" ".interfaces[\$i].ipv6.$1" "$TMP/many.json"; }
	expect "$i rx_packets" "$(wanted $i Ip6InNoECTPkts Ip6InECT1Pkts Ip6InECT0Pkts Ip6InCEPkts)" "$(got rx_packets)"
	expect "$i rx_bytes" "$(wanted $i Ip6InOctets)" "$(got rx_bytes)"
	if [ "$new" = 1 ]; then
		expect "$i tx_packets" "$(wanted $i Ip6OutTransmits)" "$(got tx_packets)"
		expect "$i forwarded_out_packets" \
			$(($(wanted $i Ip6OutTransmits) - $(wanted $i Ip6OutRequests))) "$(got forwarded_out_packets)"
	else
		expect "$i tx_packets" "$(wanted $i Ip6OutRequests Ip6OutForwDatagrams)" "$(got tx_packets)"
		expect "$i forwarded_out_packets" "$(wanted $i Ip6OutForwDatagrams)" "$(got forwarded_out_packets)"
	fi
done
expect_true "the router's interface has traffic" [ "$(jq '.interfaces.rc.ipv6.rx_packets' "$TMP/many.json")" -ge 70 ]

# A bridge counts received octets without the Ethernet header: the IPv4 octets are IP octets all the same.
ip -n "$R" link add br0 type bridge
ip -n "$R" link add port0 type veth peer name host0 netns "$C"
ip -n "$R" link set port0 master br0
for i in port0 br0; do ip -n "$R" link set "$i" addrgenmode none && ip -n "$R" link set "$i" up; done
ip -n "$C" link set host0 addrgenmode none
ip -n "$C" link set host0 up
ip -n "$R" addr add 10.9.0.1/24 dev br0 && ip -n "$C" addr add 10.9.0.2/24 dev host0
neighbour "$C" host0 "$R" br0 10.9.0.1
neighbour "$R" br0 "$C" host0 10.9.0.2
wait_for 10 in_ns "$C" ping -c1 -W1 10.9.0.1
settle
bridge() { in_ns "$R" "$BIN" --json --source kernel | jq -r ".interfaces.br0.ipv4.$1"; }
rx=$(bridge rx_bytes)
pings "$C" 100 100 10.9.0.1
settle
expect "bridge rx_bytes" 12800 $(($(bridge rx_bytes) - rx))

# Interfaces come and go; every reading is whole and holds those that stay.
background in_ns "$R" bash -c 'while :; do
	ip link add churn0 type veth peer name churn1; ip link set churn0 up; ip link del churn0; done' >/dev/null 2>&1
bad=0
for _ in $(seq 100); do
	in_ns "$R" "$BIN" --json --source kernel >"$TMP/churn.json" 2>"$TMP/churn.err" &&
		jq -en 'input | .interfaces | has("rc") and has("rs") and has("many1") and has("peer20")' "$TMP/churn.json" \
			>/dev/null || bad=$((bad + 1))
done
expect "100 readings while interfaces come and go" "0 " "$bad $(head -c 300 "$TMP/churn.err")"
finish
