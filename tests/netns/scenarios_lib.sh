# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# For scenarios*.sh: the traffic program, the counters attached to the router, and scenarios that say
# what has to be counted. Everything that was counted is compared, so what a scenario does not name
# must not have moved, on any interface or path.
#
# HOOKS=netfilter|fentry: the hook set. TRAFFIC: the built traffic program, else it is compiled here.
# IPFW_ALL_DEVICES=1: say which scenarios this kernel lacks something for; else they are left out.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

HOOKS=${HOOKS:-netfilter}
TRAFFIC=${TRAFFIC:-$TMP/traffic}
[ -x "$TRAFFIC" ] || ${CC:-cc} -O2 -o "$TRAFFIC" "$here/traffic.c" || exit 1

declare -A server=([ipv4]=10.2.0.2 [ipv6]=fd02::2) client=([ipv4]=10.1.0.2 [ipv6]=fd01::2)
declare -A ip_header=([ipv4]=20 [ipv6]=40)
udp_octets() { echo $((${ip_header[$1]} + 8 + $2)); } # FAMILY PAYLOAD

attached=()
unsettled=1 # something was done that may send packets by itself
attach() {
	"$BIN" attach --netns "$1" --hooks "$HOOKS" >"$TMP/attach" 2>&1 || {
		not_ok "attach $HOOKS" "$(tail -c 400 "$TMP/attach")"
		finish
	}
	attached+=("$1")
}
detach_all() {
	local n
	for n in "${attached[@]}"; do
		expect "nothing was missed" "0 0 0" "$("$BIN" --json --source ebpf --netns "$n" 2>&1 |
			jq -r '.source | "\(.missed_packets) \(.missed_path_packets) \(.missed_drop_packets)"' 2>&1)"
		expect_true "detach $HOOKS" "$BIN" detach --netns "$n"
	done
	attached=()
}
# Counters of its own, and nothing is unknown any more.
fresh() {
	detach_all
	attach "$R"
	unknown=()
	unsettled=1
}
trap 'detach_all >/dev/null; cleanup' EXIT

# begin_scenarios: the router, quiet neighbours, counters attached, a receiver for TCP.
begin_scenarios() {
	make_router
	setns "$R" net.ipv4.conf.{default,rc,rs}.igmpv3_unsolicited_report_interval=10
	quiet "$C" && quiet "$S"
	background in_ns "$S" "$TRAFFIC" tcpd 7 >"$TMP/tcpd"
	wait_for 10 grep -q ready "$TMP/tcpd"
	attach "$R"
	# A process there, whose /proc/PID/net is the router's.
	background in_ns "$R" sleep 3600
	inside=$bg
	disown "$inside"
	wait_for 5 same_ns
	# As that of lib.sh, and without starting anything: an emulated processor is slow at that.
	settle() {
		local before i
		for i in {1..40}; do
			before=$(<"/proc/$inside/net/dev")
			sleep 0.3
			[ "$before" != "$(<"/proc/$inside/net/dev")" ] || return 0
		done
		echo "traffic does not settle ($i rounds)" >&2
	}
}
same_ns() { [ "/proc/$inside/ns/net" -ef "/run/netns/$R" ]; }

# run_scenario NAME: one of those of this script; $SCENARIOS may name another script's.
run_scenario() {
	local start=$SECONDS
	[ "$(type -t "$1")" = function ] || return 0
	"$1"
	echo "# $1: $((SECONDS - start)) s"
}

