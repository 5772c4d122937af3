#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One SNMP context for each network namespace that the agent serves: each answers with its own figures, they
# come and go with the namespaces, and every new master gets all of them.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

P=ipfw-x-$$
O=IPFWAGENT-MIB
GONE='No Such Object|No more variables|No Response|^$'

# space NN: a namespace that is served, with interfaces and a number of received packets of its own.
space() {
	ip netns add "$P-$1" && spaces+=("$P-$1")
	printf 'link set lo up\nlink add d-%s type veth peer name e-%s\n' "$1" "$1" | ip -n "$P-$1" -batch -
}
unspace() { ip netns del "$P-$1"; }
received() { in_ns "$1" awk '$1 == "Ip:" { if (n++) print $4; }' /proc/net/snmp; } # InReceives
send() { in_ns "$1" ping -q -c "$2" -i 0.002 -s 100 127.0.0.1 >/dev/null; }

# context NAME TOOL ARGS...: by SNMPv3, numbers and values only.
context() {
	in_ns "$R" env MIBDIRS="$top/tests/mibs:$top/mibs" "$2" -v3 -l noAuthNoPriv -u poller -n "$1" -t 2 -r 2 \
		-M "$top/tests/mibs:$top/mibs" -m $O -OQvU 127.0.0.1:1161 "${@:3}" 2>&1
}
names() { context "$1" snmpwalk $O::ipfwIfName | sort -u | tr '\n' ' '; }
shows() { [ "$(names "$P-$1")" = "d-$1 e-$1 " ]; }
all_show() { local i && for i; do shows "$i" || return; done; }
is_gone() { grep -qE "$GONE" <<<"$(context "$P-$1" snmpget $O::ipfwMibRevision.0)"; }

cat >"$TMP/snmpd.extra" <<-X
	view everything included .1
	createUser poller
	rouser poller noauth -V everything
	com2sec -Cn $P-01 first 127.0.0.1 secret
	group firsts v2c first
	access firsts $P-01 v2c noauth exact everything none none
	proxy -Cn $P-01 -v2c -c public 127.0.0.1:1161 .1.3.6.1.2.1.1
X
add_ns "$R"
ip -n "$R" link add own type veth peer name own2
for i in 01 02 03; do space $i && send "$P-$i" "$((10#$i * 7))"; done
long=$P-$(printf '%040d' 0)
ip netns add "$long" && spaces+=("$long")
start_snmpd
start_agent --netns "$P-*" --ip-mib --interval 1

expect_true "contexts answer" wait_for 10 all_show 01 02 03
expect "the default context is the agent's own namespace" "own own2 " "$(names "")"
for i in 01 02 03; do
	expect "$i: its own interfaces" "d-$i e-$i " "$(names "$P-$i")"
	expect "$i: its own packets" "$(received "$P-$i")" "$(context "$P-$i" snmpget $O::ipfwSystemInPackets.ipv4)"
	expect "$i: in the standard table" "$(received "$P-$i")" "$(context "$P-$i" snmpget 1.3.6.1.2.1.4.31.1.1.4.1)"
done
send "$P-02" 50 && sleep 1.1
expect "a figure follows" "$(received "$P-02")" "$(context "$P-02" snmpget $O::ipfwSystemInPackets.ipv4)"
v2c() { SNMP_FLAGS='-OQvU -c secret' snmp "$@" 2>&1; }
expect "SNMPv2c: by community" "d-01 e-01 " "$(v2c snmpwalk $O::ipfwIfName | sort -u | tr '\n' ' ')"
expect_match "SNMPv2c: snmpd's system group by proxy" '^[0-9:.]+$' "$(v2c snmpget 1.3.6.1.2.1.1.3.0)"
expect_match "and nothing else of snmpd" 'No Such Object' "$(v2c snmpwalk 1.3.6.1.2.1.2)"
expect_match "an unknown context" "$GONE" "$(context "$P-99" snmpget $O::ipfwMibRevision.0)"
expect_match "a name that is too long" "$GONE" "$(context "$long" snmpget $O::ipfwMibRevision.0)"
expect "is told once" 1 "$(grep -c "$long" "$TMP/agent.log")"

# Namespaces come and go while others are asked.
poll() {
	while :; do
		for i in 01 02 03; do
			[ "$(names "$P-$i")" = "d-$i e-$i " ] || echo "$i shows $(names "$P-$i")"
			echo asked >>"$TMP/asked"
		done
	done
}
poll >"$TMP/wrong" &
poller=$!
pids+=("$poller")
bad=0
for round in $(seq 10); do
	i=$((10 + round))
	space $i
	wait_for 10 shows $i || { echo "# $i does not come: $(names "$P-$i")" && bad=$((bad + 1)); }
	unspace $i
	wait_for 10 is_gone $i || { echo "# $i does not go: $(names "$P-$i")" && bad=$((bad + 1)); }
done
kill "$poller" && wait "$poller" 2>/dev/null
expect "10 that come and go" 0 $bad
expect "no figure of one is another's ($(wc -l <"$TMP/asked") walks)" "" "$(cat "$TMP/wrong")"
unspace 03 && space 03 && send "$P-03" 5
is_new() { [ "$(received "$P-03")" = "$(context "$P-03" snmpget $O::ipfwSystemInPackets.ipv4)" ]; }
expect_true "one that is made anew has its own packets" wait_for 10 is_new

stop_snmpd
unspace 02
start_snmpd
expect_true "a new master gets all again" wait_for 10 all_show 01 03
expect_true "and not what has gone" is_gone 02

# A hundred.
for i in $(seq -w 0 99); do [ -e "/run/netns/$P-$i" ] || space "$i"; done
hundred=$(seq -w 0 99)
# shellcheck disable=SC2086
expect_true "100 contexts: all answer" wait_for 30 all_show $hundred
stop_snmpd
start_snmpd
begin=$(now_ms)
wait_for 30 agent_answers
connected=$(now_ms)
wait_for 30 shows 99
took=$(($(now_ms) - connected))
# shellcheck disable=SC2086
expect_true "100 contexts: all answer a new master ($took ms after the default one, which took $((connected - begin)) ms)" \
	all_show $hundred
echo "# memory: $(grep VmRSS "/proc/$agent/status"), load $(cut -d' ' -f1 /proc/loadavg)"
for i in $(seq -w 10 99); do unspace "$i"; done
expect_true "and go" wait_for 30 is_gone 99
expect "nothing else is in the log" "" "$(grep -v -E "connected to|lost the|serving ip|$P-[0-9]+: this network namespace is gone|$long" "$TMP/agent.log")"
gone_in_time "the end" "$agent" TERM

# A master that is slow with contexts, refuses them, forgets them and goes away.
stop_snmpd
rm -f "${MASTER#unix:}"
start_agent --netns "$P-0[0-5]" --interval 1
/usr/bin/python3 "$here/contexts_master.py" "${MASTER#unix:}" "$agent" "$P-0"{0..5} >"$TMP/said" 2>&1
while read -r what text; do
	case $what in
	ok) ok "$text" ;;
	not) not_ok "${text#ok }" "see there" ;;
	*) echo "$what $text" ;;
	esac
done <"$TMP/said"
expect_true "the master came to its end" grep -q 'default context.s alone$' "$TMP/said"
gone_in_time "the end" "$agent" TERM
finish
