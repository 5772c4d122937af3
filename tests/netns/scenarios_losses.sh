#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What is lost, and why: packets of a known number are lost in each of many ways, and each has to be in
# just one row of the drops; what was delivered, refused and dropped by interface has to fit.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"
losses=1

# nft RULES: a table of that name in the router, for one scenario.
nft() { in_ns "$R" nft "add table inet t; $1"; }
no_nft() { in_ns "$R" nft delete table inet t; }
chain() { echo "add chain inet t c { type filter hook $1 priority ${2:-0}; }; add rule inet t c udp dport 9 ${3:-drop}"; }

# udp_lost NAME FAMILY TO OUT STAGE REASON [COUNT]: UDP to that address is lost that way.
udp_lost() {
	local n=${7:-20} bytes
	bytes=$((n * $(udp_octets "$2" 100)))
	begin
	traffic "$C" send "$3" 9 "$n" 100
	received "$2" rc "$n" $bytes
	[[ $5 = input ]] || handed_over "$2" rc "$n" $bytes
	[[ $5 != output ]] || { forwarded "$2" rc "$4" "$n" $bytes && sent "$2" "$4" "$n" $bytes; }
	lost "$2" rc "$4" "$5" "$6" "$n" $bytes
	check "$1 $2"
}

filters() {
	local f
	for f in ipv4 ipv6; do
		nft "$(chain prerouting)"
		udp_lost "nft drop in PREROUTING" $f ${server[$f]} "" input NETFILTER_DROP 33
		no_nft
		nft "$(chain forward)"
		udp_lost "nft drop in FORWARD" $f ${server[$f]} "" forward NETFILTER_DROP 31
		no_nft
		nft "$(chain postrouting)"
		udp_lost "nft drop in POSTROUTING" $f ${server[$f]} rs forward NETFILTER_DROP 32
		no_nft
	done
	for f in ipv4 ipv6; do
		nft "$(chain input)"
		begin
		[ $f = ipv4 ] && traffic "$C" send 10.1.0.1 9 20 100 || traffic "$C" send fd01::1 9 20 100
		received $f rc 20 $((20 * $(udp_octets $f 100)))
		lost $f rc "" input NETFILTER_DROP 20 $((20 * $(udp_octets $f 100)))
		check "nft drop in INPUT $f"
		no_nft
	done
}

# What the router itself sends.
own_refused() {
	local f
	for f in ipv4 ipv6; do
		nft "$(chain output)"
		begin
		in_ns "$R" "$TRAFFIC" send ${server[$f]} 9 1 100 >/dev/null 2>&1 # EPERM
		lost $f "" rs output NETFILTER_DROP 1 "$(udp_octets $f 100)"
		check "nft drop in OUTPUT $f"
		no_nft
	done
}

routes() {
	local kind f to
	for kind in blackhole unreachable prohibit; do
		ip -n "$R" route add $kind 10.77.0.0/24
		ip -n "$R" -6 route add $kind fd77::/64
		for f in ipv4 ipv6; do
			[ $f = ipv4 ] && to=10.77.0.1 || to=fd77::1
			lost_for_route "$kind route" $f $to
		done
		ip -n "$R" route del $kind 10.77.0.0/24
		ip -n "$R" -6 route del $kind fd77::/64
	done
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.99.0.1 || to=fd99::1
		lost_for_route "no route" $f $to
	done
}
# lost_somehow NAME FAMILY OUT STAGE COUNT OCTETS REGEX: the reason's name, which differs between kernels,
# is read; all else is as said.
lost_somehow() {
	local reason
	[ "$has_drops" = true ] || return
	settle
	reading b
	reason=$(moved | sed -n "s/^$2 rc>$3,$4,\([A-Z0-9_]*\) drop .*/\1/p")
	expect_match "$1 $2: reason" "^($7)\$" "$reason"
	lost "$2" rc "$3" "$4" "$reason" "$5" "$6"
}
lost_for_route() { # NAME FAMILY TO
	local bytes errors
	bytes=$((26 * $(udp_octets "$2" 100)))
	begin
	errors=$(icmp_errors)
	traffic "$C" send "$3" 9 26 100
	errors=$(($(icmp_errors) - errors))
	received "$2" rc 26 $bytes
	sent "$2" rc $errors $((errors * ($(udp_octets "$2" 100) + ${ip_header[$2]} + 8)))
	lost_somehow "$1" "$2" "" input 26 $bytes 'NOT_SPECIFIED|IP_INNOROUTES|IP_OUTNOROUTES'
	check "$1 $2"
}
icmp_errors() {
	echo $(($(kernel snmp Icmp OutDestUnreachs) + $(kernel snmp Icmp OutTimeExcds) +
		$(kernel6 Icmp6OutDestUnreachs) + $(kernel6 Icmp6OutTimeExcds)))
}

