#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the eBPF counters count on other devices than plain ones: bridges, macvlan, tunnels, IPsec,
# VLAN, bond, VRF, GRE. Those that the kernel lacks are left out without a word unless
# IPFW_ALL_DEVICES=1: tests/kernels runs them in kernels that have them all.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

# through NAME IF ADDRESS4 ADDRESS6 NS [LOWER [TAG]]: datagrams to and from NS, which is behind the
# router's IF; LOWER is the device below it, where IP sees nothing, and the device whole frames.
through() {
	local f to octets frames
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=$3 || to=$4
		octets=$((100 * $(udp_octets $f 100)))
		frames=$((octets + 100 * (14 + ${7:-0})))
		begin
		traffic "$5" send "${server[$f]}" 9 100 100
		routed $f "$2" rs 100 $octets
		[ -z "${6:-}" ] || beyond "$6" rx 100 $frames
		check "$1 in $f"
		begin
		udp_to "$to"
		routed $f rc "$2" 100 $octets
		[ -z "${6:-}" ] || beyond "$6" tx 100 $frames
		check "$1 out $f"
	done
}
udp_to() { traffic "$C" send "$1" 9 100 100; }

macvlan() {
	leg mac
	ip -n "$R" link add mv0 link rmac type macvlan mode bridge 2>/dev/null || { lacking macvlan "no such device" && return; }
	plug "$R" mv0
	number 3 mv0 "$leg" mac0
	through macvlan mv0 10.3.0.2 fd03::2 "$leg" rmac
	ip -n "$R" link del mv0
}

vlan() {
	device VLAN link rc type vlan id 10 || return
	leg vlan
	ip -n "$R" link add link rvlan name v10 type vlan id 10
	ip -n "$leg" link add link vlan0 name v10 type vlan id 10
	plug "$R" v10 && plug "$leg" v10
	number 3 v10 "$leg" v10
	through VLAN v10 10.3.0.2 fd03::2 "$leg" rvlan 4
	ip -n "$R" link del v10
}

bond() {
	device bond type bond mode balance-rr || return
	leg bond
	ip -n "$R" link add bond9 type bond mode balance-rr miimon 100
	ip -n "$R" link set rbond down
	ip -n "$R" link set rbond master bond9
	plug "$R" bond9
	wait_for 10 bond_up
	number 3 bond9 "$leg" bond0
	through bond bond9 10.3.0.2 fd03::2 "$leg" rbond
	ip -n "$R" link del bond9
}
bond_up() { ip -n "$R" link show bond9 | grep -q LOWER_UP; }

# Both routing and bridging, with and without br_netfilter, which lets bridged frames pass the hooks.
bridge() {
	local one two call f to octets
	leg ba && one=$leg
	leg bb && two=$leg
	ip -n "$R" link add br0 type bridge 2>/dev/null || { lacking bridge "no such device" && return; }
	plug "$R" br0
	ip -n "$R" link set rba master br0 && ip -n "$R" link set rbb master br0
	number 3 br0 "$one" ba0
	ip -n "$two" addr add 10.3.0.3/24 dev bb0 && ip -n "$two" addr add fd03::3/64 dev bb0 nodad
	neighbour "$one" ba0 "$two" bb0 10.3.0.3 fd03::3
	neighbour "$two" bb0 "$one" ba0 10.3.0.2 fd03::2
	wait_for 10 in_ns "$one" ping -c1 -W1 10.3.0.3 # and the bridge knows both
	for call in 0 1; do
		[ "$call" = 0 ] || in_ns "$R" test -e /proc/sys/net/bridge/bridge-nf-call-iptables || {
			lacking br_netfilter "there is no net.bridge.bridge-nf-call-iptables"
			break
		}
		setns "$R" net.bridge.bridge-nf-call-iptables=$call net.bridge.bridge-nf-call-ip6tables=$call 2>/dev/null
		through "bridge, br_netfilter $call" br0 10.3.0.2 fd03::2 "$one" rba
		for f in ipv4 ipv6; do
			[ $f = ipv4 ] && to=10.3.0.3 || to=fd03::3
			octets=$((100 * ($(udp_octets $f 100) + 14)))
			begin
			traffic "$one" send $to 9 100 100
			beyond rba rx 100 $octets
			beyond rbb tx 100 $octets
			check "bridged, br_netfilter $call $f"
		done
	done
	ip -n "$R" link del br0
}

