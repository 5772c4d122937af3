#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What flowtables of nftables forward: past the IP layer, and past the kernel's own counters.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

nft() { in_ns "$R" nft "$@"; }
# flowtable DEVICE...: between these, of TCP and UDP.
flowtable() {
	nft -f - 2>"$TMP/nft" <<-N
		table inet t {
			flowtable ft { hook ingress priority 0; devices = { $(IFS=, && echo "$*") }; }
			chain f { type filter hook forward priority 0; meta l4proto { tcp, udp } flow add @ft; }
		}
	N
}
no_flowtable() { nft delete table inet t; }

# fast NAME FAMILY LEAST: at least so many of the packets of the scenario were forwarded by the flowtable,
# and the interfaces that they came in by, the paths and the system say the same.
fast() {
	local n
	n=$(fast_of "$2")
	expect_true "$1 $2: $n by the flowtable" [ "$n" -ge "$3" ]
	expect "$1 $2: of the interfaces and the paths" "$n $n" "$(jq -nr --arg f "$2" \
		--slurpfile a "$TMP/a.json" --slurpfile b "$TMP/b.json" '
		def of_ifs: [.interfaces[][$f].fast_path_packets] | add;
		def of_paths: [.paths[] | select(.family == $f) | .fast_path_packets] | add // 0;
		"\(($b[0] | of_ifs) - ($a[0] | of_ifs)) \(($b[0] | of_paths) - ($a[0] | of_paths))"')"
}

udp_flows() {
	local f size
	for f in ipv4 ipv6; do
		for size in 0 1452; do
			begin
			udp $f 200 $size
			routed $f rc rs 200 $((200 * $(udp_octets $f $size)))
			check "UDP $f $size"
			fast "UDP $size" $f 100
		done
	done
}

# flow NS ADDRESS STEP...: datagrams of one flow. A STEP is COUNT:PAYLOAD, COUNT:PAYLOAD:TTL, "df" (from then on),
# a pause in seconds ("2s"), or a file's name: go on when that is there.
flow() {
	in_ns "$1" /usr/bin/python3 - "${@:2}" <<-'P' >"$TMP/sent" 2>&1 || not_ok "flow ${*:2}" "$(tail -c 400 "$TMP/sent")"
		import os, socket, sys, time
		address, *steps = sys.argv[1:]
		v6 = ":" in address
		s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
		def mtu_discover(how):
		    s.setsockopt(*((socket.IPPROTO_IPV6, 23) if v6 else (socket.IPPROTO_IP, 10)), how)
		mtu_discover(5 if v6 else 0)
		def send(count, size, ttl=64):
		    s.setsockopt(*((socket.IPPROTO_IPV6, 16) if v6 else (socket.IPPROTO_IP, 2)), ttl)
		    while count:
		        try:
		            s.sendto(bytes(size), (address, 9))
		            count -= 1
		        except OSError as e: # an ICMP error for an earlier one: not sent, again
		            if e.errno not in (90, 101, 111, 113):
		                raise
		for step in steps:
		    if step == "df":
		        mtu_discover(3)
		    elif step.endswith("s"):
		        time.sleep(float(step[:-1]))
		    elif ":" in step:
		        send(*map(int, step.split(":")))
		    else:
		        while not os.path.exists(step):
		            time.sleep(0.05)
	P
}

# What TCP puts on the wire, in segments that the router sees as a few large ones.
tcp_flows() {
	local f before after name=${1:-TCP}
	fresh
	in_ns "$C" ethtool -K c0 tx on gso on tso on >/dev/null 2>&1
	for f in ipv4 ipv6; do
		begin
		read -ra before <<<"$(wire "$S" s0)"
		traffic "$C" tcp ${server[$f]} 7 1000000
		settle
		read -ra after <<<"$(wire "$S" s0)"
		super_at rc rx && super_at rs tx
		routed $f rc rs $((after[0] - before[0])) $((after[1] - before[1]))
		routed $f rs rc $((after[2] - before[2])) $((after[3] - before[3]))
		check "$name $f" no-tx
		fast "$name" $f $(((after[0] - before[0]) / 2))
	done
	in_ns "$C" ethtool -K c0 tx off gso off tso off >/dev/null 2>&1
	fresh
}