# traffic NS ARGS...: a sender; a scenario whose traffic was not sent has failed.
traffic() {
	in_ns "$1" "$TRAFFIC" "${@:2}" >"$TMP/sent" 2>&1 || not_ok "traffic ${*:2}" "$(tail -c 400 "$TMP/sent")"
}
# refragmented FAMILY HEADERS SIZES [OUT SIZES [OVERHEAD]]: datagrams in fragments with so much payload; they leave by
# OUT (rs) in such of the last SIZES (the same). A tunnel OUT adds OVERHEAD octets to each, which rs sends.
refragmented() {
	local f=$1 in=${3//,/+} out=${5:-$3} dev=${4:-rs} to=${server[$1]} first=${2%%f*} header each
	out=${out//,/+}
	header=$((${ip_header[$f]} + 8 * ${#first}))
	[ $f = ipv4 ] && each=$header || each=$((header + 8))
	[ "$dev" = rs ] || to=10.8.0.2
	begin
	traffic "$C" with "$2" pieces "$to" 20 "$3"
	received $f rc $((20 * $(terms $in))) $((20 * ($in + $(terms $in) * each)))
	handed_over $f rc 20 $((20 * ($in + header)))
	forwarded $f rc "$dev" 20 $((20 * ($in + header)))
	sent $f "$dev" $((20 * $(terms $out))) $((20 * ($out + $(terms $out) * each)))
	[ -z "${6:-}" ] || sent ipv4 rs $((20 * $(terms $out))) $((20 * ($out + $(terms $out) * (each + $6))))
	check "fragments $3 with conntrack $f $2 $dev" held-$f=$((20 * ($(terms $in) - 1))) # they are one
}
terms() { # of a sum
	local sum
	IFS=+ read -ra sum <<<"$1"
	echo ${#sum[@]}
}

# udp FAMILY COUNT PAYLOAD [TTL]: from the client to the server.
udp() { traffic "$C" send "${server[$1]}" 9 "$2" "$3" "${@:4}"; }

# leg NAME [NET]: a namespace of its own behind the router's r$NAME, with its device ${NAME}0; NET:
# 10.NET.0.0/24 and fd0NET::/64. Its name is in $leg.
leg() {
	leg=ipfw-$1-$$
	add_ns "$leg"
	quiet "$leg"
	ip -n "$R" link add "r$1" type veth peer name "${1}0" netns "$leg"
	plug "$R" "r$1"
	plug "$leg" "${1}0"
	[ $# = 1 ] || number "$2" "r$1" "$leg" "${1}0"
}
# plug NS DEV: up, without offloads and addresses.
plug() {
	ip -n "$1" link set "$2" addrgenmode none
	in_ns "$1" ethtool -K "$2" gro off gso off tso off tx off txvlan off rxvlan off >/dev/null 2>&1
	ip -n "$1" link set "$2" up
	unsettled=1
}
# number NET DEV NS NSDEV: the addresses of both ends, .1 is the router's.
number() {
	local a
	for a in "10.$1.0.X/24" "fd0$1::X/64"; do
		ip -n "$R" addr add "${a/X/1}" dev "$2"
		ip -n "$3" addr add "${a/X/2}" dev "$4"
	done
	ip -n "$3" route replace default via "10.$1.0.1" && ip -n "$3" -6 route replace default via "fd0$1::1"
	neighbour "$3" "$4" "$R" "$2" "10.$1.0.1" "fd0$1::1"
	neighbour "$R" "$2" "$3" "$4" "10.$1.0.2" "fd0$1::2"
	unsettled=1
}

# esp_tunnel FAMILY ALGORITHM...: what goes between the client's network and the server is in ESP on the server's link;
# sets $own, $peer, $net and $host. False, and why in $TMP/xfrm: the kernel has no such thing.
esp_tunnel() {
	local ns
	[ "$1" = ipv4 ] && own=10.2.0.1 peer=10.2.0.2 net=10.1.0.0/24 host=10.2.0.2/32
	[ "$1" = ipv6 ] && own=fd02::1 peer=fd02::2 net=fd01::/64 host=fd02::2/128
	for ns in "$R" "$S"; do tunnel_state "$ns" "${@:2}"; done 2>"$TMP/xfrm"
	[ ! -s "$TMP/xfrm" ] || return
	policy "$R" out "$net" "$host" "$own" "$peer" && policy "$R" fwd "$host" "$net" "$peer" "$own"
	policy "$S" out "$host" "$net" "$peer" "$own" && policy "$S" in "$net" "$host" "$own" "$peer"
}
# tunnel_state NS ALGORITHM...: both directions.
tunnel_state() {
	local spi from to
	ip -n "$1" xfrm state flush
	for spi in "1 $own $peer" "2 $peer $own"; do
		read -r spi from to <<<"$spi"
		ip -n "$1" xfrm state add src "$from" dst "$to" proto esp spi "$spi" mode tunnel "${@:2}" || return
	done
}
# policy NS DIRECTION FROM TO OWN PEER: from OWN to PEER in the tunnel.
policy() { ip -n "$1" xfrm policy add src "$3" dst "$4" dir "$2" tmpl src "$5" dst "$6" proto esp mode tunnel; }
no_esp() {
	local ns
	for ns in "$R" "$S"; do ip -n "$ns" xfrm policy flush && ip -n "$ns" xfrm state flush; done
}
# esp_merged NAME FAMILY: TCP whose packets the router merges, small enough to have room for ESP.
esp_merged() {
	local c0 s0 c s i
	in_ns "$R" ethtool -K rc gro on
	[ "$2" = ipv4 ] && ip -n "$C" route replace default via 10.1.0.1 mtu 1300
	[ "$2" = ipv6 ] && ip -n "$C" -6 route replace default via fd01::1 mtu 1300
	begin
	read -ra c0 <<<"$(wire "$C" c0)"
	read -ra s0 <<<"$(wire "$S" s0)"
	traffic "$C" tcp "${server[$2]}" 7 300000
	settle
	read -ra c <<<"$(wire "$C" c0)"
	read -ra s <<<"$(wire "$S" s0)"
	for i in 0 1 2 3; do c[i]=$((c[i] - c0[i])) s[i]=$((s[i] - s0[i])); done
	if can_merge; then # and then a veth device counts what it sends without the header of the link
		c[3]=$((c[3] + 14 * c[2]))
		super_at rc rx
		[[ $1 != *offloaded* ]] || super_at rs tx
	fi
	received "$2" rc "${c[2]}" "${c[3]}"
	handed_over "$2" rc "${c[2]}" "${c[3]}"
	forwarded "$2" rc rs "${c[2]}" "${c[3]}"
	sent "$2" rs "${s[0]}" "${s[1]}"
	received "$2" rs "${s[2]}" "${s[3]}"
	routed "$2" rs rc "${c[0]}" "${c[1]}"
	check "$1, TCP, GRO $2" no-tx
	in_ns "$R" ethtool -K rc gro off
	[ "$2" = ipv4 ] && ip -n "$C" route replace default via 10.1.0.1
	[ "$2" = ipv6 ] && ip -n "$C" -6 route replace default via fd01::1
	fresh # nothing is unknown any more
}

# device NAME ARGS...: whether `ip link add ARGS...` works here; NAME is what cannot be tested if not.
device() {
	ip -n "$R" link add probe0 "${@:2}" 2>"$TMP/probe" && ip -n "$R" link del probe0 && return 0
	lacking "$1" "ip link add ${*:2}: $(head -n 1 "$TMP/probe")"
	return 1
}
# lacking NAME WHY: what cannot be tested on this kernel.
lacking() { [ "${IPFW_ALL_DEVICES:-}" != 1 ] || skip "$1" "$2"; }

# wire NS DEV: what the device itself counted: received packets and IP octets, sent packets and octets.
wire() {
	ip -n "$1" -s -j link show "$2" | jq -r '.[0].stats64 |
		"\(.rx.packets) \(.rx.bytes - 14 * .rx.packets) \(.tx.packets) \(.tx.bytes - 14 * .tx.packets)"'
}

# Linux merges what comes through a veth since 5.13.
can_merge() { in_ns "$R" ethtool -k rc | grep -q rx-udp-gro-forwarding; }

# What a scenario wants: FAMILY SUBJECT WHAT PACKETS OCTETS; SUBJECT is an interface, "all", or a path.
declare -A want_packets want_octets unknown=()
want() {
	local k="$1 $2 $3"
	want_packets[$k]=$((${want_packets[$k]:-0} + $4))
	want_octets[$k]=$((${want_octets[$k]:-0} + $5))
}
# FAMILY IF PACKETS OCTETS
received() { want "$1" "$2" rx "$3" "$4" && want "$1" all rx "$3" "$4"; }
handed_over() { want "$1" "$2" in "$3" "$4" && want "$1" all in "$3" "$4"; }
sent() { want "$1" "$2" tx "$3" "$4" && want "$1" all tx "$3" "$4"; }
# FAMILY IN OUT PACKETS OCTETS
forwarded() {
	want "$1" "$3" out "$4" "$5" && want "$1" all out "$4" "$5"
	want "$1" "$2>$3" path "$4" "$5"
}
# With losses=1 what was delivered and dropped is compared too. FAMILY IF PACKETS OCTETS; FAMILY IN OUT
# STAGE REASON PACKETS OCTETS, where IN or OUT may be "". Kernels before Linux 5.17 tell of no drops.
losses=0
delivered() { want "$1" "$2" dl "$3" "$4" && want "$1" all dl "$3" "$4"; }
lost() { [ "$has_drops" = false ] || want "$1" "$2>$3,$4,$5" drop "$6" "$7"; }
# The usual: in by one interface, out by another.
routed() { received "$1" "$2" "$4" "$5" && handed_over "$1" "$2" "$4" "$5" && forwarded "$@" && sent "$1" "$3" "$4" "$5"; }
# What a device counts and IP does not: IF rx|tx PACKETS OCTETS.
beyond() { want other "$@"; }
# GSO packets pass a software device, IF rx|tx: from then on nobody knows what it should have counted.
super_at() { unknown["$1 $2"]=null/null; }
# Of a device whose link header has no known length octets cannot be told, either.
no_header() { unknown["$1 rx"]=0/null unknown["$1 tx"]=0/null; }

# The sums of In*ECT*Pkts and OutTransmits in that directory: IPv4's two and IPv6's two; "-" before
# Linux 6.7.
kernel_ip() {
	awk '
		/^Ip(Ext)?:/ { if ($2 ~ /^[A-Z]/) split($0, name); else for (i = 2; i <= NF; i++) v[$1 name[i]] = $i }
		/^Ip6/ { v[$1] = $2 }
		function out(n) { return n in v ? v[n] : "-" }
		function in_sum(p) { return v[p "InNoECTPkts"] + v[p "InECT1Pkts"] + v[p "InECT0Pkts"] + v[p "InCEPkts"] }
		END { print in_sum("IpExt:"), out("Ip:OutTransmits"), in_sum("Ip6"), out("Ip6OutTransmits") }
	' "$1"/netstat "$1"/snmp "$1"/snmp6
}

at=$R # where the scenario is read
hidden= # an interface of which nothing is compared
reading() {
	rm -f "$TMP/$1".{json,kernel}
	"$BIN" --json --source ebpf --netns "$at" --include '*' ${hidden:+--exclude "$hidden"} >"$TMP/$1.json" 2>"$TMP/reading" ||
		not_ok reading "$(tail -c 400 "$TMP/reading")"
	if [ "$at" = "$R" ]; then
		kernel_ip "/proc/$inside/net"
	else
		in_ns "$at" bash -c "$(declare -f kernel_ip); kernel_ip /proc/net"
	fi >"$TMP/$1.kernel"
}
begin() {
	want_packets=() want_octets=()
	[ $unsettled = 0 ] || settle
	unsettled=0
	reading a
	has_drops=$(jq 'has("drops")' "$TMP/a.json")
}

# What moved between the readings a and b, as lines "FAMILY SUBJECT WHAT PACKETS/OCTETS"; a path is
# named twice if an interface of that name was there before.
moved() {
	[ -s "$TMP/a.json" ] && [ -s "$TMP/b.json" ] && jq -nr --slurpfile a "$TMP/a.json" --slurpfile b "$TMP/b.json" '
		def row($family; $subject; pairs): pairs | to_entries[] |
			{key: "\($family) \($subject) \(.key)", value};
		def figures: [(("ipv4", "ipv6") as $f |
			row($f; "all"; .[$f] | {
				rx: [.traffic.packets_received, .traffic.bytes_received],
				in: [.forwarding.incoming_packets, .forwarding.incoming_bytes],
				out: [.forwarding.outgoing_packets, .forwarding.outgoing_bytes],
				tx: [.traffic.packets_sent, .traffic.bytes_sent],
				dl: [.traffic.delivered_packets, .traffic.delivered_bytes]}),
			(.interfaces | to_entries[] | row($f; .key; .value[$f] | {
				rx: [.rx_packets, .rx_bytes], in: [.forwarded_in_packets, .forwarded_in_bytes],
				out: [.forwarded_out_packets, .forwarded_out_bytes], tx: [.tx_packets, .tx_bytes],
				dl: [.delivered_packets, .delivered_bytes]})),
			(.drops // [] | .[] | select(.family == $f) |
				row($f; "\(.in // "")>\(.out // ""),\(.stage),\(.reason)"; {drop: [.packets, .bytes]})),
			(.paths[] | select(.family == $f) | row($f; "\(.in)>\(.out)"; {path: [.packets, .bytes]}))),
			(.interfaces | to_entries[] | row("other"; .key; .value.other |
				{rx: [.rx_packets, .rx_bytes], tx: [.tx_packets, .tx_bytes]}))] |
			group_by(.key) | map({key: .[0].key, value: map(.value) | transpose |
				map(if any(. == null) then null else add end)}) | from_entries;
		($a[0] | figures) as $old | $b[0] | figures | to_entries[] | .key as $k |
		([.value, $old[$k] // [0, 0]] | transpose | map(if any(. == null) then null else .[0] - .[1] end) |
			"\(.[0])/\(.[1])") | select(. != "0/0") | "\($k) \(.)"'
}
# Packets of a family that came in and went nowhere, by the other figures: received, less delivered,
# forwarded, and dropped before that;
# and whether the program says so, of all since the counters began. "-": nobody tells what was dropped.
rest_of() {
	jq -nr --arg f "$1" --slurpfile a "$TMP/a.json" --slurpfile b "$TMP/b.json" '
		def rest: ([.drops[] | select(.family == $f and .in != null and (.stage == "input" or .stage == "forward")) |
			.packets] | add // 0) as $dropped |
			.[$f] | .traffic.packets_received - .traffic.delivered_packets - .forwarding.outgoing_packets - $dropped;
		if $b[0].drops then ($b[0] | rest) as $all | $b[0][$f].losses.unaccounted_packets as $said |
			"\($all - ($a[0] | rest)) \($said == if $all < 0 then null else $all end)"
		else "-" end'
}
# Packets of a family that a flowtable forwarded between the readings, which the kernel counts nowhere.
fast_of() { jq -nr --arg f "$1" --slurpfile a "$TMP/a.json" --slurpfile b "$TMP/b.json" "$fast_of"; }
fast_of='def fast: .[$f].forwarding.fast_path_packets // 0; ($b[0] | fast) - ($a[0] | fast)'
# by_subject NAME: of FAMILY SUBJECT WHAT to figures in $figures, "FAMILY SUBJECT" to all of them, as an
# array of that name.
by_subject() {
	local -n of=$1
	local k w
	for k in "${!figures[@]}"; do of[${k% *}]=''; done
	for k in "${!of[@]}"; do
		for w in in out path rx tx dl drop; do
			[ -z "${figures[$k $w]:-}" ] || of[$k]+="${of[$k]:+ }$w=${figures[$k $w]}"
		done
	done
}

# check NAME [no-tx] [no-rx] [unseen-FAMILY=N] [held-FAMILY=N]: compares; then our sums with the kernel's own counters,
# which count a GSO packet once when it is sent (no-tx); unseen-FAMILY=N: the kernel counts N more as
# received; held-FAMILY=N: so many more came in than were delivered, forwarded or dropped.
check() {
	local k v f i=0 name=$1 family unseen flags=" ${*:2} " a b
	local -A want=() got=() figures=()
	settle
	reading b
	read -ra a <"$TMP/a.kernel"
	read -ra b <"$TMP/b.kernel"
	if ! moved >"$TMP/moved" 2>"$TMP/reading" || [ ${#a[@]}${#b[@]} != 44 ]; then
		not_ok "$name" "there are no two readings: $(tail -c 400 "$TMP/reading")"
		return
	fi
	for k in "${!unknown[@]}"; do figures[other $k]=${unknown[$k]}; done
	for k in "${!want_packets[@]}"; do
		[ "${want_packets[$k]}" = 0 ] || figures[$k]=${want_packets[$k]}/${want_octets[$k]}
	done
	by_subject want
	figures=()
	while read -r k f i v; do
		[[ $i != @(dl|drop) || $losses = 1 ]] && figures[$k $f $i]=$v
	done <"$TMP/moved"
	by_subject got
	for k in "${!want[@]}"; do expect "$name: $k" "${want[$k]}" "${got[$k]:-nothing}"; done
	for k in "${!got[@]}"; do [ -n "${want[$k]:-}" ] || not_ok "$name: $k" "wanted nothing, got '${got[$k]}'"; done
	[ ${#want[@]}${#got[@]} != 00 ] || ok "$name: nothing moved"
	for family in ipv4 ipv6; do
		unseen=0
		[[ $flags =~ held-$family=(-?[0-9]+) ]] && unseen=${BASH_REMATCH[1]}
		v=$(rest_of $family)
		[ "$v" = - ] || expect "$name: $family accounts for all" "$unseen true" "$v"
		[[ $v = - || ${v% *} = "$unseen" ]] || sed -nE "s/^.* (dl|drop) .*/# &/p" "$TMP/moved"
	done
	i=0
	for family in ipv4 ipv6; do
		unseen=0
		[[ $flags =~ unseen-$family=([0-9]+) ]] && unseen=${BASH_REMATCH[1]}
		for f in rx tx; do
			v=${figures[$family all $f]:-0}
			v=$((${v%/*} - $(fast_of $family)))
			[[ $flags == *no-$f* || ${a[i]} = - ]] ||
				expect "$name: $family $f is the kernel's" $((b[i] - a[i] - unseen)) "$v"
			i=$((i + 1)) unseen=0
		done
	done
}
