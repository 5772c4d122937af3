#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# RFC 4293's tables in place of snmpd's: each object against what was sent, packet by packet, and against
# snmpd's own where that is right; what is not known is absent, and no row is a mix of two sources; off by
# default; snmpd's come back.
# shellcheck source=tests/netns/scenarios_lib.sh
. "$(dirname "$0")/scenarios_lib.sh"

make_router
quiet "$C" && quiet "$S"
start_snmpd
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
conf=$TMP/ipfwagent.conf
TRAFFIC_OID=.1.3.6.1.2.1.4.31
: >"$TMP/agent.log"
agent_on() {
	background in_ns "$R" "$BIN" agent --hooks "$HOOKS" --agentx-socket "$MASTER" --reading-socket "$TMP/reading" --interval 1 "$@" 2>>"$TMP/agent.log"
	agent=$bg
	wait_for 20 agent_answers || not_ok "the agent answers" "$(cat "$TMP/agent.log")"
}
agent_off() { kill "$agent" && wait "$agent"; }
# What is served, a line "ipIfStatsHCInOctets.ipv4.2 VALUE" each.
table() { SNMP_FLAGS="-m IPFWAGENT-MIB:IP-MIB -OQUt ${*:2}" snmp "$1" $TRAFFIC_OID | sed -n 's/^IP-MIB::\([^ ]*\) = /\1 /p'; }
names() { awk '{ print $1 }' "$@"; }
rc=$(in_ns "$R" ip -j link show rc | jq '.[0].ifindex') rs=$(in_ns "$R" ip -j link show rs | jq '.[0].ifindex')
# Whether the rows of IPv4 of an interface are there, which snmpd does not have, and whether they are not.
has_ipv4() { table snmpwalk | grep -q "^ipIfStatsHCOutTransmits\.ipv4\.$rc "; }
has_none() { ! has_ipv4; }
is_snmpd() { [ "$(table snmpwalk | names)" = "$(cat "$TMP/own")" ]; }
status_line() { "$BIN" status --json --netns "$R" --reading-socket "$TMP/reading" | jq -r .agent; }

# Off by default: snmpd's own tables, untouched.
table snmpwalk | names >"$TMP/own"
expect_true "snmpd has tables of its own ($(wc -l <"$TMP/own"))" grep -q "^ipIfStatsHCInReceives\.ipv6\.$rc\$" "$TMP/own"
expect "snmpd has no IPv4 of interfaces" 0 "$(grep -c '^ipIfStats.*\.ipv4\.' "$TMP/own")"
agent_on
sleep 0.5
expect_true "off by default: snmpd's own tables" is_snmpd
expect "off by default: status" 0 "$(status_line | grep -c IP-MIB)"
agent_off

# By the configuration file; another value waits for a restart.
echo 'ip-mib yes' >"$conf"
agent_on --config "$conf"
expect_true "ip-mib yes: IPv4 of interfaces" wait_for 10 has_ipv4
expect_match "status says so" ', IP-MIB served, SNMP master connected$' "$(status_line)"
expect_match "the log says so" 'ipSystemStatsTable and ipIfStatsTable of IP-MIB .* in place of the SNMP master' "$(cat "$TMP/agent.log")"
echo 'ip-mib no' >"$conf"
kill -HUP "$agent"
expect_true "reload: it waits for a restart" wait_for 10 grep -q 'waits for a restart: ip-mib$' "$TMP/agent.log"
expect_true "reload: still served" has_ipv4

# Names, bulk, and what belongs to whom.
table snmpwalk >"$TMP/walk"
table snmpbulkwalk -Cr25 | names >"$TMP/bulk"
expect "a walk in bulk finds the same" "" "$(names "$TMP/walk" | diff - "$TMP/bulk" | head -n 20)"
wanted_of() { # PREFIX INDEX OBJECT...: with those of 64 bits
	local o
	for o in "${@:3}"; do
		echo "$1$o.$2"
		[[ $o != @(InReceives|InOctets|InForwDatagrams|InDelivers|OutRequests|OutForwDatagrams|OutTransmits|OutOctets|*cast*) ]] ||
			echo "$1HC$o.$2"
	done
}
both="InReceives InOctets InHdrErrors InNoRoutes InTruncatedPkts InForwDatagrams OutForwDatagrams OutTransmits OutOctets
	DiscontinuityTime RefreshRate"
more="InUnknownProtos ReasmReqds ReasmOKs ReasmFails InDiscards InDelivers OutRequests OutDiscards OutFragReqds OutFragOKs
	OutFragFails OutFragCreates InMcastPkts InMcastOctets OutMcastPkts OutMcastOctets"