nat() {
	local f
	nft 'add table inet n; add chain inet n p { type nat hook postrouting priority 100; };
		add rule inet n p oifname rs masquerade' 2>"$TMP/nft" || { lacking NAT "$(head -n 1 "$TMP/nft")" && return; }
	for f in ipv4 ipv6; do
		begin
		udp $f 200 100
		routed $f rc rs 200 $((200 * $(udp_octets $f 100)))
		check "UDP, masquerade $f"
		fast "UDP, masquerade" $f 100
	done
	tcp_flows "TCP, masquerade"
	nft delete table inet n
}

# through NAME IF LOWER TAG: datagrams to and from the namespace $leg behind IF; on LOWER, the device below it, IP sees
# nothing.
through() {
	local f to octets frames
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.3.0.2 || to=fd03::2
		octets=$((200 * $(udp_octets $f 100)))
		frames=$((octets + 200 * (14 + $4)))
		begin
		traffic "$leg" send ${server[$f]} 9 200 100
		routed $f "$2" rs 200 $octets
		beyond "$3" rx 200 $frames
		check "$1 in $f"
		fast "$1 in" $f 100
		begin
		traffic "$C" send $to 9 200 100
		routed $f rc "$2" 200 $octets
		beyond "$3" tx 200 $frames
		check "$1 out $f"
		fast "$1 out" $f 100
	done
}
vlan() {
	device VLAN link rc type vlan id 10 || return
	leg vlan
	ip -n "$R" link add link rvlan name v10 type vlan id 10
	ip -n "$leg" link add link vlan0 name v10 type vlan id 10
	plug "$R" v10 && plug "$leg" v10
	number 3 v10 "$leg" v10
	no_flowtable
	flowtable rc rs rvlan
	through VLAN v10 rvlan 4
	no_flowtable
	ip -n "$R" link del v10
	flowtable rc rs
}
bridge() {
	device bridge type bridge || return
	leg br
	ip -n "$R" link add br0 type bridge
	plug "$R" br0
	ip -n "$R" link set rbr master br0
	number 3 br0 "$leg" br0
	wait_for 10 in_ns "$leg" ping -c1 -W1 10.3.0.1 # and the bridge knows where it is
	no_flowtable
	flowtable rc rs rbr
	through bridge br0 rbr 0
	no_flowtable
	ip -n "$R" link del br0
	flowtable rc rs
}

# What the flowtable hands back: packets of a flow that is there, which go through the IP layer.
handed_back() {
	local f to each icmp
	leg small 5
	no_flowtable
	flowtable rc rs rsmall
	ip -n "$R" link set rsmall mtu 1300
	begin # while the client does not know of that MTU
	flow "$C" 10.5.0.2 100:100 20:1372
	received ipv4 rc 120 $((100 * 128 + 20 * 1400))
	handed_over ipv4 rc 120 $((100 * 128 + 20 * 1400))
	forwarded ipv4 rc rsmall 120 $((100 * 128 + 20 * 1400))
	sent ipv4 rsmall 140 $((100 * 128 + 20 * 1420))
	check "cut on the way out"
	fast "cut on the way out" ipv4 80
	for f in ipv4 ipv6; do
		each=$(udp_octets $f 100) icmp=$((${ip_header[$f]} + 8))
		begin
		flow "$C" ${server[$f]} 100:100 20:100:1 100:100
		received $f rc 220 $((220 * each))
		handed_over $f rc 200 $((200 * each))
		forwarded $f rc rs 200 $((200 * each))
		sent $f rs 200 $((200 * each))
		sent $f rc 20 $((20 * (each + icmp)))
		check "TTL 1 $f"
		fast "TTL 1" $f 150
		begin
		[ $f = ipv4 ] && to=10.5.0.2 || to=fd05::2
		flow "$C" $to 100:100 df 20:$((1400 - icmp))
		received $f rc 120 $((100 * each + 20 * 1400))
		handed_over $f rc 100 $((100 * each))
		forwarded $f rc rsmall 100 $((100 * each))
		sent $f rsmall 100 $((100 * each))
		[ $f = ipv4 ] && sent $f rc 20 $((20 * 576)) || sent $f rc 20 $((20 * 1280))
		check "too big $f"
		fast "too big" $f 80
	done
	for f in ipv4 ipv6; do # conntrack puts them together
		each=20
		[ $f = ipv4 ] || each=48
		begin
		flow "$C" ${server[$f]} 100:100 20:4000
		received $f rc 160 $((100 * $(udp_octets $f 100) + 20 * (4008 + 3 * each)))
		handed_over $f rc 120 $((100 * $(udp_octets $f 100) + 20 * (4008 + ${ip_header[$f]})))
		forwarded $f rc rs 120 $((100 * $(udp_octets $f 100) + 20 * (4008 + ${ip_header[$f]})))
		sent $f rs 160 $((100 * $(udp_octets $f 100) + 20 * (4008 + 3 * each)))
		check "fragments $f" held-$f=40
		fast fragments $f 80
	done
	no_flowtable
	flowtable rc rs
}