ttl() {
	local f bytes
	for f in ipv4 ipv6; do
		bytes=$((21 * $(udp_octets $f 100)))
		begin
		udp $f 21 100 1
		received $f rc 21 $bytes
		sent $f rc 21 $((bytes + 21 * (${ip_header[$f]} + 8)))
		lost $f rc "" input IP_INHDR 21 $bytes
		check "TTL 1 $f"
	done
}

# Datagrams with a source that the router does not believe.
sources() {
	local case from reasons
	setns "$R" net.ipv4.conf.rc.rp_filter=1
	for case in "rp_filter 10.55.0.2 IP_RPFILTER" \
		"own address as the source 10.1.0.1 IP_LOCAL_SOURCE|IP_RPFILTER|NOT_SPECIFIED" \
		"martian source 127.0.0.9 IP_INVALID_SOURCE|IP_LOCALNET|IP_RPFILTER|NOT_SPECIFIED"; do
		read -r from reasons <<<"$(awk '{ print $(NF - 1), $NF }' <<<"$case")"
		begin
		frames ipv4 "$from" 28
		received ipv4 rc 28 $((28 * 128))
		lost_somehow "${case% * *}" ipv4 "" input 28 $((28 * 128)) "$reasons"
		check "${case% * *}"
	done
	setns "$R" net.ipv4.conf.rc.rp_filter=0
}
# frames FAMILY SOURCE COUNT [FAULT]: UDP from the client to the server, made octet by octet.
frames() {
	local own gateway
	own=$(ip -n "$C" -j link show c0 | jq -r '.[0].address')
	gateway=$(ip -n "$R" -j link show rc | jq -r '.[0].address')
	in_ns "$C" /usr/bin/python3 - "$own" "$gateway" "${server[$1]}" "$@" <<-'P' || not_ok frames "not sent"
		import socket, struct, sys
		own, gateway, to, family, source, count, *fault = sys.argv[1:]
		fault = fault[0] if fault else ""
		udp = struct.pack("!HHHH", 999, 9, 108, 1 if fault == "udp" else 0) + bytes(100)
		if family == "ipv4":
		    def header(sum):
		        return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 128, 0, 0, 64, 17, sum,
		            socket.inet_aton(source), socket.inet_aton(to))
		    words = sum(struct.unpack("!10H", header(0)))
		    words = (words & 0xffff) + (words >> 16)
		    ip = header(~((words & 0xffff) + (words >> 16)) & 0xffff ^ (1 if fault == "checksum" else 0))
		else:
		    ip = struct.pack("!IHBB16s16s", 0x50000000 if fault == "version" else 0x60000000, 108, 17, 64,
		        socket.inet_pton(socket.AF_INET6, source), socket.inet_pton(socket.AF_INET6, to))
		mac = lambda text: bytes.fromhex(text.replace(":", ""))
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("c0", 0))
		for _ in range(int(count)):
		    s.send(mac(gateway) + mac(own) + (b"\x08\x00" if family == "ipv4" else b"\x86\xdd") + ip + udp)
	P
}
# A faulty header is not IP yet: it is on the device, not received.
headers() {
	begin
	frames ipv4 10.1.0.2 24 checksum
	beyond rc rx 24 $((24 * 142)) # with the link's header
	lost ipv4 rc "" link IP_CSUM 24 $((24 * 128))
	check "header checksum" unseen-ipv4=24
	begin
	frames ipv6 fd01::2 25 version
	beyond rc rx 25 $((25 * 162))
	lost_somehow "header version" ipv6 "" link 25 $((25 * 148)) 'IP_INHDR|UNHANDLED_PROTO|NOT_SPECIFIED'
	check "header version"
}