# shellcheck disable=SC2086
{
	wanted_of ipSystemStats ipv4 $both $more InAddrErrors OutNoRoutes InBcastPkts OutBcastPkts
	wanted_of ipSystemStats ipv6 $both $more OutNoRoutes
	for i in "$rc" "$rs"; do
		wanted_of ipIfStats "ipv4.$i" $both
		wanted_of ipIfStats "ipv6.$i" $both $more
	done
	echo ipIfStatsTableLastChange.0
} | sort >"$TMP/wanted"
expect "the objects that are known, and no other" "" "$(names "$TMP/walk" | sort | diff "$TMP/wanted" - | head -n 20)"
absent() { expect "absent: $1" "No Such Instance currently exists at this OID" "$(SNMP_FLAGS="-m IPFWAGENT-MIB:IP-MIB -OQv" snmp snmpget "IP-MIB::$1")"; }
for i in "InAddrErrors.ipv6.$rc" "InReceives.ipv6.1" "InBcastPkts.ipv4.$rc" "InDelivers.ipv4.$rc"; do absent "ipIfStats$i"; done
expect "RefreshRate" "1000 1000" "$(awk '/RefreshRate/ && /ipv4/ { print $2 }' "$TMP/walk" | sort -u | tr '\n' ' ' | sed 's/^\(.*\) $/\1 \1/')"
expect "what is narrow is the lower half" "" "$(sed 's/StatsHC/Stats/' "$TMP/walk" | sort -u | names | uniq -d)"

# snmpd's own values, read afresh: before the traffic and after it.
own_values() { # FILE
	agent_off
	stop_snmpd
	start_snmpd
	table snmpwalk | grep '^ipIfStats' | sort >"$1"
	agent_on --ip-mib
	wait_for 10 has_ipv4
	sleep 1.2 # no reading from before it will do
}
own_values "$TMP/own.a"
in_ns "$R" nft -f - <<'N'
table inet t {
	chain f { type filter hook forward priority 0; udp dport 10 drop; }
}
N
# Of IPv4 in one request, since that is one reading: a walk is IPv4 traffic itself. So it comes before the walk, or a
# reading that the agent took in the middle of the walk would serve, with packets that had been sent and not received.
system_ipv4() {
	SNMP_FLAGS="-m IPFWAGENT-MIB:IP-MIB -OQv" snmp snmpget IP-MIB::ipSystemStatsHC{OutTransmits,InReceives,InDelivers}.ipv4 | tr '\n' ' '
}
settle
sleep 1.2
read -ra before <<<"$(system_ipv4)"
table snmpwalk | sort >"$TMP/a"
unreachable=$(kernel snmp Icmp OutDestUnreachs)
for f in ipv4 ipv6; do
	[ $f = ipv4 ] && nowhere=10.99.0.1 size=72 || nowhere=fd99::1 size=52
	udp $f 101 $size                                                     # 100 octets each
	udp $f 7 $size 1                                                     # TTL
	traffic "$C" send $nowhere 9 9 $size                                 # no route
	traffic "$C" send "${server[$f]}" 10 11 $size                        # refused
	traffic "$S" send "${client[$f]}" 9 30 $size                         # the other way
	[ $f = ipv4 ] && own=10.1.0.1 || own=fd01::1
	pings "$C" 5 100 $own || not_ok "pings $f" "not answered"            # for the router itself
