# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# For the tests in this directory: a router of three network namespaces, exact senders, a private
# snmpd, and checks that print "ok NAME", "not ok NAME" or "skip NAME".
set -u

# The default reading socket is a test's own, and so is bpffs: neither another run's agent nor this machine's
# answers there, and nobody shares a hook with another run.
# The whole command begins again, as the kernel has it: "$@" is this file's if it was given any.
if [ "${IPFW_OWN_RUN:-}" != $$ ]; then
	mapfile -d '' command <"/proc/$$/cmdline"
	mkdir -p /run/ipfwagent && IPFW_OWN_RUN=$$ exec unshare -m --propagation slave sh -c \
		'mount -t tmpfs -o mode=755 none /run/ipfwagent && mount -t bpf none /sys/fs/bpf && exec "$@"' sh "${command[@]}"
	exit 1
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
BIN=$(realpath "${1:?usage: TEST BINARY}")
TMP=$(mktemp -d)
chmod 755 "$TMP"
C=ipfw-c-$$ R=ipfw-r-$$ S=ipfw-s-$$ # client, router, server
passed=0 failed=0 skipped=0
pids=()
spaces=()

# A sanitizer's finding must not look like one of the program's own exit statuses.
export ASAN_OPTIONS=exitcode=99:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
export LC_ALL=C