# DF and a link that is too small; IPv6 never cuts on the way.
too_big() {
	leg small 5
	ip -n "$R" link set rsmall mtu 1300
	begin
	in_ns "$C" /usr/bin/python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, 10, 3) # IP_MTU_DISCOVER, IP_PMTUDISC_PROBE: DF, and send what it is told
for _ in range(22): s.sendto(bytes(1372), ("10.5.0.2", 9))'
	received ipv4 rc 22 $((22 * 1400))
	sent ipv4 rc 22 $((22 * 576))
	lost ipv4 rc "" input PKT_TOO_BIG 22 $((22 * 1400))
	check "too big ipv4"
	begin
	traffic "$C" send fd05::2 9 23 1372
	received ipv6 rc 23 $((23 * 1420))
	sent ipv6 rc 23 $((23 * 1280))
	lost ipv6 rc "" input PKT_TOO_BIG 23 $((23 * 1420))
	check "too big ipv6"
}

# The next hop does not answer: forwarded, and lost on the output interface.
neighbours() {
	local f to errors asked
	failed() { ip -n "$R" neigh show "$1" | grep -q FAILED; }
	fresh
	setns "$R" net.ipv4.neigh.rs.{mcast_solicit=1,retrans_time_ms=200} net.ipv6.neigh.rs.{mcast_solicit=1,retrans_time_ms=200}
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.2.0.9 || to=fd02::9
		begin
		errors=$(icmp_errors)
		asked=$(kernel6 Icmp6OutNeighborSolicits)
		traffic "$C" send $to 9 27 100
		wait_for 5 failed "$to"
		errors=$(($(icmp_errors) - errors))
		routed $f rc rs 27 $((27 * $(udp_octets $f 100)))
		sent $f rc $errors $((errors * ($(udp_octets $f 100) + ${ip_header[$f]} + 8)))
		asked=$(($(kernel6 Icmp6OutNeighborSolicits) - asked))
		sent ipv6 rs $asked $((asked * 72))
		lost_somehow "neighbour that does not answer" $f rs output 27 $((27 * $(udp_octets $f 100))) \
			'NEIGH_FAILED|NOT_SPECIFIED'
		check "neighbour that does not answer $f"
	done
	fresh
}

# What a queue drops it counts itself.
queues() {
	local f n bytes
	for f in ipv4 ipv6; do
		fresh
		in_ns "$R" tc qdisc add dev rs root tbf rate 20kbit burst 1600 limit 1600 2>"$TMP/tc" ||
			{ lacking "queue tbf" "$(head -n 1 "$TMP/tc")" && return; }
		bytes=$(udp_octets $f 100)
		begin
		udp $f 60 100
		n=$(in_ns "$R" tc -s -j qdisc show dev rs | jq '.[0].drops')
		expect_true "tbf $f: drops" [ "$n" -gt 20 ]
		routed $f rc rs 60 $((60 * bytes))
		lost_somehow tbf $f rs output "$n" $((n * bytes)) 'QDISC_[A-Z]*|NOT_SPECIFIED'
		check "tbf $f"
		in_ns "$R" tc qdisc del dev rs root
	done
	fresh
}