# Flows that end: by their age, with the flowtable, with the interface.
ending() {
	local f each n errors
	for f in ipv4 ipv6; do
		each=$(udp_octets $f 100)
		setns "$R" net.netfilter.nf_flowtable_udp_timeout=1
		begin
		flow "$C" ${server[$f]} 100:100 4s 100:100
		routed $f rc rs 200 $((200 * each))
		check "a pause $f"
		fast "a pause" $f 150
		setns "$R" net.netfilter.nf_flowtable_udp_timeout=30
		begin
		rm -f "$TMP/go"
		flow "$C" ${server[$f]} 100:100 "$TMP/go" 100:100 &
		n=$!
		wait_for 20 passed $f 100
		no_flowtable
		touch "$TMP/go"
		wait $n
		routed $f rc rs 200 $((200 * each))
		check "the flowtable goes $f"
		fast "the flowtable goes" $f 50
		flowtable rc rs
	done
	leg gone 7
	no_flowtable
	flowtable rc rs rgone
	begin
	rm -f "$TMP/go"
	flow "$C" 10.7.0.2 100:100 "$TMP/go" 100:100 &
	n=$!
	wait_for 20 passed ipv4 100
	routed ipv4 rc rgone 100 12800
	check "before the interface goes"
	fast "before the interface goes" ipv4 80
	ip -n "$R" link del rgone
	begin
	errors=$(kernel snmp Icmp OutDestUnreachs)
	touch "$TMP/go"
	wait $n
	settle
	errors=$(($(kernel snmp Icmp OutDestUnreachs) - errors))
	received ipv4 rc 100 12800
	sent ipv4 rc $errors $((errors * (128 + 28)))
	check "the interface is gone"
	fast "the interface is gone" ipv4 0
	no_flowtable
	flowtable rc rs
}
# Whether that many packets of a family have come in since the reading a.
passed() {
	"$BIN" --json --source ebpf --netns "$R" | jq -ne --arg f "$1" --argjson n "$2" --slurpfile a "$TMP/a.json" \
		'input | .[$f].traffic.packets_received - $a[0][$f].traffic.packets_received >= $n'
}

two_flowtables() {
	local f to
	leg two 6
	nft -f - <<-'N'
		table inet t2 {
			flowtable ft2 { hook ingress priority 10; devices = { rc, rtwo }; counter; }
			chain f { type filter hook forward priority -1; oifname rtwo meta l4proto { tcp, udp } flow add @ft2; }
		}
	N
	for f in ipv4 ipv6; do
		[ $f = ipv4 ] && to=10.6.0.2 || to=fd06::2
		begin
		udp $f 100 100
		traffic "$C" send $to 9 100 200
		routed $f rc rs 100 $((100 * $(udp_octets $f 100)))
		routed $f rc rtwo 100 $((100 * $(udp_octets $f 200)))
		check "two flowtables $f"
		fast "two flowtables" $f 150
	done
	nft delete table inet t2
}

# Each namespace counts its own.
namespaces() {
	local f
	attach "$S"
	for f in ipv4 ipv6; do
		at=$S
		begin
		udp $f 200 100
		received $f s0 200 $((200 * $(udp_octets $f 100)))
		check "a namespace without a flowtable $f"
		at=$R
		expect "a namespace without a flowtable $f: fast path" 0 "$(fast_of $f)"
		begin
		udp $f 200 100
		routed $f rc rs 200 $((200 * $(udp_octets $f 100)))
		check "beside it $f"
		fast "beside it" $f 100
	done
}

