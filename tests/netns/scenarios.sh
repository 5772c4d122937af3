#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the eBPF counters count, packet by packet: routed, refused, fragmented, segmented, local and
# multicast traffic over plain interfaces. For other devices see scenarios_devices.sh.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

plain() {
	local f size
	for f in ipv4 ipv6; do
		for size in 0 18 100 1000 1452; do
			begin
			udp $f 100 $size
			routed $f rc rs 100 $((100 * $(udp_octets $f $size)))
			check "UDP $f $size"
		done
	done
	begin
	for f in ipv4 ipv6; do
		pings "$C" 50 56 ${server[$f]} || not_ok "ping $f" "an echo reply is missing"
		routed $f rc rs 50 $((50 * $(udp_octets $f 56)))
		routed $f rs rc 50 $((50 * $(udp_octets $f 56)))
	done
	check "ping in both directions"
}

# offloads CLIENT... -- ROUTER...: what the client sends and what the router merges. The router's
# output device has none, so that the server's device counts each segment.
offloads() {
	local dev=c0 ns=$C word
	for word; do
		[ "$word" != -- ] || { dev=rc ns=$R && continue; }
		in_ns "$ns" ethtool -K $dev "${word%=*}" "${word#*=}" >/dev/null 2>&1 || [[ $word == *=off ]] ||
			echo "# $dev has no $word here"
	done
}
no_offloads() { offloads tso=off gso=off tx-udp-segmentation=off tx-sctp-segmentation=off tx=off -- gro=off rx-udp-gro-forwarding=off; }
# What the router received, a merged packet counted once.
skbs() { echo $(($(kernel snmp Ip InReceives) + $(kernel6 Ip6InReceives))); }

# merged NAME FLAGS FAMILY ARGS...: the traffic program's ARGS, where the server's device says what was
# on the wire; $supers: how many packets fewer than that the router has seen.
merged() {
	local name=$1 flags=$2 f=$3 before after seen
	begin
	read -ra before <<<"$(wire "$S" s0)"
	seen=$(skbs)
	traffic "$C" "${@:4}"
	settle
	read -ra after <<<"$(wire "$S" s0)"
	seen=$(($(skbs) - seen))
	rx=$((after[0] - before[0])) tx=$((after[2] - before[2]))
	supers=$((rx + tx - seen))
	[ $supers = 0 ] || { super_at rc rx && super_at rs tx; }
	routed "$f" rc rs $rx $((after[1] - before[1]))
	routed "$f" rs rc $tx $((after[3] - before[3]))
	# shellcheck disable=SC2086
	check "$name $f" $flags
}