# A link that went down under traffic.
carrier() {
	local f bytes
	fresh
	ip -n "$S" link set s0 down
	for f in ipv4 ipv6; do
		bytes=$((20 * $(udp_octets $f 100)))
		ip -n "$R" route replace ${server[$f]} dev rs 2>/dev/null || ip -n "$R" -6 route replace ${server[$f]} dev rs
	done
	settle
	for f in ipv4 ipv6; do
		bytes=$((20 * $(udp_octets $f 100)))
		begin
		udp $f 20 100
		if [ "$(in_ns "$R" ip "-${f#ipv}" route get ${server[$f]} | grep -c "dev rs")" = 1 ]; then
			routed $f rc rs 20 $bytes
			lost_somehow "no carrier" $f rs output 20 $bytes '[A-Z_]+'
		fi
		check "no carrier $f" no-tx
	done
	ip -n "$S" link set s0 up
	fresh
}

# What was delivered, and lost behind it.
sockets() {
	local f n own bytes
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && own=10.1.0.1 || own=fd01::1
		bytes=$(udp_octets $f 1000)
		background in_ns "$R" /usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
s.bind((sys.argv[1], 5001)); print("ready", flush=True); time.sleep(600)' $own >"$TMP/deaf"
		wait_for 5 grep -q ready "$TMP/deaf"
		begin
		n=$(buffer_errors $f)
		traffic "$C" send $own 5001 300 1000
		n=$(($(buffer_errors $f) - n))
		expect_true "socket buffer $f: datagrams are lost" [ "$n" -gt 250 ]
		received $f rc 300 $((300 * bytes))
		delivered $f rc 300 $((300 * bytes))
		lost $f rc "" local SOCKET_RCVBUFF "$n" $((n * bytes))
		check "socket buffer $f"
		kill "$bg" && wait "$bg" 2>/dev/null
		bytes=$(udp_octets $f 100)
		begin
		n=$(icmp_errors)
		traffic "$C" send $own 5001 20 100
		n=$(($(icmp_errors) - n))
		received $f rc 20 $((20 * bytes))
		delivered $f rc 20 $((20 * bytes))
		sent $f rc "$n" $((n * (bytes + ${ip_header[$f]} + 8)))
		lost $f rc "" local NO_SOCKET 20 $((20 * bytes))
		check "no socket $f"
	done
}
buffer_errors() { if [ "$1" = ipv4 ]; then kernel snmp Udp RcvbufErrors; else kernel6 Udp6RcvbufErrors; fi; }

# Copies for those who look on are no losses.
onlookers() {
	local f
	background in_ns "$R" /usr/bin/python3 -c '
import socket, time
sockets = []
for d in "rc", "rs":
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)); s.bind((d, 0))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1); sockets.append(s)
print("ready", flush=True); time.sleep(600)' >"$TMP/onlooker"
	wait_for 5 grep -q ready "$TMP/onlooker"
	for f in ipv4 ipv6; do
		begin
		udp $f 200 100
		routed $f rc rs 200 $((200 * $(udp_octets $f 100)))
		check "packet sockets that overflow $f"
	done
	kill "$bg"
}

# A batch is dropped as one, and is as many packets as were on the wire.
batches() {
	local f
	fresh
	in_ns "$C" ethtool -K c0 tx on gso on tx-udp-segmentation on >/dev/null 2>&1 || return
	nft "$(chain forward)"
	for f in ipv4 ipv6; do
		begin
		traffic "$C" gso ${server[$f]} 9 10 10000 1400
		super_at rc rx
		received $f rc 80 $((10 * (10000 + 8 * (8 + ${ip_header[$f]}))))
		handed_over $f rc 80 $((10 * (10000 + 8 * (8 + ${ip_header[$f]}))))
		lost $f rc "" forward NETFILTER_DROP 80 $((10 * (10000 + 8 * (8 + ${ip_header[$f]}))))
		check "batch dropped by a filter $f"
	done
	no_nft
	in_ns "$C" ethtool -K c0 tx off gso off tx-udp-segmentation off >/dev/null 2>&1
	fresh
}