# The module is loaded after the counters were attached, and an agent is there.
late() {
	local m f
	[ -e "${IPFW_MODULES:-}/nf_flow_table.ko" ] || { lacking "late module" "there is no nf_flow_table.ko to load" && return; }
	no_flowtable
	detach_all
	unloaded() { rmmod nft_flow_offload nf_flow_table_inet nf_flow_table_ipv4 nf_flow_table_ipv6 nf_flow_table; ! grep -q ^nf_flow_table /proc/modules; }
	wait_for 20 unloaded || { not_ok "late: unload the module" "$(grep flow /proc/modules)" && return; }
	attach "$R"
	expect_match "late: attach says what is not attached" 'flowtables are not counted: .*nf_flow_table is not loaded' "$(cat "$TMP/attach")"
	"$BIN" status --json --netns "$R" >"$TMP/status"
	expect "late: not counted" false "$(jq .fast_path "$TMP/status")"
	links=$(jq -r .pinned "$TMP/status")
	expect "late: no links for it" 0 "$(find "$links" -name 'link_fast*' | wc -l)"
	begin
	udp ipv4 50 100
	routed ipv4 rc rs 50 6400
	check "late: before"
	expect "late: no figure" null "$(jq .ipv4.forwarding.fast_path_packets "$TMP/b.json")"
	background in_ns "$R" "$BIN" agent --interval 1 --agentx-socket "unix:$TMP/none" --reading-socket "$TMP/late.sock" 2>"$TMP/agent.log"
	for m in nf_flow_table nf_flow_table_ipv4 nf_flow_table_ipv6 nf_flow_table_inet nft_flow_offload; do
		[ ! -e "$IPFW_MODULES/$m.ko" ] || insmod "$IPFW_MODULES/$m.ko"
	done
	expect_true "late: the agent attaches it" wait_for 20 counts_fast
	flowtable rc rs
	expect "late: its links are pinned" 5 "$(find "$links" -name 'link_fast*' | wc -l)"
	expect "late: the counters go on" 50 "$("$BIN" --json --source ebpf --netns "$R" | jq .ipv4.forwarding.outgoing_packets)"
	kill "$bg"
	wait "$bg"
	for f in ipv4 ipv6; do
		begin
		udp $f 200 100
		routed $f rc rs 200 $((200 * $(udp_octets $f 100)))
		check "late: after $f"
		fast "late: after" $f 100
	done
	expect_true "late: attach adopts" "$BIN" attach --netns "$R"
	expect "late: and adds nothing" 5 "$(find "$links" -name 'link_fast*' | wc -l)"
}
counts_fast() { "$BIN" status --json --netns "$R" | jq -ne 'input | .fast_path'; }

# Where that cannot be counted: it passes every hook.
uncounted() {
	local before after seen rest
	begin
	read -ra before <<<"$(wire "$S" s0)"
	traffic "$C" tcp 10.2.0.2 7 300000
	settle
	reading b
	read -ra after <<<"$(wire "$S" s0)"
	moved >"$TMP/moved"
	seen=$(awk '/^ipv4 rc rx/ { print $4 + 0 }' "$TMP/moved")
	rest=$(jq -c '[.interfaces | .rc, .rs | .other | .rx_packets, .tx_bytes]' "$TMP/b.json")
	expect_true "uncounted: few packets pass the hooks" [ "$seen" -lt 20 ]
	expect_true "uncounted: the server has got more" [ $((after[0] - before[0])) -gt "$seen" ]
	expect "uncounted: what bypasses is not known, it could be merged" '[null,null,null,null]' "$rest"
	expect "uncounted: no figure" null "$(jq .ipv4.forwarding.fast_path_packets "$TMP/b.json")"
}

begin_scenarios
all="udp_flows tcp_flows nat vlan bridge handed_back ending two_flowtables namespaces late"
# The emulator is slow: there what differs between kernels most.
[ "${IPFW_ALL_DEVICES:-}" != 1 ] || all="udp_flows tcp_flows vlan bridge late"
if ! flowtable rc rs; then
	lacking flowtable "$(head -n 1 "$TMP/nft")"
else
	"$BIN" status --json --netns "$R" >"$TMP/status"
	if [[ $(jq -r .fast_path_why "$TMP/status") == *"lacks a function"* ]]; then # before Linux 5.11
		all=uncounted
	else
		expect "the module is there: attached before there is a flowtable" true "$(jq .fast_path "$TMP/status")"
	fi
	fresh # attached when there is one
	for scenario in ${SCENARIOS:-$all}; do
		run_scenario "$scenario"
	done
fi
detach_all
finish