cleanup() {
	local p n
	for p in "${pids[@]}"; do
		kill -CONT "$p" 2>/dev/null
		kill -KILL "$p" 2>/dev/null
	done
	wait 2>/dev/null
	for n in "${spaces[@]}"; do ip netns del "$n" 2>/dev/null; done
	rm -rf "$TMP"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

ok() { passed=$((passed + 1)) && printf 'ok %s\n' "$1"; }
not_ok() { failed=$((failed + 1)) && printf 'not ok %s: %s\n' "$1" "$2"; }
skip() { skipped=$((skipped + 1)) && printf 'skip %s: %s\n' "$1" "$2"; }

# expect NAME WANTED GOT
expect() { if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "wanted '$2', got '$3'"; fi; }
# expect_match NAME REGEX TEXT
expect_match() { if grep -qiE -- "$2" <<<"$3"; then ok "$1"; else not_ok "$1" "no /$2/ in '$3'"; fi; }
# expect_true NAME COMMAND...
expect_true() {
	local name=$1
	shift
	if "$@" >"$TMP/true.out" 2>&1; then ok "$name"; else not_ok "$name" "$(tail -c 400 "$TMP/true.out")"; fi
}

# valid NAME SCHEMA FILE: every line of the file is a document of that form.
valid() {
	expect_true "$1 validates" /usr/bin/python3 - "$top/schemas/$2.schema.json" "$3" <<'P'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
cls = jsonschema.validators.validator_for(schema)
cls.check_schema(schema)
n = 0
for line in open(sys.argv[2], encoding="utf-8"):
    errors = list(cls(schema).iter_errors(json.loads(line)))
    assert not errors, "; ".join(f"{list(e.absolute_path)}: {e.message[:200]}" for e in errors[:3])
    n += 1
assert n, "no document"
P
}

# The last line, and the status.
finish() {
	local tail=
	[ "$skipped" = 0 ] || tail=", $skipped skipped"
	printf '%s: %d passed, %d failed%s\n' "$(basename "$0")" "$passed" "$failed" "$tail"
	[ "$failed" = 0 ]
	exit
}

# wait_for SECONDS COMMAND...: until the command succeeds. A busy machine gets six times as long: what has
# to be there in time is measured, see waits.py.
wait_for() {
	local end=$((SECONDS + 6 * $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}
now_ms() { date +%s%3N; }
dead() { ! kill -0 "$1" 2>/dev/null; }
# Whether a signal to that agent or monitor would be read by it: it is our program by now, and SIGTERM
# is blocked.
hears() { (($(awk '/^Name:/ { n = $2 } /^SigBlk:/ { print n == "ipfwagent" ? "0x" $2 : 0 }' "/proc/$1/status") & 0x4000)); }

# in_interval PATTERN WAIT COMMAND...: the command happens between the two readings of the program with
# that command line. It waits there, in a WAIT of the kernel, and is stopped until the command is done.
in_interval() {
	local pid='' wait=''
	is_running() { pid=$(pgrep -f "^[^ ]*ipfwagent .*$1"); }
	wait_for 10 is_running "$1" || return
	until [[ $wait == *$2* ]]; do # no process in here: the interval is short
		read -r -t 0.005 <>"$TMP/never"
		read -r wait <"/proc/$pid/wchan"
		dead "$pid" && echo "nothing was seen of the interval" && return
	done
	kill -STOP "$pid"
	"${@:3}"
	kill -CONT "$pid"
}

mkfifo "$TMP/never"

# gone_in_time NAME PID SIGNAL [MS]: the signal ends it with status 0 in that time (1500), apart from what
# it waits for a processor.
gone_in_time() {
	local took busy
	read -r took busy <<<"$(/usr/bin/python3 "$here/waits.py" "$2" "$3")"
	wait "$2"
	expect "$1: exit status" 0 $?
	expect_true "$1: ends in $took ms (a busy machine: $busy ms)" [ "$took" -le $((${4:-1500} + busy)) ]
}

# background [in_ns NAME] COMMAND...: its pid (not that of a shell around it) is in $bg; killed at
# the end.
background() {
	[ "$1" != in_ns ] || set -- nsenter "--net=/run/netns/$2" "${@:3}"
	"$@" &
	bg=$!
	pids+=("$bg")
}

in_ns() { nsenter --net="/run/netns/$1" "${@:2}"; }
# setns NAME KEY=VALUE...: sysctl in a namespace
setns() { in_ns "$1" sysctl -qw "${@:2}"; }

add_ns() {
	ip netns add "$1" || exit 1
	spaces+=("$1")
	ip -n "$1" link set lo up
	# Only what the tests send may pass: no router solicitations, no MLD, no DAD.
	setns "$1" net.ipv6.icmp.ratelimit=0 net.ipv6.conf.default.mldv2_unsolicited_report_interval=10 \
		net.ipv6.conf.all.router_solicitations=0 net.ipv6.conf.default.router_solicitations=0 \
		net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.dad_transmits=0 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.icmp_ratelimit=0
}

# join ROUTER_DEV NS DEV [OPTION...]: a link from the router to another host, on which nothing is sent
# but what a test sends; the options are for `ip link add`.
join() {
	local pair
	ip -n "$R" link add "$1" "${@:4}" type veth peer name "$3" netns "$2"
	for pair in "$2 $3" "$R $1"; do
		# shellcheck disable=SC2086
		set -- $pair
		ip -n "$1" link set "$2" addrgenmode none
		in_ns "$1" ethtool -K "$2" gro off gso off tso off tx off >/dev/null 2>&1
		ip -n "$1" link set "$2" up
	done
}
# connect ROUTER_DEV NS DEV NUMBER [OPTION...]: the same with addresses of both families, a default
# route, and fixed neighbours.
connect() {
	join "$1" "$2" "$3" "${@:5}"
	ip -n "$R" addr add "10.$4.0.1/24" dev "$1" && ip -n "$R" addr add "fd0$4::1/64" dev "$1" nodad
	ip -n "$2" addr add "10.$4.0.2/24" dev "$3" && ip -n "$2" addr add "fd0$4::2/64" dev "$3" nodad
	ip -n "$2" route add default via "10.$4.0.1" && ip -n "$2" -6 route add default via "fd0$4::1"
	neighbour "$2" "$3" "$R" "$1" "10.$4.0.1" "fd0$4::1"
	neighbour "$R" "$1" "$2" "$3" "10.$4.0.2" "fd0$4::2"
}
# shellcheck disable=SC2120 # options: from others
connect_server() { connect rs "$S" s0 2 "$@"; }

# client c0 -- rc router rs -- s0 server, both families, neighbours fixed, IPv6 without addresses of
# its own making, so that nothing is on the wire but what a test sends.
make_router() {
	local n
	for n in "$C" "$R" "$S"; do add_ns "$n"; done
	connect rc "$C" c0 1
	connect_server
	setns "$R" net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	wait_for 10 in_ns "$C" ping -c1 -W1 10.2.0.2 || { echo "the router does not route" >&2; exit 1; }
	wait_for 10 in_ns "$C" ping -c1 -W1 fd02::2 || { echo "the router does not route IPv6" >&2; exit 1; }
	settle
}

# neighbour NS DEV PEER_NS PEER_DEV ADDRESS...: permanent entries, so that no ARP or ND is sent.
neighbour() {
	local mac
	mac=$(in_ns "$3" ip -j link show "$4" | jq -r '.[0].address')
	for a in "${@:5}"; do ip -n "$1" neigh replace "$a" lladdr "$mac" dev "$2" nud permanent; done
}

# Until nothing moves any more: interface counters equal over 0.3 s.
moving() { in_ns "$R" cat /proc/net/dev; }
settle() {
	local a b i
	for i in $(seq 40); do
		a=$(moving)
		sleep 0.3
		b=$(moving)
		[ "$a" = "$b" ] && return 0
	done
	echo "traffic does not settle ($i rounds)" >&2
}

# quiet NS: swallows what comes to the discard port, so that nothing is answered.
quiet() {
	in_ns "$1" nft -f - <<-'N'
		table inet quiet {
			chain quiet_in { type filter hook input priority 0; meta l4proto { tcp, udp } th dport 9 drop; }
		}
	N
}

# pings NS COUNT PAYLOAD ADDRESS: exactly COUNT echo requests; fails unless each was answered.
pings() { in_ns "$1" ping -q -n -c "$2" -i 0.002 -W 2 -s "$3" "$4" | grep -q " $2 received"; }

# datagrams NS COUNT PAYLOAD ADDRESS [TTL]: exactly COUNT UDP datagrams to the discard port.
datagrams() {
	in_ns "$1" /usr/bin/python3 - "${@:2}" <<'P'
import socket, sys
count, size, address = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
v6 = ":" in address
s = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
if len(sys.argv) > 4:
    ttl = int(sys.argv[4])
    if v6:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
    else:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
# Fragment at the sender, never learn from the path.
if v6:
    s.setsockopt(socket.IPPROTO_IPV6, 23, 5)  # IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT
else:
    s.setsockopt(socket.IPPROTO_IP, 10, 0)
sent = 0
while sent < count:
    try:
        s.sendto(b"x" * size, (address, 9))
        sent += 1
    except OSError as e:  # an ICMP error for an earlier one: not sent, again
        if e.errno not in (101, 111, 113):
            raise
P
}

# kernel FILE GROUP COLUMN: one counter of the router, straight from /proc/net.
kernel() {
	in_ns "$R" awk -v g="$2:" -v c="$3" '$1 == g { if (!n) { n = split($0, name) } else
		for (i = 2; i <= n; i++) if (name[i] == c) print $i }' "/proc/net/$1"
}
kernel6() { in_ns "$R" awk -v c="$1" '$1 == c { print $2 }' "/proc/net/snmp6"; }
kernel6_if() { in_ns "$R" awk -v c="$2" '$1 == c { print $2 }' "/proc/net/dev_snmp6/$1"; }

# A private snmpd in the router's namespace: start_snmpd; its address is $MASTER, SNMP on 127.0.0.1:1161.
# What is in $TMP/snmpd.extra goes to its configuration.
MASTER=unix:$TMP/agentx/master
start_snmpd() {
	mkdir -p "$TMP/agentx"
	cat >"$TMP/snmpd.conf" <<-X
		rocommunity public 127.0.0.1
		agentaddress udp:127.0.0.1:1161
		master agentx
		agentXSocket $MASTER
		agentXTimeout 5
	X
	[ ! -f "$TMP/snmpd.extra" ] || cat "$TMP/snmpd.extra" >>"$TMP/snmpd.conf"
	rm -f "$TMP/agentx/master"
	background in_ns "$R" env MIBS="" SNMP_PERSISTENT_DIR="$TMP/persist" \
		snmpd -f -Lf "$TMP/snmpd.log" -I -smux -C -c "$TMP/snmpd.conf" -p "$TMP/snmpd.pid"
	snmpd=$bg
	wait_for 10 snmp snmpget 1.3.6.1.2.1.1.3.0 || { echo "snmpd does not start" >&2; cat "$TMP/snmpd.log" >&2; exit 1; }
}
stop_snmpd() { kill "$snmpd" 2>/dev/null; wait "$snmpd" 2>/dev/null; }
# fill_queue: connect to the stopped snmpd until it takes no more; whoever comes next waits for ever.
fill_queue() {
	/usr/bin/python3 - "${MASTER#unix:}" <<'P'
import socket, sys
held = []
while len(held) < 5000:
    s = socket.socket(socket.AF_UNIX)
    s.setblocking(False)
    try:
        s.connect(sys.argv[1])
    except BlockingIOError:
        break
    held.append(s)
P
}

ROOT_OID=1.3.6.1.4.1.8072.9999.9999.4269
# snmp TOOL ARGS...: against the private snmpd, by name.
snmp() {
	in_ns "$R" env MIBDIRS="$top/tests/mibs:$top/mibs" "$1" -v2c -c public -M "$top/tests/mibs:$top/mibs" -m IPFWAGENT-MIB -t 2 -r 2 \
		${SNMP_FLAGS:--OQ} 127.0.0.1:1161 "${@:2}"
}
snmp_value() { SNMP_FLAGS=${SNMP_FLAGS:--OQvU} snmp snmpget "$1" 2>/dev/null; }
agent_answers() { [[ $(snmp_value IPFWAGENT-MIB::ipfwMibRevision.0) =~ ^[1-9] ]]; }
agent_silent() { ! agent_answers; }

# start_agent ARGS...: in the router's namespace; its messages are in $TMP/agent.log.
start_agent() {
	background in_ns "$R" "$BIN" agent --source kernel --agentx-socket "$MASTER" \
		--reading-socket "$TMP/reading.sock" "$@" 2>>"$TMP/agent.log"
	agent=$bg
}