# A filter that answers: its ICMP errors and resets are packets of the router's own.
rejects() {
	local f n bytes
	for f in ipv4 ipv6; do
		nft "$(chain forward 0 "reject with icmpx admin-prohibited")"
		bytes=$((20 * $(udp_octets $f 100)))
		begin
		n=$(icmp_errors)
		udp $f 20 100
		n=$(($(icmp_errors) - n))
		received $f rc 20 $bytes
		handed_over $f rc 20 $bytes
		lost $f rc "" forward NETFILTER_DROP 20 $bytes
		sent $f rc "$n" $((n * ($(udp_octets $f 100) + ${ip_header[$f]} + 8)))
		check "nft reject in FORWARD $f"
		expect "nft reject in FORWARD $f: answers" 20 "$n"
		no_nft
		nft "add chain inet t c { type filter hook forward priority 0; }; add rule inet t c tcp dport 9 reject with tcp reset"
		bytes=$((5 * (${ip_header[$f]} + 40))) # a SYN with its options
		begin
		in_ns "$C" /usr/bin/python3 -c '
import socket, sys
for _ in range(5):
    try: socket.create_connection((sys.argv[1], 9))
    except ConnectionRefusedError: continue
    sys.exit(1)' ${server[$f]} || not_ok "nft reject with a reset $f" "no reset came"
		received $f rc 5 $bytes
		handed_over $f rc 5 $bytes
		lost $f rc "" forward NETFILTER_DROP 5 $bytes
		sent $f rc 5 $((5 * (${ip_header[$f]} + 20)))
		check "nft reject with a reset $f"
		no_nft
	done
}

# What conntrack finds wrong.
invalid() {
	local f bytes
	for f in ipv4 ipv6; do
		nft "add chain inet t c { type filter hook forward priority 0; }; add rule inet t c ct state invalid drop"
		bytes=$((20 * $(udp_octets $f 100)))
		begin
		[ $f = ipv4 ] && frames ipv4 10.1.0.2 20 udp || frames ipv6 fd01::2 20 udp
		received $f rc 20 $bytes
		handed_over $f rc 20 $bytes
		lost $f rc "" forward NETFILTER_DROP 20 $bytes
		check "conntrack: invalid $f"
		begin
		udp $f 20 100
		routed $f rc rs 20 $bytes
		check "conntrack: valid $f"
		no_nft
	done
}

# Policies of IPsec that block: of what is forwarded, on its way out, and of what is for the router.
policies() {
	local f from to own bytes dir
	ip -n "$R" xfrm policy list >/dev/null 2>"$TMP/xfrm" || { lacking "IPsec policies" "$(head -n 1 "$TMP/xfrm")" && return; }
	for f in ipv4 ipv6; do
		from=${client[$f]} to=${server[$f]} own=10.1.0.1 bytes=$((20 * $(udp_octets $f 100)))
		[ $f = ipv4 ] || own=fd01::1
		for dir in fwd out; do
			ip -n "$R" xfrm policy add dir $dir src "$from" dst "$to" action block
			begin
			udp $f 20 100
			received $f rc 20 $bytes
			[ "$HOOKS" = netfilter ] || handed_over $f rc 20 $bytes # they cannot tell
			lost_somehow "IPsec policy $dir" $f "" input 20 $bytes 'XFRM_POLICY|NOT_SPECIFIED'
			check "IPsec policy $dir $f"
			ip -n "$R" xfrm policy del dir $dir src "$from" dst "$to"
		done
		ip -n "$R" xfrm policy add dir in src "$from" dst $own action block
		begin
		traffic "$C" send $own 9 20 100
		received $f rc 20 $bytes
		delivered $f rc 20 $bytes
		lost_somehow "IPsec policy in" $f "" local 20 $bytes 'XFRM_POLICY|NO_SOCKET|NOT_SPECIFIED'
		check "IPsec policy in $f"
		ip -n "$R" xfrm policy del dir in src "$from" dst $own
	done
}