segmented() {
	local f o name
	fresh
	no_offloads
	for f in ipv4 ipv6; do
		offloads tx=on gso=on -- gro=on
		merged batch "" $f gso ${server[$f]} 9 10 10000 1400
		expect "batch $f: on the wire" 80 $rx
		no_offloads
	done
	for f in ipv4 ipv6; do
		# C makes super-packets and sends them whole; C cuts them and R merges them.
		for o in "TCP, TSO":"tx=on gso=on tso=on" "TCP, GRO":"tx=on gso=on tso=off -- gro=on" \
			"UDP GSO":"tx=on gso=on tx-udp-segmentation=on" \
			"UDP GRO":"tx=on gso=on -- gro=on rx-udp-gro-forwarding=on"; do
			name=${o%%:*}
			[[ $name != *GRO ]] || can_merge || { echo "# nothing is merged here: $name $f" && continue; }
			# shellcheck disable=SC2086
			offloads ${o#*:}
			if [[ $name == TCP* ]]; then
				merged "$name" no-tx $f tcp ${server[$f]} 7 1000000
				expect_true "$name $f: super-packets passed" [ $supers -gt 100 ]
				if [ $f = ipv6 ]; then
					merged "$name with options" no-tx $f with hd tcp ${server[$f]} 7 1000000
					expect_true "$name with options: super-packets passed" [ $supers -gt 100 ]
				fi
			else
				merged "$name" no-tx $f gso ${server[$f]} 9 10 10000 1400
				expect "$name $f: on the wire" 80 $rx
				[ "$name" = "UDP GSO" ] && ! can_merge ||
					expect_true "$name $f: super-packets passed" [ $supers -gt 0 ]
			fi
			no_offloads
		done
	done
	too_big_segments
	# Cut below IP: the device has no offloads; before Linux 6.11 it has to have checksums.
	in_ns "$R" ethtool -K rs tx on >/dev/null
	begin
	traffic "$R" gso 10.2.0.2 9 10 10000 1400
	super_at rs tx
	sent ipv4 rs 80 $((10 * (10000 + 8 * 28)))
	check "sent by the router with GSO" no-tx
	in_ns "$R" ethtool -K rs tx off >/dev/null
	tap_gso
}
# Super-packets whose segments are too big: IPv6 refuses them for their size, which the last one's hides on
# average; IPv4 cuts each segment.
too_big_segments() {
	can_merge || return
	leg tiny 4
	ip -n "$R" link set rtiny mtu 1280
	offloads tx=on gso=on tx-udp-segmentation=on
	begin
	traffic "$C" gso fd04::2 9 20 1500 1400
	super_at rc rx
	received ipv6 rc 40 $((20 * (1500 + 2 * 48)))
	sent ipv6 rc 20 $((20 * 1280))
	check "UDP GSO too big for IPv6"
	begin
	traffic "$C" gso 10.4.0.2 9 20 13000 1400
	super_at rc rx
	# Nine of 1428 octets become 1276 + 172 each.
	received ipv4 rc 200 $((20 * (13000 + 10 * 28)))
	handed_over ipv4 rc 200 $((20 * (13000 + 10 * 28)))
	forwarded ipv4 rc rtiny 200 $((20 * (13000 + 10 * 28)))
	sent ipv4 rtiny 380 $((20 * (13000 + 10 * 28 + 9 * 20)))
	check "UDP GSO in fragments"
	no_offloads
}
# A virtual machine's packets come without a number of segments.
tap_gso() {
	ip -n "$R" tuntap add dev tp0 mode tap vnet_hdr 2>"$TMP/tap" || { lacking tap "$(cat "$TMP/tap")" && return; }
	plug "$R" tp0 && setns "$R" net.ipv6.conf.tp0.disable_ipv6=1
	ip -n "$R" addr add 10.6.0.1/24 dev tp0
	local mac before after
	mac=$(ip -n "$R" -j link show tp0 | jq -r '.[0].address')
	begin
	read -ra before <<<"$(wire "$S" s0)"
	traffic "$R" tapgso tp0 "$mac" 10.6.0.2 10.2.0.2 10
	super_at tp0 rx && super_at rs tx
	routed ipv4 tp0 rs 100 $((10 * (14000 + 10 * 52)))
	check "tap without a number of segments" no-rx no-tx
	read -ra after <<<"$(wire "$S" s0)"
	expect "tap: on the wire" "100 $((10 * (14000 + 10 * 52)))" "$((after[0] - before[0])) $((after[1] - before[1]))"
	begin
	ip -n "$R" link del tp0
	unset 'unknown[tp0 rx]'
	check "its device goes away"
}

sctp() {
	local f
	background in_ns "$S" "$TRAFFIC" sctpd 7 >"$TMP/sctpd" 2>&1
	wait_for 10 grep -q . "$TMP/sctpd"
	grep -q ready "$TMP/sctpd" || { lacking SCTP "$(cat "$TMP/sctpd")" && return; }
	fresh
	for f in ipv4 ipv6; do
		offloads tx=on gso=on tx-sctp-segmentation=on
		merged "SCTP, GSO" no-tx $f sctp ${server[$f]} 7 1000000
		expect_true "SCTP, GSO $f: super-packets passed" [ $supers -gt 100 ]
		no_offloads
	done
}

# 4,000 octets in three fragments: $on_wire is what they are together, $whole the datagrams of them.
sizes() {
	local each=20
	[ "$1" = ipv4 ] || each=48
	on_wire=$((20 * (4008 + 3 * each))) whole=$((20 * (4008 + ${ip_header[$1]})))
}
fragments() {
	local f on_wire whole
	for f in ipv4 ipv6; do
		sizes $f
		begin
		udp $f 20 4000
		routed $f rc rs 60 $on_wire
		check "fragments $f"
	done

	leg small 5
	ip -n "$R" link set rsmall mtu 1280
	begin
	traffic "$C" send fd05::2 9 20 1372
	received ipv6 rc 20 $((20 * 1420))
	sent ipv6 rc 20 $((20 * 1280))
	check "too big for IPv6"
	ip -n "$R" link set rsmall mtu 1000
	begin
	traffic "$C" send 10.5.0.2 9 20 1372
	received ipv4 rc 20 $((20 * 1400))
	handed_over ipv4 rc 20 $((20 * 1400))
	forwarded ipv4 rc rsmall 20 $((20 * 1400))
	sent ipv4 rsmall 40 $((20 * 1420))
	check "output mtu 1000"
	begin
	traffic "$C" send 10.5.0.2 9 20 4000
	received ipv4 rc 60 $((20 * 4068))
	handed_over ipv4 rc 60 $((20 * 4068))
	forwarded ipv4 rc rsmall 60 $((20 * 4068))
	# 1500 becomes 996 + 524 octets, and the last one of 1068 becomes 996 + 92.
	sent ipv4 rsmall 120 $((20 * (4068 + 3 * 20)))
	check "fragments of fragments, output mtu 1000"
}

# A route's MTU that is smaller than the device's. The router's own datagrams heed the device's alone.
route_mtu() {
	local f octets=$((20 * 1420))
	ip -n "$R" route add 10.2.0.2 dev rs mtu 1000
	ip -n "$R" -6 route add fd02::2 dev rs mtu 1300
	begin
	udp ipv4 20 1392
	received ipv4 rc 20 $octets
	handed_over ipv4 rc 20 $octets
	forwarded ipv4 rc rs 20 $octets
	sent ipv4 rs 40 $((octets + 20 * 20))
	check "route's MTU ipv4"
	begin # IPv6 finds it too big only when it leaves
	udp ipv6 20 1372
	received ipv6 rc 20 $octets
	handed_over ipv6 rc 20 $octets
	forwarded ipv6 rc rs 20 $octets
	sent ipv6 rc 20 $((20 * 1280))
	check "route's MTU ipv6"
	for f in ipv4 ipv6; do
		begin
		traffic "$R" send ${server[$f]} 9 20 $((1420 - 8 - ${ip_header[$f]}))
		sent $f rs 20 $octets
		check "route's MTU, sent by the router $f"
	done
	ip -n "$R" route del 10.2.0.2 dev rs
	ip -n "$R" -6 route del fd02::2 dev rs
}

# Conntrack puts them together, and they leave as they came. Linux 5.10 goes on with that as long as
# the namespace lives: so this comes late.
conntrack() {
	local f on_wire whole
	in_ns "$R" nft 'add table inet t; add chain inet t f { type filter hook forward priority 0; };
		add rule inet t f ct state established accept'
	for f in ipv4 ipv6; do
		sizes $f
		begin
		udp $f 20 4000
		received $f rc 60 $on_wire
		handed_over $f rc 20 $whole
		forwarded $f rc rs 20 $whole
		sent $f rs 60 $on_wire
		check "fragments with conntrack $f" held-$f=40 # three are one from then on
	done
	# Of uneven size, as after two links; small ones; of a datagram smaller than any link's MTU.
	refragmented ipv4 "" 976,504,976,504,976,72
	# fentry hooks see each fragment leave; the others compute what will.
	[ "$HOOKS" = netfilter ] && refragmented_more
	in_ns "$R" nft delete table inet t
}
refragmented_more() {
	refragmented ipv4 "" 280,200
	refragmented ipv4 "" 72,976,1480
	refragmented ipv6 f 1232,208,1232,208,1128
	refragmented ipv6 f 248,232
	# With headers in front of that of fragments, and some that are fragmented with the payload.
	refragmented ipv6 hf 1440,1440,1128
	refragmented ipv6 hdrf 1424,1424,1160
	refragmented ipv6 hfd 1440,1440,1128 rs 1440,1440,1144 # the kernel repeats the options
	# Those too long for the link are cut anew.
	leg cut 8
	ip -n "$R" link set rcut mtu 1000
	refragmented ipv4 "" 976,504,976,504,976,72 rcut 976,504,976,504,976,72
	refragmented ipv4 "" 1480,1480,1048 rcut 976,976,976,976,104
	refragmented ipv4 "" 504,1480,1480,544 rcut 976,976,976,976,104
}

# Not routed: received, and the router's own ICMP errors, which quote the whole datagram, are sent.
errors() {
	local f case to ttl size nowhere errors
	for f in ipv4 ipv6; do
		size=$(udp_octets $f 100)
		[ $f = ipv4 ] && nowhere=10.99.0.1 || nowhere=fd99::1
		for case in "TTL 1:${server[$f]} 1" "no route:$nowhere 64"; do
			read -r to ttl <<<"${case#*:}"
			begin
			errors=$(icmp_errors)
			traffic "$C" send "$to" 9 20 100 "$ttl"
			errors=$(($(icmp_errors) - errors))
			received $f rc 20 $((20 * size))
			sent $f rc $errors $((errors * (size + ${ip_header[$f]} + 8)))
			check "${case%%:*} $f"
			[[ $case == no* ]] || expect "${case%%:*} $f: ICMP errors" 20 $errors
		done
	done
}
# A link-local source does not leave its link; the router knows no way back to it.
link_local() {
	ip -n "$C" addr add fe80::2/64 dev c0 nodad
	ip -n "$C" -6 route replace default via fd01::1 dev c0 src fe80::2
	unsettled=1
	begin
	udp ipv6 20 100
	received ipv6 rc 20 $((20 * $(udp_octets ipv6 100)))
	check "link-local source"
	ip -n "$C" -6 route replace default via fd01::1 dev c0
	ip -n "$C" addr del fe80::2/64 dev c0
	unsettled=1
}
# Sent by the router; the kernel limits those of IPv4's routes to a few.
icmp_errors() {
	echo $(($(kernel snmp Icmp OutDestUnreachs) + $(kernel snmp Icmp OutTimeExcds) +
		$(kernel6 Icmp6OutDestUnreachs) + $(kernel6 Icmp6OutTimeExcds)))
}

# What each filter leaves of it.
filters() {
	local f hook bytes
	for hook in prerouting forward postrouting; do
		in_ns "$R" nft "add table inet t; add chain inet t c { type filter hook $hook priority 0; };
			add rule inet t c udp dport 9 drop"
		for f in ipv4 ipv6; do
			bytes=$((50 * $(udp_octets $f 100)))
			begin
			udp $f 50 100
			received $f rc 50 $bytes
			[ $hook = prerouting ] || handed_over $f rc 50 $bytes
			check "drop in $hook $f"
		done
		in_ns "$R" nft delete table inet t
	done
}

# What makes forwarded more than, or unlike, what was handed over; docs/figures.md names each.
unlike() {
	local f hook bytes more
	[ "$HOOKS" = netfilter ] || return 0
	for hook in forward prerouting; do
		for f in ipv4 ipv6; do
			in_ns "$R" nft "add table ${nft_family[$f]} t; add chain ${nft_family[$f]} t c { type filter hook $hook priority 0; };
				add rule ${nft_family[$f]} t c udp dport 9 dup to ${server[$f]} device rs"
			bytes=$((50 * $(udp_octets $f 100)))
			[ $hook-$f = prerouting-ipv4 ] && more=1 || more=2
			begin
			udp $f 50 100
			received $f rc 50 $bytes
			handed_over $f rc 50 $bytes
			forwarded $f rc rs $((more * 50)) $((more * bytes))
			sent $f rs 100 $((2 * bytes))
			check "copies by nftables in $hook $f" held-$f=$((50 - more * 50))
			in_ns "$R" nft delete table ${nft_family[$f]} t
		done
	done
	in_ns "$R" nft "add table inet t; add chain inet t c { type filter hook postrouting priority $((2 ** 31 - 1)); };
		add rule inet t c udp dport 9 drop"
	for f in ipv4 ipv6; do
		bytes=$((50 * $(udp_octets $f 100)))
		begin
		udp $f 50 100
		received $f rc 50 $bytes
		handed_over $f rc 50 $bytes
		forwarded $f rc rs 50 $bytes
		sent $f rs 50 $bytes
		check "drop after every hook $f" no-tx held-$f=-50 # dropped, and forwarded before
	done
	in_ns "$R" nft delete table inet t
}
declare -A nft_family=([ipv4]=ip [ipv6]=ip6)

locally() {
	local f bytes own loop each held to
	for f in ipv4 ipv6; do
		# IPv6 delivers fragments as they came.
		[ $f = ipv4 ] && own=10.2.0.1 loop=127.0.0.1 each=20 held=40 || own=fd02::1 loop=::1 each=48 held=0
		begin
		traffic "$R" send ${server[$f]} 9 50 100
		sent $f rs 50 $((50 * $(udp_octets $f 100)))
		check "sent by the router $f"
		begin
		traffic "$R" send ${server[$f]} 9 20 4000
		sent $f rs 60 $((20 * (4008 + 3 * each)))
		check "sent by the router in fragments $f"
		if [ $f = ipv6 ]; then
			begin
			traffic "$R" with hd send fd02::2 9 20 4000
			sent $f rs 60 $((20 * (4008 + 3 * (40 + 8 + 8 + 8))))
			check "sent by the router in fragments with options"
			begin
			traffic "$R" with m send fd02::2 9 20 4000
			sent $f rs 80 $((20 * (4008 + 4 * 48)))
			check "sent by the router in fragments of 1280 octets"
		fi
		bytes=$((20 * $(udp_octets $f 56)))
		begin
		pings "$C" 20 56 ${own/2/1} || not_ok "ping $f" "an echo reply is missing"
		received $f rc 20 $bytes
		sent $f rc 20 $bytes
		check "the router answers $f"
		begin
		pings "$C" 20 4000 ${own/2/1} || not_ok "ping $f" "an echo reply is missing"
		received $f rc 60 $((20 * (4008 + 3 * each)))
		sent $f rc 60 $((20 * (4008 + 3 * each)))
		check "the router answers fragments $f" held-$f=$held
		for to in $loop $own; do
			begin
			pings "$R" 20 56 $to || not_ok "ping $to" "an echo reply is missing"
			received $f lo 40 $((2 * bytes))
			sent $f lo 40 $((2 * bytes))
			check "the router pings $to"
			expect "the router pings $to: delivered" "$f lo dl 40/$((2 * bytes))" \
				"$(sed -n '/ all /d; / dl /p' "$TMP/moved")"
		done
	done
}

multicast() {
	local f group bytes
	leg m 3
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && group=239.1.1.1 || group=ff0e::11
		bytes=$((50 * $(udp_octets $f 100)))
		background in_ns "$R" "$TRAFFIC" udpd 5000 $group rs >"$TMP/member"
		wait_for 5 grep -q ready "$TMP/member"
		unsettled=1
		begin
		traffic "$R" send $group 5000 50 100 4 rs
		sent $f rs 50 $bytes
		check "own multicast with a member $f" unseen-$f=50
		kill "$bg" && wait "$bg"
		expect "the member received $f" "received 50" "$(tail -n 1 "$TMP/member")"
		unsettled=1

		[ $f = ipv4 ] && group=239.2.2.2 || group=ff0e::12
		background in_ns "$R" "$TRAFFIC" mroute rc rs,rm $group ${client[$f]} 60 >"$TMP/mroute" 2>&1
		wait_for 5 grep -q . "$TMP/mroute"
		if ! grep -q ready "$TMP/mroute"; then
			lacking "multicast routing $f" "$(cat "$TMP/mroute")"
			continue
		fi
		begin
		traffic "$C" send $group 9 50 100 8 c0
		received $f rc 50 $bytes
		# The FORWARD chain sees each copy, the function before it none.
		[ "$HOOKS" = fentry ] || handed_over $f rc 100 $((2 * bytes))
		forwarded $f rc rs 50 $bytes
		forwarded $f rc rm 50 $bytes
		sent $f rs 50 $bytes
		sent $f rm 50 $bytes
		check "multicast routing $f" held-$f=-50 # a copy for each interface
		kill "$bg" && wait "$bg"
		unsettled=1
	done
}

two_namespaces() {
	local bytes=$((70 * 128))
	attach "$S"
	at=$S
	begin
	udp ipv4 70 100
	received ipv4 s0 70 $bytes
	check "the other namespace"
	begin
	pings "$C" 20 56 10.1.0.1
	check "the other namespace, traffic elsewhere"
	at=$R
	begin
	udp ipv4 70 100
	routed ipv4 rc rs 70 $bytes
	check "beside another namespace"
	begin
	pings "$S" 20 56 10.2.0.2
	check "beside another namespace, traffic there"
}

# Both processors count at once, in process context and in interrupts.
two_processors() {
	[ "$(nproc)" -ge 2 ] || { lacking "two processors" "there is one" && return; }
	local n=${SCENARIO_DATAGRAMS:-200000} f p udp
	for f in ipv4 ipv6; do
		begin
		udp=()
		for p in 0 1; do
			taskset -c $p nsenter "--net=/run/netns/$C" "$TRAFFIC" send ${server[$f]} 9 "$n" 64 >"$TMP/sent$p" 2>&1 &
			udp+=($!)
		done
		wait "${udp[@]}"
		expect "two processors $f: sent" "sent $n sent $n" "$(cat "$TMP/sent0" "$TMP/sent1" | paste -sd ' ')"
		routed $f rc rs $((2 * n)) $((2 * n * $(udp_octets $f 64)))
		check "two processors $f"
	done
}

begin_scenarios
for scenario in ${SCENARIOS:-plain fragments route_mtu errors link_local filters unlike locally multicast two_namespaces two_processors \
	conntrack segmented sctp}; do
	run_scenario "$scenario"
done
detach_all
finish