vrf() {
	local v1 v2 f to octets
	device VRF type vrf table 10 || return
	leg va && v1=$leg
	leg vb && v2=$leg
	ip -n "$R" link add vrf0 type vrf table 10
	ip -n "$R" link set vrf0 up
	ip -n "$R" link set rva master vrf0 && ip -n "$R" link set rvb master vrf0
	number 6 rva "$v1" va0
	number 7 rvb "$v2" vb0
	ip -n "$R" link set rvb alias "customer 7"
	expect "VRF: who is in it" '["vrf0","vrf0","customer 7",null,null]' \
		"$("$BIN" --json --netns "$R" | jq -c '.interfaces | [.rva.vrf, .rvb.vrf, .rvb.alias, .vrf0.vrf, .rc.vrf]')"
	expect "VRF: in metrics" 1 "$("$BIN" --prometheus --netns "$R" |
		grep -cxF 'ipfw_interface_info{device="rvb",vrf="vrf0",alias="customer 7"} 1')"
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.7.0.2 || to=fd07::2
		begin
		traffic "$v1" send $to 9 100 100
		routed $f rva rvb 100 $((100 * $(udp_octets $f 100)))
		beyond vrf0 rx 100 $((100 * $(udp_octets $f 100))) # what its ports receive, once more
		check "VRF $f"
	done
	# Routes that lead into the VRF, and out of it.
	ip -n "$R" route add 10.7.0.0/24 dev vrf0 && ip -n "$R" -6 route add fd07::/64 dev vrf0
	ip -n "$R" route add 10.1.0.0/24 dev rc table 10 && ip -n "$R" -6 route add fd01::/64 dev rc table 10
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.7.0.2 || to=fd07::2
		octets=$((100 * $(udp_octets $f 100)))
		begin
		udp_to $to
		routed $f rc rvb 100 $octets
		beyond vrf0 tx 100 $((octets + 100 * 14)) # in frames
		check "to a VRF $f" no-tx
		begin
		traffic "$v2" send "${client[$f]}" 9 100 100
		routed $f rvb rc 100 $octets
		beyond vrf0 rx 100 $octets
		check "from a VRF $f"
	done
	ip -n "$R" link del vrf0
}

dummy() {
	device dummy type dummy || return
	ip -n "$R" link add dummy9 type dummy
	plug "$R" dummy9
	ip -n "$R" addr add 10.3.0.1/24 dev dummy9
	ip -n "$R" neigh replace 10.3.0.2 lladdr 02:00:00:00:00:02 dev dummy9 nud permanent
	begin
	udp_to 10.3.0.2
	routed ipv4 rc dummy9 100 12800
	check dummy
	ip -n "$R" link del dummy9
}

# tunnel NAME OVERHEAD OUTER: from tn0 of the router, over rs, to tn0 of the server; OUTER is the
# family on the wire, and tunnelled packets are the router's own there.
tunnel() {
	local f octets outer to back via
	ip -n "$R" link set tn0 addrgenmode none && ip -n "$S" link set tn0 addrgenmode none
	ip -n "$R" link set tn0 up && ip -n "$S" link set tn0 up
	ip -n "$R" addr add 10.8.0.1/24 dev tn0 && ip -n "$S" addr add 10.8.0.2/24 dev tn0
	ip -n "$R" addr add fd08::1/64 dev tn0 nodad && ip -n "$S" addr add fd08::2/64 dev tn0 nodad
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.8.0.2 || to=fd08::2
		[ $f = ipv4 ] && back=10.1.0.0/24 via=10.8.0.1 || back=fd01::/64 via=fd08::1
		if [ "${4:-}" = ethernet ]; then
			neighbour "$R" tn0 "$S" tn0 $to
			neighbour "$S" tn0 "$R" tn0 $via
		fi
		octets=$((100 * $(udp_octets $f 100)))
		outer=$((octets + 100 * $2))
		begin
		udp_to $to
		routed $f rc tn0 100 $octets
		sent "$3" rs 100 $outer
		check "$1 out $f"
		ip -n "$S" route add $back via $via dev tn0
		begin
		traffic "$S" send ${client[$f]} 9 100 100
		received "$3" rs 100 $outer
		routed $f tn0 rc 100 $octets
		check "$1 in $f"
		ip -n "$S" route del $back via $via dev tn0
	done
	if [ "${4:-}$3" = ethernetipv4 ]; then
		# Received fragments have no room for its headers: they are cut anew, by the largest one's size.
		in_ns "$R" nft 'add table inet t; add chain inet t f { type filter hook forward priority 0; };
			add rule inet t f ct state established accept'
		refragmented ipv4 "" 976,504,976,504,976,72 tn0 976,976,976,976,104 "$2"
		in_ns "$R" nft delete table inet t
	fi
	ip -n "$R" link del tn0
	ip -n "$S" link del tn0
}
tunnels() {
	local f own peer
	for f in ipv4 ipv6; do
		own=10.2.0.1 peer=${server[$f]}
		[ $f = ipv4 ] || own=fd02::1
		if ip -n "$R" link add tn0 type vxlan id 7 local $own remote "$peer" dstport 4789 dev rs 2>"$TMP/probe"; then
			ip -n "$S" link add tn0 type vxlan id 7 local "$peer" remote $own dstport 4789 dev s0
			tunnel "vxlan over $f" $((${ip_header[$f]} + 8 + 8 + 14)) $f ethernet
		else
			lacking "vxlan over $f" "$(cat "$TMP/probe")"
		fi
	done
	device GRE type gre local 10.2.0.1 remote 10.2.0.2 || return
	ip -n "$R" link add tn0 type gre local 10.2.0.1 remote 10.2.0.2
	ip -n "$S" link add tn0 type gre local 10.2.0.2 remote 10.2.0.1
	no_header tn0
	tunnel GRE 24 ipv4
	unset 'unknown[tn0 rx]' 'unknown[tn0 tx]'
}