# xt FAMILY CHAIN: UDP to port 9 goes to queue 5 there; FAMILY CHAIN -D: no more.
xt() {
	local tool=iptables
	[ "$1" = ipv4 ] || tool=ip6tables
	in_ns "$R" $tool -w -t mangle "${3:--A}" "$2" -p udp --dport 9 -j NFQUEUE --queue-num 5 2>"$TMP/xt"
}
listen() { # ARGS of nfqueue.py
	background in_ns "$R" "$here/nfqueue.py" 5 "$@" >"$TMP/queue" 2>&1
	queue=$bg
	wait_for 5 grep -q ready "$TMP/queue" || not_ok "a queue's listener" "$(cat "$TMP/queue")"
}
deafen() { kill "$queue" && wait "$queue" 2>/dev/null; }
# Queues of netfilter: nobody listens, a verdict says no, or says yes, and in between they hold packets.
verdicts() {
	local f hook way to stage out held bytes
	[ -p "$TMP/go" ] || mkfifo "$TMP/go"
	xt ipv4 FORWARD && xt ipv4 FORWARD -D || { lacking NFQUEUE "$(head -n 1 "$TMP/xt")" && return; }
	for f in ipv4 ipv6; do
		bytes=$((20 * $(udp_octets $f 100)))
		for hook in PREROUTING FORWARD POSTROUTING INPUT; do
			to=${server[$f]} stage=forward out='' held=0
			[ $hook != INPUT ] || { [ $f = ipv4 ] && to=10.1.0.1 || to=fd01::1; }
			[[ $hook != @(PREROUTING|INPUT) ]] || stage=input
			# Nothing tells it from what is lost behind that.
			[ $hook != POSTROUTING ] || stage=output out=rs held=20
			xt $f $hook
			for way in nobody drop; do
				[ $way$hook != nobodyINPUT ] && [ $way$hook != nobodyPOSTROUTING ] || continue
				[ $way = nobody ] || listen drop
				begin
				traffic "$C" send "$to" 9 20 100
				received $f rc 20 $bytes
				[ $stage = input ] || handed_over $f rc 20 $bytes
				lost $f rc "$out" $stage NOT_SPECIFIED 20 $bytes
				check "NFQUEUE in $hook, $way $f" held-$f=$held
			done
			deafen
			xt $f $hook -D
		done
		xt $f FORWARD
		listen accept 20 "$TMP/go"
		begin
		udp $f 20 100
		wait_for 5 grep -q held "$TMP/queue"
		received $f rc 20 $bytes
		handed_over $f rc 20 $bytes
		check "NFQUEUE holds packets $f" held-$f=20
		echo >"$TMP/go"
		forwarded $f rc rs 20 $bytes
		sent $f rs 20 $bytes
		check "NFQUEUE lets them go $f"
		deafen
		xt $f FORWARD -D
	done
}