done
address() { ip -n "$1" -j link show "$2" | jq -r '.[0].address'; }
frames() { # COUNT checksum|length: IPv4 from the client with a header that is wrong there
	in_ns "$C" /usr/bin/python3 - "$(address "$C" c0)" "$(address "$R" rc)" "$@" <<-'P'
		import socket, struct, sys
		own, gateway, count, fault = sys.argv[1:]
		def header(check, length):
		    return struct.pack("!BBHHHBBH4s4s", 0x45, 0, length, 0, 0, 64, 17, check,
		                       socket.inet_aton("10.1.0.2"), socket.inet_aton("10.2.0.2"))
		length = 900 if fault == "length" else 100
		words = sum(struct.unpack("!10H", header(0, length)))
		words = (words & 0xffff) + (words >> 16)
		check = ~((words & 0xffff) + (words >> 16)) & 0xffff ^ (1 if fault == "checksum" else 0)
		mac = lambda text: bytes.fromhex(text.replace(":", ""))
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("c0", 0))
		for _ in range(int(count)):
		    s.send(mac(gateway) + mac(own) + b"\x08\x00" + header(check, length) + struct.pack("!HHHH", 999, 9, 80, 0) + bytes(72))
	P
}
frames 13 checksum
frames 4 length
settle
sleep 1.2
read -ra after <<<"$(system_ipv4)"
table snmpwalk | sort >"$TMP/b"
errors=$((7 + $(kernel snmp Icmp OutDestUnreachs) - unreachable)) # of IPv4 the kernel limits these by itself
command join "$TMP/a" "$TMP/b" | awk '{ print $1, $3 - $2 }' >"$TMP/moved"
moved_by() { awk -v k="$1" '$1 == k { print $2 }' "$TMP/moved"; }
is() { # ROW OBJECT=NUMBER...: and of 64 bits, where there is one
	local o
	for o in "${@:2}"; do
		expect "${1%% *}${o%=*}.${1#* }" "${o#*=}" "$(moved_by "${1%% *}${o%=*}.${1#* }")"
		[ -z "$(moved_by "${1%% *}HC${o%=*}.${1#* }")" ] ||
			expect "${1%% *}HC${o%=*}.${1#* }" "${o#*=}" "$(moved_by "${1%% *}HC${o%=*}.${1#* }")"
	done
}
# 101 + 7 + 9 + 11 of 100 octets, 5 pings, 17 faulty; errors quote the datagram: 28 octets more, and 48.
is "ipIfStats ipv4.$rc" InReceives=150 InOctets=$((128 * 100 + 5 * 128 + 17 * 100)) InHdrErrors=$((7 + 13)) InNoRoutes=9 \
	InTruncatedPkts=4 InForwDatagrams=$((101 + 11 + 9)) OutForwDatagrams=30 OutTransmits=$((30 + 5 + errors)) \
	OutOctets=$((30 * 100 + 5 * 128 + errors * 128)) DiscontinuityTime=0
is "ipIfStats ipv4.$rs" InReceives=30 InOctets=3000 InHdrErrors=0 InNoRoutes=0 InForwDatagrams=30 OutForwDatagrams=101 \
	OutTransmits=101 OutOctets=10100
is "ipIfStats ipv6.$rc" InReceives=133 InOctets=$((128 * 100 + 5 * 148)) InHdrErrors=7 InNoRoutes=9 InDelivers=5 \
	InForwDatagrams=$((101 + 11 + 9)) OutForwDatagrams=30 OutTransmits=$((30 + 5 + 16)) OutOctets=$((30 * 100 + 5 * 148 + 16 * 148))
is "ipIfStats ipv6.$rs" InReceives=30 InOctets=3000 InForwDatagrams=30 OutForwDatagrams=101 OutTransmits=101 OutOctets=10100
is "ipSystemStats ipv6" InReceives=163 InOctets=$((158 * 100 + 5 * 148)) InHdrErrors=7 InNoRoutes=9 InDelivers=5 OutRequests=21 \
	InForwDatagrams=$((131 + 11 + 9)) OutForwDatagrams=131 OutTransmits=152 OutOctets=$((131 * 100 + 21 * 148))
# SNMP itself is IPv4, and on lo.
is "ipSystemStats ipv4" InHdrErrors=20 InNoRoutes=9 InTruncatedPkts=4 InForwDatagrams=$((131 + 11 + 9)) OutForwDatagrams=131
snmp_packets=$((after[0] - before[0] - 131 - 5 - errors))
expect_true "of the system only SNMP itself is more ($snmp_packets)" [ $snmp_packets -ge 2 ]
expect "ipSystemStatsHCInReceives.ipv4" $((30 + 150 + snmp_packets)) $((after[1] - before[1]))
expect "ipSystemStatsHCInDelivers.ipv4" $((5 + snmp_packets)) $((after[2] - before[2]))

own_values "$TMP/own.b"
moved_in() { # COMMAND...: what moves while it runs, in $TMP/moved
	settle
	sleep 1.2
	table snmpwalk | sort >"$TMP/a"
	"$@"
	settle
	sleep 1.2
	table snmpwalk | sort | command join "$TMP/a" - | awk '{ print $1, $3 - $2 }' >"$TMP/moved"
}
# Its OutTransmits is not: packets that a filter refused are in it.
command join "$TMP/own.a" "$TMP/own.b" | awk '{ print $1, $3 - $2 }' >"$TMP/own.moved"
for i in "$rc" "$rs"; do
	for o in InReceives HCInReceives InOctets HCInOctets InHdrErrors InNoRoutes InDelivers HCInDelivers InDiscards OutRequests \
		OutOctets HCOutOctets InMcastPkts OutMcastPkts ReasmReqds OutFragOKs; do
		expect "snmpd's own: ipIfStats$o.ipv6.$i" "$(awk -v k="ipIfStats$o.ipv6.$i" '$1 == k { print $2 }' "$TMP/own.moved")" \
			"$(moved_by "ipIfStats$o.ipv6.$i")"
	done
done

# Datagrams that the kernel takes as one count as what they are on the wire, also for the system.
in_ns "$C" ethtool -K c0 tx on gso on tx-udp-segmentation on >/dev/null 2>&1
took=$(kernel6 Ip6InReceives)
moved_in traffic "$C" gso fd02::2 9 10 10000 1400 # 8 datagrams, 7 of 1400 octets and one of 200
in_ns "$C" ethtool -K c0 tx off gso off tx-udp-segmentation off >/dev/null 2>&1
expect_true "merged: the kernel took fewer ($(($(kernel6 Ip6InReceives) - took)))" [ $(($(kernel6 Ip6InReceives) - took)) -lt 80 ]
for i in "ipIfStats ipv6.$rc" "ipSystemStats ipv6"; do
	is "$i" InReceives=80 InOctets=$((100000 + 80 * 48)) InForwDatagrams=80
done
is "ipIfStats ipv6.$rs" OutForwDatagrams=80 OutTransmits=80

# Fragments: those that come in, those that are put together, those that are made.
ip -n "$R" link set rs mtu 1300
moved_in datagrams "$C" 6 1400 10.2.0.2 # 1428 octets, which rs takes in two
is "ipSystemStats ipv4" OutFragReqds=6 OutFragOKs=6 OutFragFails=0 OutFragCreates=12
is "ipIfStats ipv4.$rs" OutForwDatagrams=6 OutTransmits=12
moved_in datagrams "$C" 8 1400 fd02::2 # which IPv6 may not cut
is "ipIfStats ipv6.$rs" OutFragReqds=8 OutFragOKs=0 OutFragFails=8 OutForwDatagrams=0
is "ipIfStats ipv6.$rc" InReceives=8 OutTransmits=8
ip -n "$R" link set rs mtu 1500
moved_in datagrams "$C" 3 4000 fd01::1 # in three each
is "ipIfStats ipv6.$rc" InReceives=9 ReasmReqds=9 ReasmOKs=3 ReasmFails=0 InDelivers=3

# An interface that is gone has no row.
ip -n "$R" link add late0 type veth peer name late1
late=$(in_ns "$R" ip -j link show late0 | jq '.[0].ifindex')
has_late() { table snmpwalk | grep -q "^ipIfStats.*\.ipv4\.$late "; }
expect_true "a new interface" wait_for 10 has_late
ip -n "$R" link del late0
no_late() { [ "$(table snmpwalk | grep -c "^ipIfStats.*\.$late ")" = 0 ]; }
expect_true "it is gone: no row" wait_for 10 no_late

# snmpd restarts: ours are back; a second agent is refused; the agent ends, however: snmpd's are back.
stop_snmpd
start_snmpd
expect_true "snmpd restarts: ours are back" wait_for 10 has_ipv4
timeout 30 nsenter --net="/run/netns/$R" "$BIN" agent --ip-mib --agentx-socket "$MASTER" --reading-socket none 2>"$TMP/err"
expect "a second agent: exit status" 1 $?
expect_match "a second agent: message" 'another ipfwagent is already connected' "$(cat "$TMP/err")"
expect_true "a second agent: the first one serves" has_ipv4
agent_off
expect_true "the agent ends: snmpd's own are back" wait_for 10 is_snmpd
agent_on --ip-mib
expect_true "started again: ours" wait_for 10 has_ipv4
kill -KILL "$agent" && wait "$agent" 2>/dev/null
expect_true "the agent is killed: snmpd's own are back" wait_for 10 is_snmpd

# Without eBPF: what the kernel counts by interface is IPv6 alone.
agent_on --ip-mib --source kernel
served_ipv6() { table snmpwalk | grep -q "^ipSystemStatsRefreshRate.ipv6 1000$"; }
expect_true "kernel source: served" wait_for 10 served_ipv6
udp ipv4 20 72
udp ipv6 20 52
settle
sleep 1.2
table snmpwalk >"$TMP/walk"
expect "kernel source: no IPv4 of interfaces" 0 "$(grep -c '^ipIfStats.*\.ipv4\.' "$TMP/walk")"
expect "kernel source: nor what it does not count" 0 "$(grep -c '^ipIfStats.*InForwDatagrams' "$TMP/walk")"
for i in InReceives InOctets InNoRoutes InDelivers OutRequests InMcastPkts FragOKs; do
	expect "kernel source: $i" "$(kernel6_if rc Ip6$i)" "$(awk -v k="ipIfStats${i/#Frag/OutFrag}.ipv6.$rc" '$1 == k { print $2 }' "$TMP/walk")"
done
expect "kernel source: of the system" "$(kernel6 Ip6InReceives)" "$(awk '$1 == "ipSystemStatsHCInReceives.ipv6" { print $2 }' "$TMP/walk")"
agent_off
expect "exit status" 0 $?
finish