# esp NAME SIZE4 SIZE6 ALGORITHM...: what 100 octets of UDP become in IPv4 and in IPv6.
esp() {
	local f own peer net host inner size
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && size=$((100 * $2)) || size=$((100 * $3))
		esp_tunnel $f "${@:4}" || return
		inner=$((100 * $(udp_octets $f 100)))
		begin
		udp $f 100 100
		received $f rc 100 $inner
		handed_over $f rc 100 $inner
		forwarded $f rc rs 100 $inner
		sent $f rs 100 $size
		check "$1 out $f"
		begin
		traffic "$S" send "${client[$f]}" 9 100 100
		received $f rs 100 $size
		routed $f rs rc 100 $inner # received there once more, as the kernel counts it
		check "$1 in $f"
		# What it is to go through is known only after SNAT.
		ip -n "$R" xfrm policy del src "$net" dst "$host" dir out
		policy "$R" out "$own" "$peer" "$own" "$peer"
		in_ns "$R" nft "add table inet masq; add chain inet masq c { type nat hook postrouting priority 100; };
			add rule inet masq c oif rs masquerade"
		begin
		udp $f 100 100
		received $f rc 100 $inner
		handed_over $f rc 100 $inner
		forwarded $f rc rs 100 $inner
		sent $f rs 100 $size
		check "$1 after SNAT $f"
		in_ns "$R" nft delete table inet masq
		ip -n "$R" xfrm policy del src "$own" dst "$peer" dir out
		policy "$R" out "$net" "$host" "$own" "$peer"
		esp_merged "$1" $f
		no_esp
	done
}

# offload insmod|rmmod: the modules that leave ESP to the devices, where they are files of a guest's
# (tests/kernels); elsewhere they are not touched.
offload() {
	local m
	for m in esp4_offload esp6_offload; do
		if [ "$1" = insmod ]; then
			[ -e /sys/module/$m ] || insmod "${IPFW_MODULES:-}/$m.ko"
		else
			[ -z "${IPFW_MODULES:-}" ] || rmmod $m
		fi >"$TMP/modules" 2>&1 || return
	done
}

# The first of the ciphers that the kernel has, and one with its own authentication. First where devices
# may encrypt, for which the kernel stands in if they cannot.
ipsec() {
	local key16 key20 key32 name
	key16=0x$(printf '02%.0s' {1..16}) key20=0x$(printf '01%.0s' {1..20}) key32=0x$(printf '01%.0s' {1..32})
	for name in "IPsec, offloaded" IPsec; do
		if [ "$name" != IPsec ]; then
			offload insmod || { lacking "$name" "$(tail -n 1 "$TMP/modules")" && continue; }
		else
			offload rmmod || lacking "$name alone" "$(tail -n 1 "$TMP/modules")"
		fi
		esp "$name" 160 200 auth digest_null "" enc "ecb(cipher_null)" ""
		[ ! -s "$TMP/xfrm" ] || esp "$name" 200 236 auth "hmac(sha1)" "$key20" enc "cbc(aes)" "$key16"
		[ ! -s "$TMP/xfrm" ] || esp "$name" 200 236 auth "hmac(sha256)" "$key32" enc "cbc(aes)" "$key16"
		[ ! -s "$TMP/xfrm" ] || { lacking "$name" "$(tail -n 1 "$TMP/xfrm")" && continue; }
		esp "$name, AEAD" 184 224 aead "rfc4106(gcm(aes))" "$key20" 128
		[ ! -s "$TMP/xfrm" ] || echo "# $name, AEAD: $(tail -n 1 "$TMP/xfrm")" # not there in the guests of 5.10 and 6.1
	done
}

begin_scenarios
for scenario in ${SCENARIOS:-macvlan bridge tunnels vlan bond vrf dummy ipsec}; do run_scenario "$scenario"; done
detach_all
finish