# An output device that goes down, or away, under traffic: what it did not take has other ends.
vanishing() {
	local how f n=20000 senders before after rest
	for how in "link set rgo down" "link del rgo"; do
		leg go 7
		senders=()
		begin
		before=$(arrived)
		for f in ipv4 ipv6; do
			background in_ns "$C" "$TRAFFIC" send "$([ $f = ipv4 ] && echo 10.7.0.2 || echo fd07::2)" 9 $n 100 >"$TMP/sent.$f"
			senders+=("$bg")
		done
		wait_for 10 passing "$before"
		# shellcheck disable=SC2086
		ip -n "$R" $how
		wait "${senders[@]}"
		settle
		[[ $how == *del* ]] && after='' || after=$(arrived)
		reading b
		moved >"$TMP/moved"
		for f in ipv4 ipv6; do
			expect "$how $f: sent" "sent $n" "$(cat "$TMP/sent.$f")"
			expect "$how $f: received" "$n/$((n * $(udp_octets $f 100)))" "$(sed -n "s/^$f rc rx //p" "$TMP/moved")"
			rest=$(rest_of $f)
			[ "$rest" = - ] || expect "$how $f accounts for all" "0 true" "$rest"
			expect_true "$how $f: some were forwarded, some dropped" \
				awk -v f=$f '$1 == f && $2 == "all" && $3 == "out" { o = $4 + 0 } $1 == f && $3 == "drop" { d += $4 }
					END { exit !(o > 0 && d > 0) }' "$TMP/moved"
		done
		sed -n "s/^.* drop .*/# &/p" "$TMP/moved"
		[ -z "$after" ] || expect "$how: what was forwarded and not dropped is on the wire" $((after - before)) \
			"$(awk '$2 == "all" && $3 == "out" { n += $4 } $3 == "drop" && $2 ~ /,output,/ { n -= $4 } END { print n }' "$TMP/moved")"
		ip -n "$R" link del rgo 2>/dev/null
		ip netns del "$leg"
	done
	unsettled=1
}
arrived() { wire "$leg" go0 | cut -d ' ' -f 1; }
passing() { [ "$(arrived)" -gt "$1" ]; }

