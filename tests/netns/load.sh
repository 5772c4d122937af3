#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Many interfaces (IPFW_LOAD, 2,000 by default): memory and the time of a sample; four pollers at once
# while interfaces come and go and traffic passes. snmpd has a namespace of its own: it takes
# seconds over so many interfaces.
# shellcheck source=tests/netns/lib.sh
. "$(dirname "$0")/lib.sh"

N=${IPFW_LOAD:-2000} seconds=${IPFW_SECONDS:-7} seed=${IPFW_SEED:-$RANDOM}
M=ipfw-m-$$ # where snmpd is
grep -q __asan_init "$BIN" && slow=1 || slow=0
timeout=10 # that there is an answer matters here, not how busy the machine is

add_ns "$M"
make_router
trap '"$BIN" detach --netns "$R" 2>/dev/null; cleanup' EXIT
setns "$R" net.ipv6.conf.default.addr_gen_mode=1
for ((i = 2000; i < 2000 + N; i += 2)); do
	echo "link add v$i index $i type veth peer name v$((i + 1)) index $((i + 1))"
	echo "link set v$i up" && echo "link set v$((i + 1)) up"
done | ip -n "$R" -batch - || exit 1
R=$M start_snmpd

agent_on() {
	background in_ns "$R" "$BIN" agent --agentx-socket "$MASTER" --reading-socket "$TMP/reading" "$@" 2>>"$TMP/agent.log"
	agent=$bg
	R=$M wait_for 60 agent_answers || not_ok "the agent answers" "$(tail -n 3 "$TMP/agent.log")"
}
agent_off() {
	kill -TERM "$agent" && wait "$agent"
	expect "$1: the agent's exit status" 0 $?
}
# Microseconds of processor time of all threads so far.
cpu_us() { cat /proc/"$1"/task/*/schedstat | awk '{ n += $1 } END { print int(n / 1000) }'; }
memory_kib() { awk -v w="$1:" '$1 == w { print $2 }' "/proc/$agent/status"; }
samples() { R=$M snmp_value IPFWAGENT-MIB::ipfwSamples.0; }

# A sample takes less than what ip(8) needs to show the same interfaces, and memory is bounded.
cost() { # SOURCE PERCENT-OF-IP
	local i n us ip_us memory limit
	agent_on --source "$1" --include '*' --interval 0.3
	n=$(samples) us=$(cpu_us "$agent")
	ip_us=$(for i in 1 2 3 4 5; do
		in_ns "$R" bash -c 'TIMEFORMAT="%U %S"; time ip -s link >/dev/null 2>/dev/null' 2>&1 | awk '{ print int(($1 + $2) * 1e6) }'
		sleep 0.4
	done | sort -n | sed -n 3p)
	us=$((($(cpu_us "$agent") - us) / ($(samples) - n)))
	for i in "json pretty" "text verbose" json; do
		echo "$i" | timeout 10 socat -t10 - "UNIX-CONNECT:$TMP/reading" >"$TMP/document"
		expect_true "$1: a document ($i)" [ "$(grep -oE '\<v[0-9]{4,}\>' "$TMP/document" | sort -u | wc -l)" = "$N" ]
	done
	# Idle clients that hold documents back, while the readings go on. A thread that waits for a processor holds
	# an older reading as well: then once more, with the peak forgotten.
	limit=$((20 * 1024 + N * 64 / 10))
	for _ in 1 2 3 4; do
		for i in 1 2 3; do
			(echo "json pretty" && sleep 2) | socat -u - "UNIX-CONNECT:$TMP/reading" &
			pids+=($!)
			sleep 0.4
		done
		memory=$(memory_kib VmHWM)
		[ "$memory" -gt $limit ] || break
		echo "# $1: $memory KiB"
		sleep 3
		echo 5 >"/proc/$agent/clear_refs"
	done
	echo "# $1: $N interfaces, $us us for a sample, $((us * 100 / ip_us)) % of ip -s link; memory $(memory_kib VmRSS) KiB, at most $memory KiB"
	if [ $slow = 1 ]; then
		echo "# $1: cost: sanitizers take time and memory of their own"
	else
		expect_true "$1: a sample takes at most $2 % of ip -s link ($us us, $ip_us us)" [ $((us * 100)) -le $((ip_us * $2)) ]
		expect_true "$1: memory at most $limit KiB ($memory)" [ "$memory" -le $limit ]
	fi
	agent_off "$1, alone"
}

# The interfaces' own counters of packets, as SNMP shows them and as the kernel does.
totals() { R=$M SNMP_FLAGS=-OQvU snmp snmpbulkwalk -Cr50 "$1"; }
by_snmp() { paste -d ' ' <(totals IPFWAGENT-MIB::ipfwIfName.0) <(totals IPFWAGENT-MIB::ipfwIfInPackets.0) <(totals IPFWAGENT-MIB::ipfwIfOutPackets.0) | sort; }
by_kernel() { in_ns "$R" awk -F '[: ]+' 'NR > 2 { sub(/^ */, ""); print $1, $3, $11 }' /proc/net/dev | sort; }

churn() { # SOURCE
	local way p waiting=() name=$1
	agent_on --source "$1" --include '*' --interval 1
	background in_ns "$R" /usr/bin/python3 "$here/load_churn.py" $((seconds + 1)) "$seed" >"$TMP/churn" 2>&1
	p=$bg
	(for i in $(seq $((seconds * 2))); do datagrams "$C" 500 100 10.2.0.2 && datagrams "$C" 500 100 fd02::2; done) &
	waiting+=($!)
	sleep 0.3
	for way in bulkwalk walk get rows; do
		background in_ns "$M" /usr/bin/python3 "$here/load_poll.py" $way "$seconds" $timeout >"$TMP/poll.$way" 2>&1
		poll[$((${#poll[@]}))]=$bg
	done
	for way in bulkwalk walk get rows; do
		wait "${poll[0]}"
		expect "$name: $way while interfaces change (seed $seed)" "0 " "$? $(grep -v ', 0 wrong' "$TMP/poll.$way")"
		poll=("${poll[@]:1}")
		sed 's/^/# /' "$TMP/poll.$way"
	done
	wait "$p"
	expect_match "$name: interfaces changed" '^[0-9]{2,} changes$' "$(cat "$TMP/churn")"
	wait "${waiting[@]}"
	settle
	sleep 1.5
	expect "$name: SNMP shows what the kernel counted" "" "$(diff <(by_kernel) <(by_snmp) | head -n 5)"
	[ $slow = 1 ] || expect_true "$name: memory ($(memory_kib VmHWM) KiB)" [ "$(memory_kib VmHWM)" -le $((20 * 1024 + N * 64 / 10)) ]
	agent_off "$name, polled"
	expect "$name: nothing in the log but the connection" "" "$(grep -vE 'connect|counts? since' "$TMP/agent.log" | head -n 3)"
}
poll=()

cost kernel 100
churn kernel
if in_ns "$R" "$BIN" status >/dev/null 2>&1 || "$BIN" attach --netns "$R" 2>"$TMP/err"; then
	cost ebpf 160
	churn ebpf
else
	skip "with eBPF" "$(tail -n 1 "$TMP/err")"
fi
finish