# Fragments that never become a datagram: the kernel does not keep of all of them where they came in. One
# that is there already is dropped at once.
incomplete() {
	local f with octets stage
	local -A to=([ipv4]=10.1.0.1 [ipv6]=fd01::1) letters=([ipv4]='' [ipv6]=f) fails=() answers=() held=()
	failed() { [ $(($(reassembly_failed $f) - fails[$f])) -ge 20 ]; }
	setns "$R" net.ipv4.ipfrag_time=3 net.ipv6.ip6frag_time=3
	for with in "" ", conntrack"; do
		[ -z "$with" ] || nft "add chain inet t c { type filter hook prerouting priority 0; }; add rule inet t c ct state established accept" &&
			setns "$R" net.netfilter.nf_conntrack_frag6_timeout=3
		begin
		for f in ipv4 ipv6; do
			fails[$f]=$(reassembly_failed $f) answers[$f]=$(too_late $f)
			for _ in once again; do traffic "$C" with "${letters[$f]}" pieces ${to[$f]} 20 1448,1448,0; done
		done
		for f in ipv4 ipv6; do wait_for 10 failed || not_ok "fragments without an end$with" "the kernel still waits"; done
		settle
		for f in ipv4 ipv6; do
			answers[$f]=$(($(too_late $f) - answers[$f]))
			# IPv6 puts together what was delivered.
			[ "$f$with" = ipv6 ] && stage=local held[$f]=0 || stage=input held[$f]=40
			octets=$((20 * (2 * (${ip_header[$f]} + 8 * ${#letters[$f]}) + 1448 + 1448)))
			received $f rc 80 $((2 * octets))
			[ $stage = input ] || delivered $f rc 80 $((2 * octets))
			lost $f rc "" $stage DUP_FRAG 40 $octets
			sent $f rc ${answers[$f]} $((answers[$f] * $([ $f = ipv4 ] && echo 576 || echo 1280)))
		done
		check "fragments without an end$with" held-ipv4=${held[ipv4]} held-ipv6=${held[ipv6]}
	done
	no_nft
}
too_late() { if [ "$1" = ipv4 ]; then kernel snmp Icmp OutTimeExcds; else kernel6 Icmp6OutTimeExcds; fi; } # its ICMP
reassembly_failed() { if [ "$1" = ipv4 ]; then kernel snmp Ip ReasmFails; else kernel6 Ip6ReasmFails; fi; }

# Copies that the kernel makes: none of them, and no packet that was copied, is lost.
copies() {
	local f group bytes
	leg m 3
	for f in ipv4 ipv6; do
		bytes=$((20 * $(udp_octets $f 100)))
		in_ns "$R" nft "add table ${f/ipv4/ip} t; add chain ${f/ipv4/ip} t c { type filter hook forward priority 0; };
			add rule ${f/ipv4/ip} t c udp dport 9 dup to ${server[$f]} device rs" 2>"$TMP/nft" || {
			lacking "nft dup $f" "$(head -n 1 "$TMP/nft")" && continue; }
		begin
		udp $f 20 100
		routed $f rc rs 20 $bytes
		forwarded $f rc rs 20 $bytes
		sent $f rs 20 $bytes
		check "copies by nftables $f" held-$f=-20
		in_ns "$R" nft delete table ${f/ipv4/ip} t

		[ $f = ipv4 ] && group=239.1.1.1 || group=ff0e::11
		background in_ns "$R" "$TRAFFIC" udpd 5000 $group rs >"$TMP/member"
		wait_for 5 grep -q ready "$TMP/member"
		unsettled=1
		begin
		traffic "$R" send $group 5000 20 100 4 rs
		sent $f rs 20 $bytes
		check "own multicast with a member $f" unseen-$f=20
		kill "$bg" && wait "$bg"
		[ $f = ipv4 ] && group=239.2.2.2 || group=ff0e::12
		background in_ns "$R" "$TRAFFIC" mroute rc rs,rm $group ${client[$f]} 60 >"$TMP/mroute" 2>&1
		wait_for 5 grep -q . "$TMP/mroute"
		if grep -q ready "$TMP/mroute"; then
			unsettled=1
			begin
			traffic "$C" send $group 9 20 100 8 c0
			received $f rc 20 $bytes
			[ "$HOOKS" = fentry ] || handed_over $f rc 40 $((2 * bytes))
			forwarded $f rc rs 20 $bytes
			forwarded $f rc rm 20 $bytes
			sent $f rs 20 $bytes
			sent $f rm 20 $bytes
			check "multicast routing $f" held-$f=-20
			kill "$bg" && wait "$bg"
		else
			lacking "multicast routing $f" "$(cat "$TMP/mroute")"
		fi
		unsettled=1
	done
}

# A queue that is fair, and has no room: what it drops it counts itself.
fair_queue() {
	local f n bytes
	for f in ipv4 ipv6; do
		{ in_ns "$R" tc qdisc add dev rs root handle 1: tbf rate 20kbit burst 1600 limit 100000 &&
			in_ns "$R" tc qdisc add dev rs parent 1: fq_codel limit 5; } 2>"$TMP/tc" || {
			lacking "queue fq_codel" "$(head -n 1 "$TMP/tc")"
			in_ns "$R" tc qdisc del dev rs root 2>/dev/null
			return
		}
		bytes=$(udp_octets $f 100)
		begin
		udp $f 60 100
		settle # it drops what waited too long as well
		n=$(in_ns "$R" tc -s -j qdisc show dev rs | jq '.[] | select(.kind == "fq_codel") | .drops')
		expect_true "fq_codel $f: drops" [ "$n" -gt 20 ]
		routed $f rc rs 60 $((60 * bytes))
		lost_somehow fq_codel $f rs output "$n" $((n * bytes)) 'QDISC_[A-Z]*|NOT_SPECIFIED'
		check "fq_codel $f"
		in_ns "$R" tc qdisc del dev rs root
	done
}

begin_scenarios
"$BIN" status --json --netns "$R" >"$TMP/status"
expect_true "drops are counted, unless the kernel gives no reasons" \
	jq -ne 'input | .drops or (.drops_why | test("gives no reasons"))' "$TMP/status"
all="filters own_refused rejects routes ttl sources headers too_big sockets policies verdicts onlookers copies batches neighbours queues
 fair_queue carrier vanishing invalid incomplete"
# The emulator is slow: there what differs between hook sets, and what other kernels lack.
[ "${IPFW_ALL_DEVICES:-}" != 1 ] || all="filters own_refused ttl sockets neighbours fair_queue"
for scenario in ${SCENARIOS:-$all}; do
	run_scenario "$scenario"
done
detach_all
finish
